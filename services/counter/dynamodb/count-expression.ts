import { type HitBatch, MAX_COUNT } from "../counter.ts";
import { bucketNames, everyBucket, spansIn, staleBuckets } from "./buckets.ts";
import { type Item, numberIn, numbers } from "./item.ts";
import { receiptOf, staleReceipts } from "./receipts.ts";

/** Fences of writers that ended are swept after this: no retry of theirs can come any more. */
const FENCE_MS = 10 * 60_000;
/** Most fences and buckets that one update sweeps: an expression may have 4 KB. */
const SWEPT_FENCES = 20;
const SWEPT_BUCKETS = 40;

/** Attributes that no longer count. */
export interface Stale {
  buckets: readonly string[];
  writers: readonly string[];
  /** The batches of the writers are below this. */
  fence: number;
  receipts: readonly string[];
  /** None of the receipts is younger. */
  receiptsAtMs: number;
}

const nothing: Stale = { buckets: [], writers: [], fence: 0, receipts: [], receiptsAtMs: 0 };

/** What the next update of an item may sweep; receipts only where it sweeps no writer. */
export function staleIn(item: Item, nowMs: number, random: () => number): Stale {
  const fence = (nowMs - FENCE_MS) * 1_000;
  const buckets = staleBuckets(item, Math.floor(nowMs / 1_000)).slice(0, SWEPT_BUCKETS);
  const writers = Object.keys(item)
    .filter((name) => name.startsWith("batch_") && (numberIn(item, name) ?? 0) < fence)
    .map((name) => name.slice("batch_".length))
    .slice(0, SWEPT_FENCES);
  const receipts = writers.length > 0 ? [] : staleReceipts(item, nowMs, random);
  const receiptsAtMs = Math.max(0, ...receipts.map((id) => numberIn(item, `at_${id}`) ?? 0));
  return { buckets, writers, fence, receipts, receiptsAtMs };
}

export interface CountOptions {
  batch: HitBatch;
  /** Of the batch: above every earlier one of the writer. */
  id: number;
  nowMs: number;
  writer: string;
  stale?: Stale;
}

/** The update that counts a batch once, and gives its keys the first numbers. */
export function countExpression({ batch, id, nowMs, writer, stale = nothing }: CountOptions) {
  const written = (batch.keys ?? []).map(receiptOf);
  const hits = batch.hits + written.length;
  const { buckets, writers, fence, receiptsAtMs } = stale;
  const [second, span] = bucketNames(Math.floor(nowMs / 1_000));
  const receipts = stale.receipts.filter((each) => !written.includes(each));
  const swept = [
    ...buckets.filter((name) => name !== second && name !== span),
    ...writers.flatMap((each) => [`batch_${each}`, `last_${each}`]),
    ...receipts.flatMap((each) => [each, `at_${each}`]),
  ];
  const counted = "if_not_exists(counted, :none)";
  const assignments = [
    `counted = ${counted} + :hits, last_${writer} = ${counted} + :hits`,
    `batch_${writer} = :id, as_of = :now`,
    ...written.map((each, index) => `${each} = ${counted} + :k${index}, at_${each} = :now`),
  ];
  const offsets = written.map((_, index) => [`:k${index}`, index + 1] as const);
  /** Each batch counts once, and one that was given up never comes after a later one. */
  const once = `(attribute_not_exists(batch_${writer}) OR batch_${writer} < :id)`;
  /** Numbers are not promised to Redis. */
  const ours = "attribute_not_exists(reserved_to)";
  /** No count passes the highest one. */
  const fits = "(attribute_not_exists(counted) OR counted <= :highest)";
  /** No key gets a second number. */
  const isNew = (each: string) => `attribute_not_exists(${each})`;
  /** A writer that came back may need its fence. */
  const isStale = (each: string) =>
    `(attribute_not_exists(batch_${each}) OR batch_${each} < :fence)`;
  /** Swept by another instance meanwhile, and written again since: its key came again. */
  const isOld = (each: string) => `NOT at_${each} > :old`;
  return {
    UpdateExpression: [
      `SET ${assignments.join(", ")}`,
      `ADD ${second} :hits, ${span} :hits, bots :bots`,
      ...(swept.length === 0 ? [] : [`REMOVE ${swept.join(", ")}`]),
    ].join(" "),
    ConditionExpression: [
      ...[once, ours, fits],
      ...[...written.map(isNew), ...writers.map(isStale), ...receipts.map(isOld)],
    ].join(" AND "),
    ExpressionAttributeValues: numbers({
      ...{ ":none": 0, ":hits": hits, ":bots": batch.bots, ":id": id, ":now": nowMs },
      ":highest": MAX_COUNT - hits,
      ...Object.fromEntries(offsets),
      ...(writers.length > 0 && { ":fence": fence }),
      ...(receipts.length > 0 && { ":old": receiptsAtMs }),
    }),
  };
}

export interface SetOptions {
  /** As it was read. */
  before: Item;
  count: number;
  nowMs: number;
  /** The call's name, as the value `:change`. */
  change: Item;
}

/** The update that sets a page's count, once. */
export function setExpression({ before, count, nowMs, change }: SetOptions) {
  const second = Math.floor(nowMs / 1_000);
  const spans = spansIn(before, second);
  const isLower = spans.reduce((sum, hits) => sum + hits) > count;
  const removed = ["reserved_to", ...(isLower ? everyBucket(second) : [])];
  const assignments = [
    "counted = :count, as_of = :now, epoch = if_not_exists(epoch, :none) + :one",
    "changed_by = :change",
    // By how much the count moved, as two sums: DynamoDB adds two terms at most.
    "set_from = if_not_exists(set_from, :none) + if_not_exists(counted, :none)",
    "set_to = if_not_exists(set_to, :none) + :count",
  ];
  return {
    UpdateExpression: `SET ${assignments.join(", ")} REMOVE ${removed.join(", ")}`,
    // Sent again after a lost reply it must not take back the numbers that were given since.
    ConditionExpression: "attribute_not_exists(changed_by) OR changed_by <> :change",
    ExpressionAttributeValues: {
      ...numbers({ ":count": count, ":now": nowMs, ":none": 0, ":one": 1 }),
      ...change,
    },
  };
}
