import { join } from "node:path";
import { serviceNames, type ServiceName } from "../contract.ts";
import { describeExit, type ProcessExit } from "./child-process.ts";
import { findFreePort } from "./free-port.ts";
import { Gateway } from "./gateway.ts";
import { keepRunning } from "./keep-running.ts";
import { startLocalStores, type LocalStores } from "./local-stores.ts";
import type { ServerProcess } from "./server-process.ts";
import { serviceEnvironment, type StoreAddresses } from "./service-environment.ts";
import { ServiceProcess } from "./service-process.ts";

export interface LocalStackOptions {
  /** Port of the gateway. */
  port: number;
  /** Folder below which the stores keep their data. */
  dataDir: string;
  /** How many processes of each service. */
  instances: number;
  /** A Redis that runs already. Default: one of our own, where the machine has the program. */
  redisUrl?: string | undefined;
  /** Further environment of every service; it wins over what the stack says. */
  env?: Record<string, string>;
  /** Called with each line that a service logs, and the name of its process. */
  onLine?: (line: string, name: string) => void;
  /** Is told of each process that ended by itself, and of each restart that failed. */
  note: (text: string) => void;
}

interface Parts {
  gateway: Gateway;
  stores: LocalStores;
  services: readonly ServiceProcess[];
}

/**
 * The whole system on this machine: the stores, every service as processes of its own, and the
 * gateway in front. A process that ends by itself is started again.
 */
export class LocalStack {
  readonly url: string;
  readonly stores: LocalStores;
  readonly #gateway: Gateway;
  readonly #note: (text: string) => void;
  readonly #services: Watch;
  readonly #servers: Watch;

  /** Resolves when every service is ready. When anything fails to start, nothing is left running. */
  static async start(options: LocalStackOptions): Promise<LocalStack> {
    await using started = new AsyncDisposableStack();
    const instances = await planInstances(options.instances);
    // The gateway first: it claims the port, or says at once that it is taken.
    const gateway = started.use(await startGateway(options.port, instances));
    const stores = await startLocalStores(options);
    for (const server of stores.servers) started.use(server);
    const services = await startServices(instances, stores.addresses, options);
    started.move();
    return new LocalStack({ gateway, stores, services }, options.note);
  }

  private constructor({ gateway, stores, services }: Parts, note: (text: string) => void) {
    this.url = gateway.url;
    this.stores = stores;
    this.#gateway = gateway;
    this.#note = note;
    this.#services = watch(services, note);
    this.#servers = watch(stores.servers, note);
  }

  /**
   * Lets the services finish what they were asked and stops them, then the stores.
   *
   * @returns true when every service ended in good order
   */
  async stop(): Promise<boolean> {
    this.#gateway.refuseNew();
    const exits = await this.#services.stop();
    await this.#gateway.stop();
    await this.#servers.stop();
    const faults = exits.filter(({ code }) => code !== 0);
    for (const { name, ...exit } of faults) this.#note(`${name} ended (${describeExit(exit)})`);
    return faults.length === 0;
  }
}

interface Watch {
  stop: () => Promise<readonly (ProcessExit & { name: string })[]>;
}

function watch(servers: readonly ServerProcess[], note: (text: string) => void): Watch {
  const stopping = new AbortController();
  const ends = servers.map(async (server) => ({
    name: server.name,
    ...(await keepRunning(server, { signal: stopping.signal, note })),
  }));
  return {
    stop() {
      stopping.abort();
      return Promise.all(ends);
    },
  };
}

/** A process of a service, to be started. */
interface Instance {
  service: ServiceName;
  name: string;
  port: number;
}

async function planInstances(count: number): Promise<readonly Instance[]> {
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const instances = serviceNames.flatMap((service) =>
    numbers.map(async (number) => ({
      service,
      name: count === 1 ? service : `${service}#${number}`,
      port: await findFreePort(),
    })),
  );
  return Promise.all(instances);
}

async function startGateway(port: number, instances: readonly Instance[]): Promise<Gateway> {
  const urlsOf = (service: ServiceName) =>
    instances
      .filter((instance) => instance.service === service)
      .map((instance) => `http://127.0.0.1:${instance.port}`);
  const urls = Object.fromEntries(serviceNames.map((service) => [service, urlsOf(service)]));
  return Gateway.start({ port, instances: urls as Record<ServiceName, string[]> });
}

/** Starts them all at once; when one fails, the others are ended and its failure is thrown. */
async function startServices(
  instances: readonly Instance[],
  stores: StoreAddresses,
  { dataDir, env, onLine }: LocalStackOptions,
): Promise<readonly ServiceProcess[]> {
  // What Node compiles is kept with the data: a service then starts in two thirds of the time.
  const cache = { NODE_COMPILE_CACHE: join(dataDir, "compile-cache") };
  const starts = await Promise.allSettled(
    instances.map(({ service, name, port }) =>
      ServiceProcess.start(service, {
        name,
        port,
        env: { ...serviceEnvironment(service, stores), ...cache, ...env },
        onLine: (line) => onLine?.(line, name),
      }),
    ),
  );
  const services = starts.flatMap((start) => (start.status === "fulfilled" ? start.value : []));
  const failure = starts.find((start) => start.status === "rejected");
  if (failure === undefined) return services;
  await Promise.all(services.map((service) => service.kill()));
  throw failure.reason;
}
