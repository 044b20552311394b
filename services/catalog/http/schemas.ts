import { z } from "zod";
import { createCursor } from "../../../shared/kit/http/request/cursor.ts";
import { limitParameter, pathInteger } from "../../../shared/kit/http/request/integer-parameter.ts";
import { MAX_NAME_CHARACTERS } from "../product-store.ts";
import { MAX_PRICE, toCents } from "../price.ts";

const NAME = new RegExp(`^[^]{1,${MAX_NAME_CHARACTERS}}$`, "u");
const ID = /^[1-9]\d{0,15}$/;

const fields = { name: "Samsung TV", price: 140 };
const example = { id: 1, ...fields };

const id = z
  .int({ error: ({ input }) => `expected a whole number from 1 on, received ${shown(input)}` })
  .min(1, "expected a whole number from 1 on")
  .describe("Chosen by the caller.");

/** Characters as people count them, not code units; a half of one would not survive a store. */
const name = z
  .string()
  .refine((text) => NAME.test(text), `expected 1 to ${MAX_NAME_CHARACTERS} characters`)
  .refine((text) => text.isWellFormed(), "expected characters of Unicode, not halves of them")
  .meta({ minLength: 1, maxLength: MAX_NAME_CHARACTERS });

const price = z
  .number({ error: ({ input }) => `expected a number as price, received ${shown(input)}` })
  .min(0, "expected a price of at least 0")
  .max(MAX_PRICE, `expected a price of at most ${MAX_PRICE}`)
  .refine((value) => !(value >= 0 && value <= MAX_PRICE) || toCents(value) !== undefined, {
    error: "expected a price with at most 2 decimals",
  })
  // No `multipleOf: 0.01`: validators that divide doubles refuse 19.99 by it.
  .describe("At most 2 decimals; kept exactly, and answered as the nearest 64-bit double.");

export const ProductPath = z.object({
  id: pathInteger({
    ...{ min: 1, max: Number.MAX_SAFE_INTEGER, example: example.id },
    description: "The product's id.",
  }),
});

/** Holds the id of the last product of the page. */
const cursor = createCursor("products");

export const formatCursor = (after: number) => cursor.format(String(after));

export const NewProduct = z
  .strictObject({ id, name, price })
  .meta({ id: "NewProduct", examples: [example] });

export const ProductFields = NewProduct.extend({
  id: id.describe("The same as in the path, where it is sent at all.").optional(),
}).meta({ id: "ProductFields", examples: [fields] });

export const Product = z.object({ id, name, price }).meta({ id: "Product", examples: [example] });

export const ProductPage = z
  .object({
    products: z.array(Product),
    next_cursor: z
      .string()
      .optional()
      .meta({
        description: "Asks for the next page; absent on the last one.",
        examples: [formatCursor(example.id)],
      }),
  })
  .meta({ id: "ProductPage" });

export const ListQuery = z.strictObject({
  limit: limitParameter(),
  cursor: cursor.parameter
    .refine((after) => after === undefined || isId(after), "expected a `next_cursor` of this list")
    .transform((after) => (after === undefined ? undefined : Number(after))),
});

function isId(text: string): boolean {
  return ID.test(text) && Number.isSafeInteger(Number(text));
}

/** JSON has no word for what an overflowing number becomes. */
function shown(input: unknown): string {
  if (input === undefined) return "nothing";
  return typeof input === "number" ? String(input) : JSON.stringify(input).slice(0, 64);
}
