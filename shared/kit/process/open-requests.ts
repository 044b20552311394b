import type { IncomingMessage, Server } from "node:http";
import { setTimeout as delay } from "node:timers/promises";

const CHECK_MS = 50;
/** What a request that has begun to arrive is given for the rest, once the server closes. */
const ARRIVAL_MS = 1_000;

/** The requests that a server is working on. */
export class OpenRequests {
  readonly #server: Server;
  readonly #open = new Set<IncomingMessage>();

  constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      this.#open.add(request);
      response.once("close", () => this.#open.delete(request));
    });
  }

  /**
   * Accepts no new connection, waits for the answers to the requests that came in full, and cuts
   * whatever is then still open: half a request, a connection that never sent one.
   *
   * @returns how many requests that came in full were cut, because they were not answered in time
   */
  async close(withinMs: number): Promise<number> {
    const startMs = performance.now();
    const closed = new Promise<true>((resolve) => this.#server.close(() => resolve(true)));
    while ((await Promise.race([closed, delay(CHECK_MS)])) === undefined) {
      const waitedMs = performance.now() - startMs;
      const isAnswered = this.#unanswered === 0 && waitedMs >= ARRIVAL_MS;
      if (isAnswered || waitedMs >= withinMs) break;
      // A kept-alive connection becomes idle only after its last answer.
      this.#server.closeIdleConnections();
    }
    const unanswered = this.#unanswered;
    this.#server.closeAllConnections();
    return unanswered;
  }

  get #unanswered(): number {
    return [...this.#open].filter((request) => request.complete).length;
  }
}
