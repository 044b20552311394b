import { z } from "zod";
import { quote } from "./quote.ts";

const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

export interface IntegerParameterOptions {
  min: number;
  max: number;
  /** Used where the request does not have the parameter. */
  default: number;
  description: string;
}

/**
 * A whole number of a query: digits only, so `0x10`, `1e1`, `007` and `+1` are refused.
 *
 * The API description shows it as an integer with its bounds and its default.
 */
export function integerParameter({ min, max, description, ...rest }: IntegerParameterOptions) {
  return z
    .unknown()
    .transform((text, context) => {
      const value = typeof text === "string" && INTEGER.test(text) ? Number(text) : Number.NaN;
      if (value >= min && value <= max) return value;
      context.addIssue(`expected one whole number from ${min} to ${max}, received ${quote(text)}`);
      return z.NEVER;
    })
    .default(rest.default)
    .meta({ type: "integer", minimum: min, maximum: max, default: rest.default, description });
}

/** `limit` of every list: how many entries one page has. */
export function limitParameter() {
  return integerParameter({ min: 1, max: 100, default: 25, description: "Entries on a page." });
}
