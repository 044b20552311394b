import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { MAX_NAME_CHARACTERS, type StoredProduct, UnreadableProduct } from "../product-store.ts";
import { fromDecimal, toDecimal } from "../price.ts";

export type Item = Record<string, AttributeValue>;

/** What an ETag can hold. */
const VERSION = /^[\x21\x23-\x7e]+$/;

export function keyOf(id: number): Item {
  return { id: { N: String(id) } };
}

/** Whether a product can have this id: others may have written items under any number. */
export function hasProductId({ id }: Item): boolean {
  const number = Number(id?.N);
  return Number.isSafeInteger(number) && number >= 1 && String(number) === id?.N;
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
      name: textOf(item, "name", isName),
      priceCents: fromDecimal(item.price?.N ?? "none"),
      version: textOf(item, "version", (text) => VERSION.test(text)),
    };
  } catch (error) {
    throw new UnreadableProduct(id, error);
  }
}

function isName(text: string): boolean {
  const { length } = Array.from(text);
  return length >= 1 && length <= MAX_NAME_CHARACTERS;
}

function textOf(item: Item, name: string, isValid: (text: string) => boolean): string {
  const text = item[name]?.S;
  if (text === undefined || !isValid(text)) throw new TypeError(`expected a ${name}`);
  return text;
}
