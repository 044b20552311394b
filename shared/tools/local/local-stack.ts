import { describeExit, type ProcessExit } from "./processes/child-process.ts";
import { Gateway } from "./gateway/gateway.ts";
import { addressesOf, type InstanceOptions, planInstances, startInstances } from "./instances.ts";
import { createLocalPage } from "./local-page.ts";
import { explainPort, prepareDataDir } from "./start-faults.ts";
import { keepRunning } from "./keep-running.ts";
import { createTraceList, createTracePage, TRACES_PATH } from "./traces/trace-page.ts";
import { TraceReceiver } from "./traces/trace-receiver.ts";
import { env } from "../../contract.ts";
import { startLocalStores, type LocalStores } from "./stores/local-stores.ts";
import type { ServerProcess } from "./processes/server-process.ts";
import type { ServiceProcess } from "./processes/service-process.ts";

export interface LocalStackOptions extends InstanceOptions {
  /** Port of the gateway. */
  port: number;
  /** Folder below which the stores keep their data. */
  dataDir: string;
  /** How many processes of each service. */
  instances: number;
  /** A Redis that runs already. Default: one of our own, where the machine has the program. */
  redisUrl?: string | undefined;
  /** It is a cluster, or our own is to be one: three primaries with a replica each. */
  redisCluster?: boolean | undefined;
  /** Whether every request is traced, for the pages below `/local/traces`. */
  traces?: boolean;
  /** Called for each process that ended by itself, and each restart that failed. */
  note: (text: string) => void;
}

interface Parts {
  traces: TraceReceiver | undefined;
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
  /** Those that the services sent; undefined where they send none. */
  readonly traces: TraceReceiver | undefined;
  readonly #gateway: Gateway;
  readonly #note: (text: string) => void;
  readonly #services: Watch;
  readonly #servers: Watch;

  /** Resolves when every service is ready. When anything fails to start, nothing is left running. */
  static async start(options: LocalStackOptions): Promise<LocalStack> {
    await using started = new AsyncDisposableStack();
    const { port, dataDir, note } = options;
    await prepareDataDir(dataDir);
    const instances = await planInstances(options.instances);
    // The gateway first: it claims the port, or says at once that it is taken.
    const known: { stores?: LocalStores } = {};
    const traces = options.traces === true ? started.use(await TraceReceiver.start()) : undefined;
    const gateway = started.use(
      await Gateway.start({
        port,
        instances: addressesOf(instances),
        pages: {
          "/local": () => createLocalPage({ port, instances, stores: known.stores?.descriptions }),
          ...(traces && createTracePages(traces)),
        },
      }).catch((error: unknown) => {
        throw explainPort(port, error);
      }),
    );
    const stores = await startLocalStores(options);
    known.stores = stores;
    for (const server of stores.servers) started.use(server);
    const services = await startInstances(instances, stores.addresses, {
      ...options,
      env: { ...options.env, ...(traces && tracesEnvironment(traces)) },
    });
    await gateway.checkHealth();
    started.move();
    return new LocalStack({ gateway, stores, services, traces }, note);
  }

  private constructor({ gateway, stores, services, traces }: Parts, note: (text: string) => void) {
    this.url = gateway.url;
    this.stores = stores;
    this.traces = traces;
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
    await this.traces?.[Symbol.asyncDispose]();
    const faults = exits.filter(({ code }) => code !== 0);
    for (const { name, ...exit } of faults) this.#note(`${name} ended (${describeExit(exit)})`);
    return faults.length === 0;
  }
}

function createTracePages(traces: TraceReceiver) {
  return {
    [TRACES_PATH]: () => Promise.resolve(createTraceList(traces)),
    [`${TRACES_PATH}/`]: (id: string) => Promise.resolve(createTracePage(traces, id)),
  };
}

function tracesEnvironment({ url }: TraceReceiver): Record<string, string> {
  return { [env.traces]: "otlp", [env.tracesEndpoint]: url, [env.tracesPercent]: "100" };
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
