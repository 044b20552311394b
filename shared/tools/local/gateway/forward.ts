import { once } from "node:events";
import {
  request as startRequest,
  type Agent,
  type ClientRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import { pipeline } from "node:stream/promises";
import { withoutHopByHop } from "./forwarded-headers.ts";
import type { Target } from "./target-group.ts";

/** A request as it came in, and where its answer goes. */
export interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
}

export interface ForwardOptions {
  headers: OutgoingHttpHeaders;
  agent: Agent;
  /** An instance that sends nothing for so long is given up. */
  idleTimeoutMs: number;
}

/** The instance was silent for longer than the idle timeout. */
export class IdleTimeout extends Error {}

/** True when there was no connection to the instance: nothing was sent, so another may be asked. */
export function wasNotConnected(error: unknown): boolean {
  if (!(error instanceof Error && "syscall" in error)) return false;
  return error.syscall === "connect" || error.syscall === "getaddrinfo";
}

/**
 * Hands a request to an instance and streams its answer back, each chunk as it comes. A client that
 * hangs up hangs up on the instance as well, and the other way round.
 *
 * Rejects only while nothing is answered yet: with `IdleTimeout`, or with what kept or broke the
 * connection.
 */
export async function forward(
  { request, response }: Exchange,
  { hostname, port }: Target,
  { headers, agent, idleTimeoutMs }: ForwardOptions,
): Promise<void> {
  const { method, url: path } = request;
  const upstream = startRequest({ hostname, port, method, path, headers, agent });
  upstream.setTimeout(idleTimeoutMs, () => upstream.destroy(new IdleTimeout()));
  const hangUp = () => upstream.destroy();
  response.once("close", hangUp);
  try {
    sendBodyOnceConnected(request, upstream);
    const [answer] = (await once(upstream, "response")) as [IncomingMessage];
    // From here on a fault is the answer's own: it ends both connections, and is no news here.
    upstream.on("error", () => undefined);
    await sendAnswer(answer, response).catch(() => undefined);
    request.unpipe(upstream).resume();
  } finally {
    response.off("close", hangUp);
  }
}

/** Not a byte of the body is taken before there is a connection: another instance may need it. */
function sendBodyOnceConnected(request: IncomingMessage, upstream: ClientRequest): void {
  upstream.once("socket", (socket) => {
    if (socket.connecting) socket.once("connect", () => request.pipe(upstream));
    else request.pipe(upstream);
  });
}

async function sendAnswer(answer: IncomingMessage, response: ServerResponse): Promise<void> {
  const { "transfer-encoding": _, ...headers } = withoutHopByHop(answer.headers);
  response.writeHead(answer.statusCode ?? 502, answer.statusMessage, headers).flushHeaders();
  await pipeline(answer, response);
}
