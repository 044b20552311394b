import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type Koa from "koa";
import { container } from "../../contract.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Log } from "./log.ts";
import { OpenRequests } from "./open-requests.ts";
import { runStopSteps, type StopSteps } from "./stop-steps.ts";

/** Longer than the load balancer's idle time, so that it is never the service that hangs up. */
const KEEP_ALIVE_MS = (container.loadBalancerIdleSeconds + 5) * 1_000;
/**
 * From the first byte of a request to its last. Node applies the larger of its two limits to the
 * whole request, so a larger `headersTimeout` would extend this one. Neither of them ends a
 * connection that waits for its next request: that is `keepAliveTimeout`.
 */
const REQUEST_TIMEOUT_MS = 30_000;
/** How often Node looks for requests that are over the limit; its default of 30 s doubles it. */
const TIMEOUT_CHECK_MS = 1_000;

export interface ServeOptions {
  app: Koa;
  /** TCP port; 0 for any free one. */
  port: number;
  /** Address to listen on; undefined for every one. */
  listenHost?: string | undefined;
  lifecycle: Lifecycle;
  /** How long a stopping process still serves, in milliseconds. */
  drainMs: number;
  /** Run one after the other once the last request is answered: flush first, close clients last. */
  onStop: StopSteps;
  log: Log;
  /** Longest time for a request to arrive, in milliseconds; for tests. */
  requestTimeoutMs?: number;
}

/**
 * Listens until SIGTERM or SIGINT, then stops without losing a request.
 *
 * The order: `/healthz` answers 503 → still serving, with `connection: close`, for the drain time →
 * no new connection, the open requests finish, those that never arrive in full are cut → `onStop` →
 * exit 0. Each part has its time in the contract, so that together they end before ECS kills the
 * task. Exits 1 when a step of `onStop` failed or was cut; the log names it.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { app, port, listenHost, lifecycle, log } = options;
  const { requestTimeoutMs = REQUEST_TIMEOUT_MS } = options;
  const handle = app.callback();
  const timeouts = {
    keepAliveTimeout: KEEP_ALIVE_MS,
    headersTimeout: requestTimeoutMs,
    requestTimeout: requestTimeoutMs,
    connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  };
  const server = createServer(timeouts, (request, response) => void handle(request, response));
  const openRequests = new OpenRequests(server);
  const stopOnce = (signal: NodeJS.Signals) => {
    if (lifecycle.draining) return;
    lifecycle.drain();
    log.info({ signal }, "stopping");
    stop(openRequests, options).then(
      (isClean) => process.exit(isClean ? 0 : 1),
      (error: unknown) => {
        log.fatal({ err: error }, "did not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stopOnce).on("SIGINT", stopOnce);

  await listen(server, { port, host: listenHost });
  log.info({ port: (server.address() as AddressInfo).port }, "listening");
}

function listen(server: Server, at: { port: number; host: string | undefined }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(at, resolve);
  });
}

/** @returns true when nothing was lost */
async function stop(openRequests: OpenRequests, options: ServeOptions): Promise<boolean> {
  const { drainMs, onStop, log } = options;
  await delay(drainMs);
  const unanswered = await openRequests.close(container.answerSeconds * 1_000);
  if (unanswered > 0) log.error({ requests: unanswered }, "cut requests that took too long");
  const isFlushed = await runStopSteps(onStop, { log, withinMs: container.flushSeconds * 1_000 });
  log.info("stopped");
  return isFlushed && unanswered === 0;
}
