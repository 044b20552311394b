import type { AttributeValue } from "@aws-sdk/client-dynamodb";

/** An item as DynamoDB's API has it. */
export type Item = Record<string, AttributeValue>;

export function numberIn(item: Item, name: string): number | undefined {
  const text = item[name]?.N;
  return text === undefined ? undefined : Number(text);
}

/** The values of an expression. */
export function numbers(values: Record<string, number>): Item {
  const entries = Object.entries(values);
  return Object.fromEntries(entries.map(([name, value]) => [name, { N: String(value) }]));
}
