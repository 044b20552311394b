import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { createRedis, type Redis } from "../../../shared/kit/redis.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import {
  ServiceProcess,
  type ServiceProcessOptions,
} from "../../../shared/tools/local/processes/service-process.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { TcpProxy } from "../../../shared/tools/testing/tcp-proxy.ts";
import { FarServer } from "./far-server.ts";
import { LedgerStore } from "../dynamodb/ledger-store.ts";
import { openDynamoDB } from "./local-stores.ts";

export interface FleetOptions {
  instances: number;
  /** Default: Redis. */
  store?: "redis" | "dynamodb";
  /** How much longer Redis takes to answer the instances. Default: no longer. */
  redisDelayMs?: number;
}

/** Counter instances as processes, with stores on disk, and a way to both that can be disturbed. */
export class Fleet implements AsyncDisposable {
  readonly services: ServiceProcess[] = [];
  readonly dataDir: string;
  readonly redis: RedisServer;
  readonly dynamodb: DynamodbServer;
  readonly redisProxy: TcpProxy;
  readonly dynamodbProxy: TcpProxy;
  /** Clients of the stores themselves, beside the proxies. */
  readonly redisClient: Redis;
  readonly dynamodbClient: DynamoDBClient;
  readonly ledger: LedgerStore;
  /** On the way to Redis, behind its proxy. */
  readonly far: FarServer;
  readonly #options: FleetOptions;
  #pages = 0;

  static async start(options: FleetOptions): Promise<Fleet> {
    const dataDir = await mkdtemp(join(tmpdir(), "counter-fleet-"));
    const [redis, dynamodb] = await Promise.all([
      RedisServer.start({ dataDir: `${dataDir}/redis` }),
      DynamodbServer.start({ dataDir: `${dataDir}/dynamodb` }),
    ]);
    await dynamodb.createTables();
    const far = await FarServer.start(redis.port, options.redisDelayMs ?? 0);
    const proxies = await Promise.all([TcpProxy.start(far.url), TcpProxy.start(dynamodb.url)]);
    const fleet = new Fleet(options, { dataDir, redis, dynamodb, far }, proxies);
    await Promise.all(Array.from({ length: options.instances }, () => fleet.startService()));
    return fleet;
  }

  private constructor(
    options: FleetOptions,
    { dataDir, redis, dynamodb, far }: Pick<Fleet, "dataDir" | "redis" | "dynamodb" | "far">,
    [redisProxy, dynamodbProxy]: readonly [TcpProxy, TcpProxy],
  ) {
    this.#options = options;
    this.dataDir = dataDir;
    this.redis = redis;
    this.dynamodb = dynamodb;
    this.far = far;
    this.redisProxy = redisProxy;
    this.dynamodbProxy = dynamodbProxy;
    const log = pino({ level: "silent" });
    this.redisClient = createRedis({ url: redis.url, timeoutMs: 5_000, log });
    this.dynamodbClient = openDynamoDB(dynamodb.url);
    this.ledger = new LedgerStore({
      ...{ client: this.dynamodbClient, table: "counters", now: Date.now },
    });
  }

  get urls(): string[] {
    return this.services.map(({ url }) => url);
  }

  newPage(): string {
    return `page-${(this.#pages += 1)}`;
  }

  /** One more instance. */
  async startService({
    env,
    onLine,
  }: Partial<ServiceProcessOptions> = {}): Promise<ServiceProcess> {
    const { store = "redis" } = this.#options;
    const dynamodbUrl = `http://127.0.0.1:${this.dynamodbProxy.port}`;
    const redisUrl = `redis://127.0.0.1:${this.redisProxy.port}`;
    const stores = store === "redis" ? { dynamodbUrl, redisUrl } : { dynamodbUrl };
    const service = await ServiceProcess.start("counter", {
      env: {
        ...serviceEnvironment("counter", stores),
        ...{ NEW_PAGES_PER_MINUTE: "0", LOG_LEVEL: "error" },
        ...env,
      },
      ...(onLine && { onLine }),
    });
    this.services.push(service);
    return service;
  }

  async readCount(page: string): Promise<number> {
    const [url = ""] = this.urls;
    const answer = await fetch(`${url}/counter/${page}`);
    return ((await answer.json()) as { count: number }).count;
  }

  /** Cut back to this size it is what a machine leaves that dies before its last sync. */
  async appendOnlyFile(): Promise<{ path: string; size: number }> {
    const folder = `${this.dataDir}/redis/appendonlydir`;
    const name = (await readdir(folder)).find((file) => file.endsWith(".incr.aof"));
    const path = join(folder, name ?? "missing");
    return { path, size: (await stat(path)).size };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.services.map((service) => service.kill()));
    await this.redisClient.close();
    this.dynamodbClient.destroy();
    await this.redisProxy[Symbol.asyncDispose]();
    await this.far[Symbol.asyncDispose]();
    await this.dynamodbProxy[Symbol.asyncDispose]();
    await Promise.all([this.redis.kill(), this.dynamodb.kill()]);
    await rm(this.dataDir, { recursive: true });
  }
}
