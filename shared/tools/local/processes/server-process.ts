import type { ChildProcess, ProcessExit } from "./child-process.ts";

/**
 * A server on a loopback port, run as a process of its own. After `stop` or `kill`, or when it
 * ended by itself, it can be started again on the same port.
 */
export abstract class ServerProcess implements AsyncDisposable {
  abstract readonly name: string;
  abstract readonly url: string;
  readonly port: number;
  protected readonly readyTimeoutMs: number = 20_000;
  #process: ChildProcess | undefined;

  protected constructor(port: number) {
    this.port = port;
  }

  /** Starts the process, on `port`. */
  protected abstract launch(): Promise<ChildProcess>;

  /** Resolves when the process serves. */
  protected abstract ready(process: ChildProcess): Promise<unknown>;

  /** The process of the latest start. */
  get process(): ChildProcess {
    if (this.#process === undefined) throw new Error(`${this.name} was never started`);
    return this.#process;
  }

  /**
   * Starts it (again); resolves when it serves. Rejects, with its last output, when it ends before
   * that or is not ready in time; it is then gone.
   */
  async start(): Promise<void> {
    const process = await this.launch();
    this.#process = process;
    try {
      await process.readyOrThrow(this.ready(process), this.readyTimeoutMs);
    } catch (error) {
      await process.kill();
      throw error;
    }
  }

  /** Stops it in good order, with SIGTERM; resolves with how it ended: code 0 when all went well. */
  async stop(): Promise<ProcessExit> {
    return this.process.stop();
  }

  /** Ends it at once, as a crash would. */
  async kill(): Promise<ProcessExit> {
    return this.process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
