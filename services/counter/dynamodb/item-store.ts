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
  type HitBatch,
  type History,
  MAX_COUNT,
  MINUTE_BUCKETS,
  type Reading,
  type Tally,
} from "../counter.ts";
import { bucketName, bucketsOf, tallyOf } from "./buckets.ts";
import { type Item, numberIn, numbers, unlessRefused } from "./item.ts";
import { Sweeps } from "./sweeps.ts";

/** Buckets are kept a little longer than they count, for clocks that differ. */
const KEPT_SECONDS = MINUTE_BUCKETS + 10;
/** Fences of writers that ended are swept after this: no retry of theirs can come any more. */
const FENCE_MS = 10 * 60_000;
/** Most fences and buckets that one update sweeps: an expression may have 4 KB. */
const SWEPT_FENCES = 20;
const SWEPT_BUCKETS = 40;
const MAX_ROUNDS = 3;

export interface ItemStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** This process's name in the fences, of letters and digits; no other process's. */
  writer: string;
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Called for every call. */
  onCall?: () => void;
}

/**
 * Counts in one DynamoDB item a page, one update a batch.
 *
 * The item holds `counted`; for each writer `batch_<writer>`, the last batch that was counted, and
 * `last_<writer>`, the number it ended with; and one attribute a second with hits. DynamoDB tells no
 * time to expressions, so a second is the writer's: clocks that differ move hits between buckets,
 * and nothing else. The item stays around one kilobyte, so an update costs one or two write units.
 */
export class ItemStore implements CounterStore {
  readonly name = "dynamodb";
  readonly #options: ItemStoreOptions;
  /** What the next update of a page sweeps. */
  readonly #sweeps = new Sweeps<Stale>();
  #lastBatch = 0;

  constructor(options: ItemStoreOptions) {
    this.#options = options;
  }

