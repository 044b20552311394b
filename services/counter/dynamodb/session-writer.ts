import { setTimeout as delay } from "node:timers/promises";
import {
  BatchWriteItemCommand,
  type DynamoDBClient,
  type WriteRequest,
} from "@aws-sdk/client-dynamodb";
import { batches, joins } from "../../../shared/kit/tracing/channels.ts";
import type { Hit } from "../counter.ts";
import { keepAddress, type KeptAddress } from "../kept-address.ts";

/** The most that one BatchWriteItem takes. */
const BATCH_ITEMS = 25;
/** How long a record waits for others to be written with. */
const LINGER_MS = 200;
const MAX_CALLS = 4;
/** They add up to about three seconds: then the store is away, and the records are dropped. */
const RETRY_PAUSES_MS = [50, 100, 200, 400, 800, 1_600];
const KEPT_SECONDS = 30 * 86_400;
const USER_AGENT_CHARACTERS = 256;
/** Longest that a flush may take: less than its part of the time in which a service must stop. */
const FLUSH_MS = 2_000;

export interface SessionWriterOptions {
  client: DynamoDBClient;
  table: string;
  instance: string;
  /** How much of a visitor's address is kept. */
  address: KeptAddress;
  /** Most records that wait to be written; more are dropped. */
  maxBuffered: number;
  /** Most records that are written in a second: what they may cost, in money and in processor time. */
  maxPerSecond: number;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** A UUID of version 7. */
  newId: () => string;
  /** Called with how many records were written, and how many were dropped. */
  onWritten: (records: number) => void;
  onDropped: (records: number, error?: unknown) => void;
}

interface Waiting {
  page: string;
  number: number;
  address: string | undefined;
  userAgent: string;
  id: string;
  timeMs: number;
}

/**
 * Writes one record a hit, behind the answers: in batches, bounded in memory, in calls and in pace.
 *
 * Records that find the buffer full, or that the store refuses again and again, are dropped and
 * counted. Records still in memory are lost with a process that is killed.
 */
export class SessionWriter {
  readonly #options: SessionWriterOptions;
  readonly #buffer: Waiting[] = [];
  readonly #calls = new Set<Promise<void>>();
  readonly #hurry = new AbortController();
  readonly #end = new AbortController();
  #emptying: Promise<void> | undefined;
  #dropped = 0;

  constructor(options: SessionWriterOptions) {
    this.#options = options;
  }

  record({ page, number, visitor }: Hit): void {
    const { maxBuffered, newId, now } = this.#options;
    if (this.#buffer.length >= maxBuffered) {
      this.#drop(1);
      return;
    }
    const waiting = {
      page,
      number,
      id: newId(),
      timeMs: now(),
      address: keepAddress(visitor.address, this.#options.address),
      userAgent: cutUserAgent(visitor.userAgent),
    };
    joins.publish(waiting);
    this.#buffer.push(waiting);
    this.#emptying ??= this.#empty();
  }

  /**
   * Writes without pauses from now on; resolves when all that was recorded is written, or dropped.
   * After two seconds it gives up: what is then left, or under way, counts as dropped.
   * @returns how many records were dropped
   */
  async flush(): Promise<number> {
    const droppedBefore = this.#dropped;
    this.#hurry.abort();
    const timer = setTimeout(() => this.#end.abort(), FLUSH_MS);
    await this.#emptying;
    await Promise.all(this.#calls);
    clearTimeout(timer);
    return this.#dropped - droppedBefore;
  }

  #drop(records: number, error?: unknown): void {
    this.#dropped += records;
    this.#options.onDropped(records, error);
  }

  async #empty(): Promise<void> {
    const paceMs = (BATCH_ITEMS / this.#options.maxPerSecond) * 1_000;
    while (this.#buffer.length > 0) {
      await this.#pause(this.#buffer.length < BATCH_ITEMS ? Math.max(LINGER_MS, paceMs) : paceMs);
      if (this.#calls.size >= MAX_CALLS) await Promise.race(this.#calls);
      this.#start(this.#buffer.splice(0, BATCH_ITEMS));
    }
    this.#emptying = undefined;
  }

  /** Ends early when there is a hurry. */
  async #pause(lengthMs: number): Promise<void> {
    await delay(lengthMs, undefined, { signal: this.#hurry.signal }).catch(() => undefined);
  }

  #start(batch: readonly Waiting[]): void {
    const requests = batch.map((waiting) => this.#toRequest(waiting));
    const call = batches
      .tracePromise(() => this.#write(requests), { entries: batch })
      .finally(() => this.#calls.delete(call));
    this.#calls.add(call);
  }

  async #write(requests: WriteRequest[]): Promise<void> {
    const { signal } = this.#end;
    let left = requests;
    let reason: unknown;
    for (const pauseMs of [0, ...RETRY_PAUSES_MS]) {
      if (pauseMs > 0) await delay(pauseMs, undefined, { signal }).catch(() => undefined);
      if (signal.aborted) break;
      const outcome = await this.#send(left);
      this.#options.onWritten(left.length - outcome.left.length);
      left = outcome.left;
      reason = outcome.reason;
      if (left.length === 0) return;
    }
    this.#drop(left.length, reason);
  }

  /** What is left to write. Writing a record twice does no harm: it has its id. */
  async #send(requests: WriteRequest[]): Promise<{ left: WriteRequest[]; reason?: unknown }> {
    const { client, table } = this.#options;
    try {
      const { UnprocessedItems } = await client.send(
        new BatchWriteItemCommand({ RequestItems: { [table]: requests } }),
        { abortSignal: this.#end.signal },
      );
      return { left: UnprocessedItems?.[table] ?? [] };
    } catch (reason) {
      return { left: requests, reason };
    }
  }

  #toRequest({ page, number, address, userAgent, id, timeMs }: Waiting): WriteRequest {
    return {
      PutRequest: {
        Item: {
          id: { S: id },
          page: { S: page },
          number: { N: String(number) },
          time: { S: new Date(timeMs).toISOString() },
          instance: { S: this.#options.instance },
          expires_at: { N: String(Math.floor(timeMs / 1_000) + KEPT_SECONDS) },
          ...(address !== undefined && { ip: { S: address } }),
          ...(userAgent !== "" && { user_agent: { S: userAgent } }),
        },
      },
    };
  }
}

/** A copy, for a slice would keep the whole text in memory. */
function cutUserAgent(text: string): string {
  if (text.length <= USER_AGENT_CHARACTERS) return text;
  return Buffer.from(text.slice(0, USER_AGENT_CHARACTERS)).toString();
}
