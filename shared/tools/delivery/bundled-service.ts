import { dirname } from "node:path";
import type { ServiceName } from "../../contract.ts";
import { ChildProcess } from "../local/processes/child-process.ts";
import { findFreePort } from "../local/processes/free-port.ts";
import { pollUntil } from "../local/processes/poll-until.ts";
import { ServerProcess } from "../local/processes/server-process.ts";

/** What the image allows a service: to read, and nothing else but the network. */
const containment = ["--permission", "--allow-fs-read=*"];

export interface BundledServiceOptions {
  name: ServiceName;
  /** Of `main.mjs`. */
  path: string;
  /** Options of Node, as the image has them. */
  nodeOptions: readonly string[];
  /** Its environment, beside `PORT`. */
  env: Record<string, string>;
}

/** A bundle run as in its image: with Node only, in its own folder, unable to write a file. */
export class BundledService extends ServerProcess {
  readonly name: ServiceName;
  readonly url: string;
  /** From the start of the latest process until it was ready, in milliseconds. */
  readyMs = Number.NaN;
  readonly #options: BundledServiceOptions;

  static async start(options: BundledServiceOptions): Promise<BundledService> {
    const service = new BundledService(options, await findFreePort());
    await service.start();
    return service;
  }

  private constructor(options: BundledServiceOptions, port: number) {
    super(port);
    this.name = options.name;
    this.url = `http://127.0.0.1:${port}`;
    this.#options = options;
  }

  override async start(): Promise<void> {
    const startedMs = performance.now();
    await super.start();
    this.readyMs = performance.now() - startedMs;
  }

  protected async launch(): Promise<ChildProcess> {
    const { name, path, nodeOptions, env } = this.#options;
    const inFolder = ["-c", 'cd "$0" && exec "$@"', dirname(path)];
    return ChildProcess.start({
      name,
      command: "/bin/sh",
      args: [...inFolder, process.execPath, ...containment, ...nodeOptions, "main.mjs"],
      env: { ...env, PORT: String(this.port) },
    });
  }

  protected async ready(process: ChildProcess): Promise<unknown> {
    const isReady = async () => (await fetch(`${this.url}/readyz`)).ok;
    return pollUntil(async () => !process.isRunning || (await isReady()), {
      what: `${this.name} is ready`,
      timeoutMs: this.readyTimeoutMs,
      intervalMs: 10,
    });
  }
}