  async add(batch: HitBatch): Promise<Tally> {
    const nowMs = this.#options.now();
    const id = this.#nextId(nowMs);
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const counted = await this.#count(batch, id, nowMs);
      if (counted !== undefined) return counted;
    }
    throw new StoreUnavailable("dynamodb", new Error(`not counted in ${MAX_ROUNDS} rounds`));
  }

  async read(page: string): Promise<Reading> {
    const item = (await this.#find(page)) ?? {};
    const count = Math.max(numberIn(item, "counted") ?? 0, numberIn(item, "reserved_to") ?? 0);
    const tally = tallyOf(item, count, this.#options.now());
    return { ...tally, bots: numberIn(item, "bots") ?? 0, visitorsToday: undefined };
  }

  async history(page: string, seconds: number): Promise<History> {
    const item = (await this.#find(page)) ?? {};
    const to = Math.floor(this.#options.now() / 1_000);
    const from = to - Math.min(seconds, MINUTE_BUCKETS) + 1;
    const kept = bucketsOf(item).filter(({ second }) => second >= from && second <= to);
    return { from, to, buckets: kept.sort((a, b) => a.second - b.second) };
  }

  async set(page: string, count: number): Promise<Tally> {
    const nowMs = this.#options.now();
    const values = { ":count": count, ":now": nowMs, ":none": 0, ":one": 1 };
    const item = await this.#updateIf(page, {
      UpdateExpression:
        "SET counted = :count, as_of = :now, epoch = if_not_exists(epoch, :none) + :one, " +
        "changed_by = :change REMOVE reserved_to",
      // Sent again after a lost reply it must not take back the numbers that were given since.
      ConditionExpression: "attribute_not_exists(changed_by) OR changed_by <> :change",
      ExpressionAttributeValues: { ...numbers(values), ...this.#newChange(nowMs) },
    });
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

  /** Above every earlier one of this process. */
  #nextId(nowMs: number): number {
    this.#lastBatch = Math.max(this.#lastBatch + 1, nowMs * 1_000);
    return this.#lastBatch;
  }

  /** Names one call, so that it is known when it is sent again. */
  #newChange(nowMs: number): Item {
    return { ":change": { S: `${this.#options.writer} ${this.#nextId(nowMs)}` } };
  }

  /** Undefined when the page was found to be Redis' and has been taken over: to be tried again. */
  async #count(batch: HitBatch, id: number, nowMs: number): Promise<Tally | undefined> {
    const { page } = batch;
    const { writer } = this.#options;
    const counted = await this.#updateIf(page, this.#countExpression(batch, id, nowMs));
    if (counted !== undefined) {
      this.#noteStale(page, counted, nowMs);
      return tallyOf(counted, numberIn(counted, "counted") ?? 0, nowMs);
    }
    // Perhaps a writer that was to be swept came back: the next round sweeps nothing.
    this.#sweeps.forget(page);
    const item = (await this.#find(page)) ?? {};
    if ((numberIn(item, `batch_${writer}`) ?? 0) === id) {
      // The reply to an earlier attempt was lost: the numbers are ours already.
      return tallyOf(item, numberIn(item, `last_${writer}`) ?? 0, nowMs);
    }
    if ((numberIn(item, "counted") ?? 0) + batch.hits > MAX_COUNT) throw new CountExhausted(page);
    await this.#takeOver(page, item);
    return undefined;
  }

  #countExpression({ page, hits, bots }: HitBatch, id: number, nowMs: number) {
    const { writer } = this.#options;
    const total = "if_not_exists(counted, :none) + :hits";
    const { buckets = [], writers = [], fence = 0 } = this.#sweeps.find(page) ?? {};
    const second = bucketName(Math.floor(nowMs / 1_000));
    const stale = [
      ...buckets.filter((name) => name !== second),
      ...writers.flatMap((each) => [`batch_${each}`, `last_${each}`]),
    ];
    /** Each batch counts once, and one that was given up never comes after a later one. */
    const once = `(attribute_not_exists(batch_${writer}) OR batch_${writer} < :id)`;
    /** Numbers are not promised to Redis. */
    const ours = "attribute_not_exists(reserved_to)";
    /** No count passes the highest one. */
    const fits = "(attribute_not_exists(counted) OR counted <= :highest)";
    /** A writer that came back may need its fence. */
    const isStale = (each: string) =>
      `(attribute_not_exists(batch_${each}) OR batch_${each} < :fence)`;
    return {
      UpdateExpression: [
        `SET counted = ${total}, last_${writer} = ${total}, batch_${writer} = :id, as_of = :now`,
        `ADD ${second} :hits, bots :bots`,
        ...(stale.length === 0 ? [] : [`REMOVE ${stale.join(", ")}`]),
      ].join(" "),
      ConditionExpression: [once, ours, fits, ...writers.map(isStale)].join(" AND "),
      ExpressionAttributeValues: numbers({
        ":none": 0,
        ":hits": hits,
        ":bots": bots,
        ":id": id,
        ":now": nowMs,
        ":highest": MAX_COUNT - hits,
        ...(writers.length > 0 && { ":fence": fence }),
      }),
    };
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
    const oldest = Math.floor(nowMs / 1_000) - KEPT_SECONDS;
    const fence = (nowMs - FENCE_MS) * 1_000;
    const buckets = bucketsOf(item)
      .filter(({ second }) => second < oldest)
      .map(({ second }) => bucketName(second))
      .slice(0, SWEPT_BUCKETS);
    const writers = Object.keys(item)
      .filter((name) => name.startsWith("batch_") && (numberIn(item, name) ?? 0) < fence)
      .map((name) => name.slice("batch_".length))
      .slice(0, SWEPT_FENCES);
    this.#sweeps.note(page, { buckets, writers, fence }, buckets.length + writers.length);
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

/** Attributes that no longer count. */
interface Stale {
  buckets: string[];
  writers: string[];
  /** The batches of the writers are below this. */
  fence: number;
}

type Expressions = Omit<UpdateItemCommand["input"], "TableName" | "Key">;
