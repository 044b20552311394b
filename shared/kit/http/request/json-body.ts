import type { IncomingMessage } from "node:http";
import type { Context } from "koa";
import { invalidInput, Problem, problems } from "../problem.ts";
import { announcesBody, readText } from "./body-text.ts";
import { isKeptExactly } from "./exact-number.ts";
import { FORM_TYPE } from "./form-body.ts";
import { isSecret, quote } from "./quote.ts";

/** Deeper than any body of ours; what recurses over a value needs no bound of its own. */
const MAX_DEPTH = 32;
/** More digits than a double keeps, or an exponent: the only numbers that need a second look. */
const SUSPICIOUS_NUMBER = /\d[\d.]{15}|\d[eE]/;
const JSON_TYPE = /^application\/json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?;?\s*$/i;
/** What the parser says without the text: kind and place. Its other messages quote the text. */
const PLACED = /^[^"]* at position \d+ \(line \d+ column \d+\)$|^Unexpected end of JSON input$/;

export interface JsonBodyOptions {
  /**
   * Refuses a request without `content-type: application/json` even if it has no body: such a request
   * no page of another origin can send without asking first.
   */
  demandsJson?: boolean | undefined;
  /** The route takes forms too: a refusal names their type as well. */
  acceptsForm?: boolean | undefined;
}

/**
 * Reads a JSON body of at most 16 KiB. No error text repeats what the body says where it is no JSON.
 *
 * @returns the value, or undefined when the request has no body
 * @throws Problem 400 malformed JSON or a number that cannot be kept, 413 too large, 415 anything
 *   but JSON in UTF-8
 */
export async function readJsonBody(
  ctx: Context,
  { demandsJson = false, acceptsForm = false }: JsonBodyOptions = {},
): Promise<unknown> {
  const hasBody = announcesBody(ctx.req);
  if (hasBody || demandsJson) checkType(ctx.req, acceptsForm);
  if (!hasBody) return undefined;
  const text = await readText(ctx.req);
  if (text.trim() === "") return undefined;
  return refuseWhatIsLost(parse(text), text);
}

function checkType({ headers }: IncomingMessage, acceptsForm: boolean): void {
  const type = headers["content-type"];
  if (type === undefined || !JSON_TYPE.test(type)) {
    const received = type === undefined ? "none" : quote(type);
    const [expected, todo] = acceptsForm
      ? [`application/json or ${FORM_TYPE}`, "as a plain JSON object or as a form"]
      : ["application/json", "as a plain JSON object"];
    throw new Problem(problems.unsupportedType, {
      detail:
        `Expected content-type ${expected} in UTF-8, received ${received}. ` +
        `Send the fields ${todo} under that type.`,
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own error is no cause to keep: it quotes the text.
    throw malformed(`the parser reports: ${describeFault(text)}`);
  }
}

/**
 * What is wrong with a text that is no JSON, and where, without repeating any of it: it may hold a
 * password.
 */
function describeFault(text: string): string {
  const message = parserMessage(text);
  return PLACED.test(message)
    ? message
    : `Unexpected character in JSON at position ${findFault(text)}`;
}

/** The first character that no JSON text could have there: a shorter text only ends too early. */
function findFault(text: string): number {
  let [low, high] = [0, text.length];
  while (low + 1 < high) {
    const middle = Math.floor((low + high) / 2);
    if (parserMessage(text.slice(0, middle)).endsWith("is not valid JSON")) high = middle;
    else low = middle;
  }
  return low;
}

function parserMessage(text: string): string {
  try {
    JSON.parse(text);
    return "";
  } catch (error) {
    return (error as Error).message;
  }
}

function malformed(received: string): Problem {
  return new Problem(problems.malformed, {
    detail: `Expected JSON in UTF-8, ${received}. Send a JSON object.`,
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
    const received = isSecret(path.split(".")) ? "" : `, received ${quote(value.source)}`;
    yield { path, message: `expected a number that 64 bits keep exactly${received}` };
  } else if (typeof value === "object" && value !== null) {
    for (const [key, each] of Object.entries(value)) {
      yield* lossyNumbers(each, path === "body" ? key : `${path}.${key}`);
    }
  }
}
