import { fileURLToPath } from "node:url";
import type { ServiceName } from "../contract.ts";
import { ChildProcess, type ProcessExit } from "./child-process.ts";
import { findFreePort } from "./free-port.ts";
import { pollUntil } from "./poll-until.ts";

export interface ServiceProcessOptions {
  /** Everything it is told beside `PORT`; nothing is inherited but PATH. */
  env: Record<string, string>;
  /** Default: a free one. */
  port?: number;
  /** Default: 10 s. */
  readyTimeoutMs?: number;
  /** Called with each line of its log. */
  onLine?: (line: string) => void;
}

const repository = fileURLToPath(new URL("../../", import.meta.url));

/** One service as a process of its own, as a container would run it. */
export class ServiceProcess implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;

  /**
   * Resolves when the service is ready.
   *
   * @param entry its name, or the path of another program that behaves like one
   * @throws with its last output when it ends before, or is not ready in time; it is then gone
   */
  static async start(
    entry: ServiceName | `${string}.ts`,
    options: ServiceProcessOptions,
  ): Promise<ServiceProcess> {
    const port = options.port ?? (await findFreePort());
    const service = new ServiceProcess(await startProcess(entry, port, options), port);
    const timeoutMs = options.readyTimeoutMs ?? 10_000;
    try {
      await service.process.readyOrThrow(service.#ready(timeoutMs), timeoutMs);
      return service;
    } catch (error) {
      await service.kill();
      throw error;
    }
  }

  private constructor(child: ChildProcess, port: number) {
    this.process = child;
    this.port = port;
    this.url = `http://127.0.0.1:${port}`;
  }

  /** Stops it as ECS does, with SIGTERM; resolves with how it ended: code 0 when all went well. */
  async stop(): Promise<ProcessExit> {
    return this.process.stop();
  }

  /** Ends it as a crash would. */
  async kill(): Promise<ProcessExit> {
    return this.process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
  async #ready(timeoutMs: number): Promise<void> {
    // A service that has ended never gets ready: no need to go on asking.
    await pollUntil(async () => !this.process.isRunning || (await answers(`${this.url}/readyz`)), {
      what: `${this.process.name} is ready`,
      timeoutMs,
    });
  }
}

async function startProcess(
  entry: ServiceName | `${string}.ts`,
  port: number,
  { env, onLine }: ServiceProcessOptions,
): Promise<ChildProcess> {
  const program = entry.endsWith(".ts") ? entry : `${repository}services/${entry}/main.ts`;
  return ChildProcess.start({
    name: entry,
    command: process.execPath,
    args: [program],
    env: { ...env, PORT: String(port) },
    ...(onLine && { onLine }),
  });
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.body?.cancel();
  return response.ok;
}
