import { z } from "zod";
import { MAX_NAME_CHARACTERS } from "../catalog.ts";
import { MAX_PRICE, toCents } from "../price.ts";

const MAX_PAGE = 100;
const ID = /^[1-9]\d{0,15}$/;

const expectedId = `expected a whole number from 1 to ${Number.MAX_SAFE_INTEGER}, digits only`;

/** In a path there is one way only to write an id: `01`, `1e3` and `1abc` are no ids. */
const PathId = z
  .string()
  .regex(ID, expectedId)
  .refine((text) => !ID.test(text) || Number.isSafeInteger(Number(text)), expectedId)
  .transform(Number);

const id = z
  .int({ error: ({ input }) => `expected a whole number from 1 on, received ${shown(input)}` })
  .min(1, "expected a whole number from 1 on")
  .describe("Chosen by the caller.");

/** Characters as people count them, not code units; a half of one would not survive a store. */
const name = z
  .string()
  .regex(/^[\s\S]{1,100}$/u, `expected 1 to ${MAX_NAME_CHARACTERS} characters`)
  .refine((text) => text.isWellFormed(), "expected characters of Unicode, not halves of them");

const price = z
  .number({ error: ({ input }) => `expected a number as price, received ${shown(input)}` })
  .min(0, "expected a price of at least 0")
  .max(MAX_PRICE, `expected a price of at most ${MAX_PRICE}`)
  .refine((value) => !(value >= 0 && value <= MAX_PRICE) || toCents(value) !== undefined, {
    error: "expected a price with at most 2 decimals",
  })
  .meta({ multipleOf: 0.01 })
  .describe("Exact, with at most 2 decimals.");

export const ProductPath = z.object({ id: PathId.describe("The product's id.") });

export const Product = z
  .strictObject({ id, name, price })
  .meta({ id: "Product", examples: [{ id: 1, name: "Samsung TV", price: 140 }] });

export const ProductFields = Product.extend({
  id: id.describe("The same as in the path, where it is sent at all.").optional(),
}).meta({ id: "ProductFields", examples: [{ name: "Samsung TV", price: 140 }] });

export const ProductPage = z
  .object({
    products: z.array(Product),
    next_cursor: z.string().optional().describe("Asks for the next page; absent on the last one."),
  })
  .meta({ id: "ProductPage" });

export const ListQuery = z.strictObject({
  limit: z
    .string()
    .regex(/^\d{1,3}$/, `expected a whole number from 1 to ${MAX_PAGE}`)
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= MAX_PAGE, {
      error: `expected a whole number from 1 to ${MAX_PAGE}`,
    })
    .default(20)
    .describe(`Products on a page, 1 to ${MAX_PAGE}.`),
  cursor: z
    .string()
    .refine((cursor) => parseCursor(cursor) !== undefined, "expected a `next_cursor` of this list")
    .transform(parseCursor)
    .optional()
    .describe("The `next_cursor` of the page before."),
});

/** Opaque to callers, so that what it holds may change. */
export function formatCursor(after: number): string {
  return Buffer.from(`after ${after}`).toString("base64url");
}

/** Undefined for a text that `formatCursor` did not write. */
function parseCursor(cursor: string): number | undefined {
  const text = Buffer.from(cursor, "base64url").toString();
  const after = Number(/^after (\d+)$/.exec(text)?.[1]);
  return Number.isSafeInteger(after) && formatCursor(after) === cursor ? after : undefined;
}

/** JSON has no word for what an overflowing number becomes. */
function shown(input: unknown): string {
  if (input === undefined) return "nothing";
  return typeof input === "number" ? String(input) : JSON.stringify(input).slice(0, 64);
}
