import { randomUUID } from "node:crypto";
import { ActiveStreams } from "../active-streams.ts";
import { createApp } from "../app.ts";
import { CallerGate, type CallerGateOptions } from "../resilience/caller-gate.ts";
import { DynamoDBDetailsStore } from "../dynamodb/details-store.ts";
import { DynamoDBLeaseStore } from "../dynamodb/lease-store.ts";
import { StreamGuard } from "../guard.ts";
import type { CallerSettings } from "../http/caller.ts";
import type { DetailsStore } from "../leases.ts";
import { createStreamMetrics } from "../metrics.ts";
import { StoreBreaker } from "../resilience/store-breaker.ts";
import { UnclaimedSlots } from "../resilience/unclaimed-slots.ts";
import { type RunningApp, startApp, testContext } from "../../../shared/tools/testing/start-app.ts";
import { openStreamsTable, type StreamsTable } from "./stream-leases.ts";

export const NOON = Date.UTC(2026, 0, 1, 12);

/** What a test may want otherwise. */
export interface GuardAppParts {
  caller?: CallerSettings;
  gate?: CallerGateOptions;
  details?: DetailsStore;
}

export interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown> & { streams?: Record<string, unknown>[]; errors?: unknown[] };
}

/** The service over HTTP with a limit of 3 and a lease of 60 s, a clock and a caller at hand. */
export class GuardApp implements AsyncDisposable {
  readonly streams: StreamsTable;
  nowMs = NOON;
  /** Sent with every request; names the caller. */
  headers: Record<string, string> = {};
  /** Streams that were started without an id; they are named after this. */
  created = 0;
  #callers = 0;
  #app: RunningApp | undefined;

  static async open(): Promise<GuardApp> {
    const opened = new GuardApp(await openStreamsTable());
    opened.#app = await opened.#serve({});
    return opened;
  }

  private constructor(streams: StreamsTable) {
    this.streams = streams;
  }

  get url(): string {
    return this.#app?.url ?? "";
  }

  /** The caller's address. */
  get address(): string {
    return `192.0.2.${this.#callers}`;
  }

  /** It is noon, and a caller without streams asks. */
  nextCaller(): void {
    this.nowMs = NOON;
    this.#callers += 1;
    this.headers = { "x-forwarded-for": this.address };
  }

  /** Runs with an app of other parts, over the same table. */
  async with(parts: GuardAppParts, run: () => Promise<void>): Promise<void> {
    const usual = this.#app;
    await using other = await this.#serve(parts);
    this.#app = other;
    try {
      await run();
    } finally {
      this.#app = usual;
    }
  }

  start(body?: unknown): Promise<Answer> {
    return this.call("POST", "/api/v1/stream", body);
  }

  beat(streamId: string, body?: unknown): Promise<Answer> {
    return this.call("PUT", `/api/v1/streams/${streamId}`, body);
  }

  end(streamId: string): Promise<Answer> {
    return this.call("DELETE", `/api/v1/streams/${streamId}`);
  }

  async list(): Promise<Answer["body"]> {
    return (await this.call("GET", "/api/v1/streams")).body;
  }

  async call(method: string, path: string, body?: unknown): Promise<Answer> {
    const isText = typeof body === "string";
    const type = body === undefined ? {} : { "content-type": "application/json" };
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { ...type, ...this.headers },
      ...(body === undefined ? {} : { body: isText ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isJson = response.headers.get("content-type")?.includes("json");
    const parsed = (isJson ? JSON.parse(text) : {}) as Answer["body"];
    return { status: response.status, headers: response.headers, body: parsed };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app?.[Symbol.asyncDispose]();
    await this.streams[Symbol.asyncDispose]();
  }

  #serve(parts: GuardAppParts): Promise<RunningApp> {
    const { caller = { trustedHops: 1, userHeader: undefined } } = parts;
    const { gate = { parallel: 4, waiting: 256 } } = parts;
    const { details = new DynamoDBDetailsStore(this.streams) } = parts;
    const context = testContext({ http: { ...testContext().http, apiKeys: ["key"] } });
    const now = () => this.nowMs;
    const active = new ActiveStreams({ intervalMs: 20_000, now });
    const leases = new DynamoDBLeaseStore({ ...this.streams, limit: 3 });
    const unclaimed = new UnclaimedSlots({ leases, now, retryMs: 10, capacity: 100 });
    const breaker = new StoreBreaker(() => performance.now());
    const guard = new StreamGuard({
      ...{ leases, unclaimed },
      ...{ details, active, limit: 3, leaseMs: 60_000, clockSkewMs: 5_000, now },
      createId: () => `made-${(this.created += 1)}`,
      createOrderId: randomUUID,
    });
    const metrics = createStreamMetrics(context.metrics, { active, unclaimed, breaker });
    const turn = {
      gate: new CallerGate(gate),
      breaker,
      deadlineMs: 10_000,
    };
    return startApp(createApp({ guard, ...turn, caller, metrics, context }));
  }
}
