import {
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import {
  CountExhausted,
  type CounterStore,
  type Dealt,
  type HitBatch,
  MAX_COUNT,
  MINUTE_BUCKETS,
  type Reading,
  type Snapshot,
  type Tally,
} from "../counter.ts";
import type { History } from "../spans.ts";
import { secondsOf, spansIn, tallyOf } from "./buckets.ts";
import { countExpression, setExpression, type Stale, staleIn } from "./count-expression.ts";
import type { Days } from "../days/days.ts";
import { type Item, movedIn, numberIn, unlessRefused } from "./item.ts";
import { KeyedHits } from "./keyed-hits.ts";
import { receiptOf } from "./receipts.ts";
import { Pacer } from "../resilience/pacer.ts";
import { Sweeps } from "./sweeps.ts";

const MAX_ROUNDS = 3;
/** How often a batch is sent that DynamoDB throttles, at the longer and longer pauses of its page. */
const MAX_SENDINGS = 10;

export interface ItemStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** This process's name in the fences, of letters and digits; no other process's. */
  writer: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** At least 0, below 1. */
  random: () => number;
  /** Called for every call. */
  onCall?: () => void;
  /** Where the day of a page is begun once its first hits are counted. */
  days?: Pick<Days, "begin" | "isDue">;
}

/**
 * Counts in one DynamoDB item a page, one update a batch.
 *
 * The item holds `counted`; for each writer `batch_<writer>`, the last batch that was counted, and
 * `last_<writer>`, the number it ended with; one attribute a second with hits in the last minute, and
 * one each ten seconds in the last ten minutes; and the receipts of hits that were sent with a key.
 * DynamoDB tells no time to expressions, so a second is the writer's: clocks that differ move hits
 * between buckets, and nothing else. The item stays between one and two kilobytes, so an update costs
 * about two write units.
 */
export class ItemStore implements CounterStore {
  readonly name = "dynamodb";
  readonly #options: ItemStoreOptions;
  /** What the next update of a page sweeps. */
  readonly #sweeps = new Sweeps<Stale>();
  readonly #pacer: Pacer;
  #lastBatch = 0;

  constructor(options: ItemStoreOptions) {
    this.#options = options;
    this.#pacer = new Pacer(options);
  }

  async add(batch: HitBatch): Promise<Dealt> {
    const nowMs = this.#options.now();
    const keyed = new KeyedHits(batch.keys);
    let id = this.#nextId(nowMs);
    for (let idleRounds = 0; idleRounds < MAX_ROUNDS; idleRounds += 1) {
      const { isLast, keys } = keyed.next();
      // Hits without a key go with the last update: its last numbers are theirs.
      const step = { ...batch, keys, ...(!isLast && { hits: 0, bots: 0 }) };
      const item = await this.#countAtPace(step, id, nowMs);
      if (item === undefined) continue;
      const last = item[`last_${this.#options.writer}`];
      const isCounted = (numberIn(item, `batch_${this.#options.writer}`) ?? 0) === id;
      if (keyed.settle(item, isCounted) || isCounted) idleRounds = -1;
      if (isCounted && isLast)
        return { ...tallyOf(item, Number(last?.N ?? 0), nowMs), keyed: keyed.numbers() };
      if (isCounted) id = this.#nextId(nowMs);
    }
    throw new StoreUnavailable("dynamodb", new Error(`not counted in ${MAX_ROUNDS} rounds`));
  }

  /** A key stands for a hit of each page: the item that could tell more would cost every hit. */
  pageOf(_key: string, page: string): Promise<string> {
    return Promise.resolve(page);
  }

  read(page: string): Promise<Reading> {
    return this.snapshot(page);
  }

