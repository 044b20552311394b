import { z } from "zod";
import { quote } from "./quote.ts";

const INTEGER = /^(?:0|[1-9]\d{0,15})$/;

export interface PathIntegerOptions {
  min: number;
  max: number;
  description: string;
  example?: number;
}

export interface IntegerParameterOptions extends PathIntegerOptions {
  /** Used where the request does not have the parameter. */
  default: number;
}

/**
 * A whole number of a query: digits only, so `0x10`, `1e1`, `007` and `+1` are refused.
 *
 * The API description shows it as an integer with its bounds and its default.
 */
export function integerParameter(options: IntegerParameterOptions) {
  return integerText(options)
    .default(options.default)
    .meta({ ...describe(options), default: options.default });
}

/** A whole number in a path, which has one way only to be written there. */
export function pathInteger(options: PathIntegerOptions) {
  return integerText(options).meta(describe(options));
}

function integerText({ min, max }: PathIntegerOptions) {
  return z.unknown().transform((text, context) => {
    const value = typeof text === "string" && INTEGER.test(text) ? Number(text) : Number.NaN;
    if (value >= min && value <= max) return value;
    context.addIssue(`expected one whole number from ${min} to ${max}, received ${quote(text)}`);
    return z.NEVER;
  });
}

function describe({ min, max, description, example }: PathIntegerOptions) {
  const examples = example === undefined ? {} : { examples: [example] };
  return { type: "integer", minimum: min, maximum: max, description, ...examples };
}

/** `limit` of every list: how many entries one page has. */
export function limitParameter() {
  return integerParameter({ min: 1, max: 100, default: 25, description: "Entries on a page." });
}
