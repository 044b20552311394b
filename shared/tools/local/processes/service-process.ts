import { fileURLToPath } from "node:url";
import type { ServiceName } from "../../../contract.ts";
import { ChildProcess } from "./child-process.ts";
import { findFreePort } from "./free-port.ts";
import { pollUntil } from "./poll-until.ts";
import { ServerProcess } from "./server-process.ts";

export interface ServiceProcessOptions {
  /** How messages call it. Default: its entry. */
  name?: string;
  /** Its environment, beside `PORT` and the inherited PATH. */
  env: Record<string, string>;
  /** Default: a free one. */
  port?: number;
  /** Default: 20 s. */
  readyTimeoutMs?: number;
  /** True restarts it whenever one of its files changes. */
  watch?: boolean;
  /** Called with each line of its log. */
  onLine?: (line: string) => void;
}

/** The name of a service, or the path of another program that behaves like one. */
export type ServiceEntry = ServiceName | `${string}.ts`;

const servicesFolder = fileURLToPath(new URL("../../../../services/", import.meta.url));

/** One service as a process of its own, as a container would run it. */
export class ServiceProcess extends ServerProcess {
  readonly name: string;
  readonly url: string;
  protected override readonly readyTimeoutMs: number;
  readonly #program: string;
  readonly #options: ServiceProcessOptions;

  /** Resolves when the service says that it is ready. */
  static async start(entry: ServiceEntry, options: ServiceProcessOptions): Promise<ServiceProcess> {
    const port = options.port ?? (await findFreePort());
    const service = new ServiceProcess(entry, options, port);
    await service.start();
    return service;
  }

  private constructor(entry: ServiceEntry, options: ServiceProcessOptions, port: number) {
    super(port);
    this.name = options.name ?? entry;
    this.url = `http://127.0.0.1:${port}`;
    this.readyTimeoutMs = options.readyTimeoutMs ?? 20_000;
    this.#program = entry.endsWith(".ts") ? entry : `${servicesFolder}${entry}/main.ts`;
    this.#options = options;
  }

  protected async launch(): Promise<ChildProcess> {
    const { env, watch = false, onLine } = this.#options;
    return ChildProcess.start({
      name: this.name,
      command: process.execPath,
      args: [...(watch ? ["--watch", "--watch-preserve-output"] : []), this.#program],
      env: { ...env, PORT: String(this.port) },
      ...(onLine && { onLine }),
    });
  }

  protected async ready(process: ChildProcess): Promise<unknown> {
    // A service that has ended never gets ready: no need to go on asking.
    return pollUntil(async () => !process.isRunning || (await answers(`${this.url}/readyz`)), {
      what: `${this.name} is ready`,
      timeoutMs: this.readyTimeoutMs,
    });
  }
}

async function answers(url: string): Promise<boolean> {
  const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
  await response.body?.cancel();
  return response.ok;
}