  async snapshot(page: string): Promise<Snapshot> {
    const item = (await this.#find(page)) ?? {};
    const count = Math.max(numberIn(item, "counted") ?? 0, numberIn(item, "reserved_to") ?? 0);
    const tally = tallyOf(item, count, this.#options.now());
    const bots = numberIn(item, "bots") ?? 0;
    return { ...tally, bots, visitorsToday: undefined, spans: spansIn(item, tally.second) };
  }

  async history(page: string, seconds: number): Promise<History> {
    const item = (await this.#find(page)) ?? {};
    const to = Math.floor(this.#options.now() / 1_000);
    const from = to - Math.min(seconds, MINUTE_BUCKETS) + 1;
    const kept = secondsOf(item).filter(({ second }) => second >= from && second <= to);
    return { from, to, buckets: kept.sort((a, b) => a.second - b.second) };
  }

  async set(page: string, count: number): Promise<Tally> {
    const nowMs = this.#options.now();
    const before = (await this.#find(page)) ?? {};
    const expression = setExpression({ before, count, nowMs, change: this.#newChange(nowMs) });
    const item = await this.#updateIf(page, expression);
    return tallyOf(item ?? (await this.#find(page)) ?? {}, count, nowMs);
  }

  /** Marks the item first: a removal that is sent again leaves the page that was made since. */
  async remove(page: string): Promise<void> {
    const { client, table, now, onCall } = this.#options;
    const ExpressionAttributeValues = this.#newChange(now());
    const marked = await this.#updateIf(page, {
      UpdateExpression: "SET changed_by = :change",
      ConditionExpression: "attribute_exists(page)",
      ExpressionAttributeValues,
    });
    if (marked === undefined) return;
    onCall?.();
    const Key = { page: { S: page } };
    const ConditionExpression = "changed_by = :change";
    await unlessRefused(
      client.send(
        new DeleteItemCommand({
          ...{ TableName: table, Key, ConditionExpression, ExpressionAttributeValues },
        }),
      ),
    );
  }

  /** Begins the day where these are its first hits; those of a page may follow its removal. */
  async #date({ page, hits, keys = [] }: HitBatch, id: number, item: Item): Promise<void> {
    const { days, writer } = this.#options;
    if (days === undefined || numberIn(item, `batch_${writer}`) !== id) return;
    const last = numberIn(item, `last_${writer}`) ?? 0;
    const before = last - movedIn(item) - hits - keys.length;
    if (before === 0 || days.isDue(page)) await days.begin(page, before);
  }

  /** Above every earlier one of this process. */
  #nextId(nowMs: number): number {
    this.#lastBatch = Math.max(this.#lastBatch + 1, nowMs * 1_000);
    return this.#lastBatch;
  }

  /** Names one call, so that it is known when it is sent again. */
  #newChange(nowMs: number): Item {
    return { ":change": { S: `${this.#options.writer} ${this.#nextId(nowMs)}` } };
  }

  /** Sends what DynamoDB throttles again, and less often: its fence makes it count once. */
  async #countAtPace(batch: HitBatch, id: number, nowMs: number): Promise<Item | undefined> {
    const { page } = batch;
    for (let sendings = 1; ; sendings += 1) {
      await this.#pacer.turn(page);
      try {
        const item = await this.#count(batch, id, nowMs);
        this.#pacer.taken(page);
        await this.#date(batch, id, item ?? {});
        return item;
      } catch (error) {
        if (!(error instanceof StoreUnavailable && error.reason === "throttled")) throw error;
        this.#pacer.throttled(page);
        if (sendings >= MAX_SENDINGS) throw error;
      }
    }
  }

  /**
   * The item as counted, or as it is where a key of the batch has its number already.
   *
   * Undefined when the page was found to be Redis' and has been taken over: to be tried again.
   */
  async #count(batch: HitBatch, id: number, nowMs: number): Promise<Item | undefined> {
    const { page, hits, keys = [] } = batch;
    const { writer } = this.#options;
    const stale = this.#sweeps.find(page);
    const counted = await this.#updateIf(
      page,
      countExpression({ batch, id, nowMs, writer, ...(stale && { stale }) }),
    );
    if (counted !== undefined) {
      this.#noteStale(page, counted, nowMs);
      return counted;
    }
    // Perhaps a writer that was to be swept came back: the next round sweeps nothing.
    this.#sweeps.forget(page);
    const item = (await this.#find(page)) ?? {};
    // The reply to an earlier attempt was lost: the numbers are ours already.
    if ((numberIn(item, `batch_${writer}`) ?? 0) === id) return item;
    if (keys.some((key) => receiptOf(key) in item)) return item;
    const total = (numberIn(item, "counted") ?? 0) + hits + keys.length;
    if (total > MAX_COUNT) throw new CountExhausted(page);
    await this.#takeOver(page, item);
    return undefined;
  }

  /** Ends a page's epoch in Redis, above every number that it may have given. */
  async #takeOver(page: string, { epoch, reserved_to }: Item): Promise<void> {
    if (epoch === undefined || reserved_to === undefined) return;
    await this.#updateIf(page, {
      UpdateExpression: "SET counted = :to, epoch = epoch + :one REMOVE reserved_to",
      ConditionExpression: "epoch = :epoch AND reserved_to = :to",
      ExpressionAttributeValues: { ":to": reserved_to, ":epoch": epoch, ":one": { N: "1" } },
    });
  }

  #noteStale(page: string, item: Item, nowMs: number): void {
    const stale = staleIn(item, nowMs, this.#options.random);
    const { buckets, writers, receipts } = stale;
    this.#sweeps.note(page, stale, buckets.length + writers.length + receipts.length);
  }

  async #find(page: string): Promise<Item | undefined> {
    const { client, table, onCall } = this.#options;
    onCall?.();
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key: { page: { S: page } }, ConsistentRead: true }),
    );
    return Item;
  }

  /** The item as changed; undefined, and nothing changed, when the condition does not hold. */
  async #updateIf(page: string, input: Expressions): Promise<Item | undefined> {
    const { client, table, onCall } = this.#options;
    onCall?.();
    const Key = { page: { S: page } };
    const update = { TableName: table, Key, ReturnValues: "ALL_NEW", ...input } as const;
    const reply = await unlessRefused(client.send(new UpdateItemCommand(update)));
    return reply && (reply.Attributes ?? {});
  }
}

type Expressions = Omit<UpdateItemCommand["input"], "TableName" | "Key">;
