import type { IncomingMessage } from "node:http";
import type { Context } from "koa";
import { invalidInput, Problem, problems } from "../problem.ts";
import { announcesBody, readText } from "./body-text.ts";
import { isKeptExactly } from "./exact-number.ts";
import { quote } from "./quote.ts";

/** Deeper than any body of ours; what recurses over a value needs no bound of its own. */
const MAX_DEPTH = 32;
/** More digits than a double keeps, or an exponent: the only numbers that need a second look. */
const SUSPICIOUS_NUMBER = /\d[\d.]{15}|\d[eE]/;
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;

/**
 * Reads a JSON body of at most 16 KiB.
 *
 * @param demandType refuses a request without `content-type: application/json` even if it has no
 *   body: such a request no page of another origin can send without asking first
 * @returns the value, or undefined when the request has no body
 * @throws Problem 400 malformed JSON or a number that cannot be kept, 413 too large, 415 anything
 *   but JSON in UTF-8
 */
export async function readJsonBody(ctx: Context, demandType = false): Promise<unknown> {
  const hasBody = announcesBody(ctx.req);
  if (hasBody || demandType) checkType(ctx.req);
  if (!hasBody) return undefined;
  const text = await readText(ctx.req);
  if (text.trim() === "") return undefined;
  return refuseWhatIsLost(parse(text), text);
}

function checkType({ headers }: IncomingMessage): void {
  const type = headers["content-type"];
  if (type === undefined || !JSON_TYPE.test(type)) {
    const received = type === undefined ? "none" : quote(type);
    throw unsupported(
      `Expected content-type application/json in UTF-8, received ${received}. ` +
        "Send the fields as a plain JSON object under that type.",
    );
  }
  const encoding = headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw unsupported(
      `Expected a body without content-encoding, received ${quote(encoding)}. Send it as it is.`,
    );
  }
}

function unsupported(detail: string): Problem {
  return new Problem(problems.unsupportedType, { detail });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw malformed(`the parser reports ${quote((error as Error).message)}`, error);
  }
}

function malformed(received: string, cause?: unknown): Problem {
  return new Problem(problems.malformed, {
    detail: `Expected JSON in UTF-8, ${received}. Send a JSON object.`,
    cause,
  });
}

/** A number as the body wrote it, where another number would be kept. */
class LossyNumber {
  readonly source: string;

  constructor(source: string) {
    this.source = source;
  }
}

/** What JSON holds exactly and a double does not would be kept as another number: say so. */
function refuseWhatIsLost(value: unknown, text: string): unknown {
  if (isDeeper(value, MAX_DEPTH)) {
    throw malformed(`received more than ${MAX_DEPTH} levels of nesting`);
  }
  if (!SUSPICIOUS_NUMBER.test(text)) return value;
  // The depth is bounded by now, and with it the recursion of a reviver.
  const mark = (_key: string, each: unknown, context?: { source?: string }) => {
    const source = context?.source;
    const isLost = typeof each === "number" && source !== undefined && !isKeptExactly(source);
    return isLost ? new LossyNumber(source) : each;
  };
  const marked: unknown = JSON.parse(text, mark);
  const faults = [...lossyNumbers(marked, "body")];
  if (faults.length > 0) throw invalidInput("body", faults);
  return value;
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((each) => isDeeper(each, levels - 1));
}

function* lossyNumbers(value: unknown, path: string): Generator<{ path: string; message: string }> {
  if (value instanceof LossyNumber) {
    yield {
      path,
      message: `expected a number that 64 bits keep exactly, received ${quote(value.source)}`,
    };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      yield* lossyNumbers(each, path === "body" ? key : `${path}.${key}`);
    }
  }
}
