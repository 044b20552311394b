import { everyBucket, spansIn } from "./buckets.ts";
import { type Item, numbers } from "./item.ts";

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
