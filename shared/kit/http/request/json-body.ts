import { bodyParser } from "@koa/bodyparser";
import type { Context } from "koa";
import { invalidInput, Problem, problems } from "../problem.ts";

const LIMIT_BYTES = 16 * 1024;
/** More digits than a double keeps: the only numbers that need a second look. */
const LONG_NUMBER = /\d[\d.]{15,}/;

const parse = bodyParser({ enableTypes: ["json"], jsonLimit: LIMIT_BYTES, jsonStrict: false });

/**
 * Reads a JSON body of at most 16 KiB.
 *
 * @returns the value, or undefined when the request has no body
 * @throws Problem 400 malformed JSON, 413 too large, 415 anything but JSON
 */
export async function readJsonBody(ctx: Context): Promise<unknown> {
  if (!hasBody(ctx)) return undefined;
  if (ctx.is("application/json", "+json") === false) {
    throw new Problem(problems.unsupportedType, {
      detail: `Expected content-type application/json, got ${ctx.get("content-type") || "none"}.`,
    });
  }
  try {
    await parse(ctx, () => Promise.resolve());
  } catch (error) {
    // What is left is read and dropped: hanging up on a proxy that still sends loses the answer.
    ctx.req.resume();
    throw bodyProblem(error);
  }
  const { body, rawBody } = ctx.request as unknown as { body: unknown; rawBody?: string };
  if (rawBody === undefined || rawBody.trim() === "") return undefined;
  refuseLossyNumbers(rawBody);
  return body;
}

function hasBody(ctx: Context): boolean {
  const { headers } = ctx.req;
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

function bodyProblem(error: unknown): Problem {
  const { status, message } = error as { status?: number; message: string };
  if (status === 413) {
    return new Problem(problems.tooLarge, {
      detail: `Expected a body of at most ${LIMIT_BYTES} bytes.`,
    });
  }
  if (status === 415) return new Problem(problems.unsupportedType, { detail: message });
  return new Problem(problems.malformed, { detail: `Expected JSON: ${message}.`, cause: error });
}

/** What JSON holds exactly and a double does not would be kept as another number: say so. */
function refuseLossyNumbers(text: string): void {
  if (!LONG_NUMBER.test(text)) return;
  JSON.parse(text, (key, value: unknown, context?: { source?: string }) => {
    const source = context?.source;
    if (typeof value === "number" && source !== undefined && LONG_NUMBER.test(source)) {
      throw invalidInput("body", [{ path: key, message: `too many digits to keep: ${source}` }]);
    }
    return value;
  });
}
