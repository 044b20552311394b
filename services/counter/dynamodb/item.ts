import { type AttributeValue, ConditionalCheckFailedException } from "@aws-sdk/client-dynamodb";

/** An item as DynamoDB's API has it. */
export type Item = Record<string, AttributeValue>;

export function numberIn(item: Item, name: string): number | undefined {
  const text = item[name]?.N;
  return text === undefined ? undefined : Number(text);
}

/** The page was set from counts with the one sum to counts with the other: exact at any size. */
export function movedIn(item: Item): number {
  const sumOf = (name: string) => BigInt(item[name]?.N ?? 0);
  return Number(sumOf("set_to") - sumOf("set_from"));
}

/** The values of an expression. */
export function numbers(values: Record<string, number>): Item {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, value]) => [name, { N: String(value) }]));
}

/** The reply to a write; undefined, and nothing was written, when its condition does not hold. */
export async function unlessRefused<T>(call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (error) {
    if (error instanceof ConditionalCheckFailedException) return undefined;
    throw error;
  }
}
