import type { IncomingMessage } from "node:http";
import { Problem, problems } from "../problem.ts";
import { quote } from "./quote.ts";

const LIMIT_BYTES = 16 * 1024;

/** Whether a body follows, by the headers. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  const length = headers["content-length"];
  return headers["transfer-encoding"] !== undefined || (length !== undefined && length !== "0");
}

/**
 * Reads a whole body.
 *
 * @throws Problem 415 when it is encoded, 413 when it is larger than 16 KiB, 400 when its bytes are
 *   not UTF-8
 */
export async function readText(request: IncomingMessage): Promise<string> {
  const encoding = request.headers["content-encoding"] ?? "identity";
  if (encoding !== "identity") {
    throw new Problem(problems.unsupportedType, {
      detail: `Expected a body without content-encoding, received ${quote(encoding)}. Send it as it is.`,
    });
  }
  const bytes = await readBytes(request);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    const detail = "Expected a body in UTF-8, received bytes that are not UTF-8. Encode it again.";
    throw new Problem(problems.malformed, { detail, cause });
  }
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  // Ending the loop early must not destroy the request: what is left of it is read and dropped, as
  // hanging up on a proxy that still sends loses the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > LIMIT_BYTES) {
      request.resume();
      throw new Problem(problems.tooLarge, {
        detail: `Expected a body of at most ${LIMIT_BYTES} bytes. Send less.`,
      });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, bytes);
}
