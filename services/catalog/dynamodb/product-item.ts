import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { type StoredProduct, UnreadableProduct } from "../product-store.ts";
import { fromDecimal, toDecimal } from "../price.ts";

export type Item = Record<string, AttributeValue>;

export function keyOf(id: number): Item {
  return { id: { N: String(id) } };
}

/** The price is kept as an exact decimal. */
export function toItem({ id, name, priceCents, version }: StoredProduct): Item {
  return {
    ...keyOf(id),
    name: { S: name },
    price: { N: toDecimal(priceCents) },
    version: { S: version },
  };
}

/** @throws UnreadableProduct for an item that `toItem` would not have made */
export function toProduct(item: Item): StoredProduct {
  const id = Number(item.id?.N);
  try {
    return {
      id,
      name: textOf(item, "name"),
      priceCents: fromDecimal(item.price?.N ?? "none"),
      version: textOf(item, "version"),
    };
  } catch (error) {
    throw new UnreadableProduct(id, error);
  }
}

function textOf(item: Item, name: string): string {
  const text = item[name]?.S;
  if (text === undefined) throw new TypeError(`expected a text as ${name}`);
  return text;
}
