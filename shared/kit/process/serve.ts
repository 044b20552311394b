import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as delay } from "node:timers/promises";
import type Koa from "koa";
import { container } from "../../contract.ts";
import type { Lifecycle } from "./lifecycle.ts";
import type { Log } from "./log.ts";

/** Longer than the load balancer's idle time, so that it is never the service that hangs up. */
const KEEP_ALIVE_MS = (container.loadBalancerIdleSeconds + 5) * 1_000;
const REQUEST_TIMEOUT_MS = 30_000;
/** Left of the stop timeout for flushing, so that the process ends itself before it is killed. */
const KILL_MARGIN_MS = 2_000;
const SWEEP_MS = 50;

export interface ServeOptions {
  app: Koa;
  /** TCP port; 0 for any free one. */
  port: number;
  lifecycle: Lifecycle;
  /** How long a stopping process still serves, in milliseconds. */
  drainMs: number;
  /** Run one after the other once the last request is answered: flush first, close clients last. */
  onStop: readonly (() => Promise<void>)[];
  log: Log;
}

/**
 * Listens until SIGTERM or SIGINT, then stops without losing a request.
 *
 * The order: `/healthz` answers 503 → still serving, with `connection: close`, for the drain time →
 * no new connection, the open requests finish → `onStop` → exit 0. Should that take longer than ECS
 * waits before it kills, the process says so and exits 1.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { app, port, lifecycle, log } = options;
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  server.headersTimeout = KEEP_ALIVE_MS + 1_000;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  const stopOnce = (signal: NodeJS.Signals) => {
    if (lifecycle.draining) return;
    lifecycle.drain();
    log.info({ signal }, "stopping");
    stop(server, options).then(
      () => process.exit(0),
      (error: unknown) => {
        log.fatal({ err: error }, "did not stop cleanly");
        process.exit(1);
      },
    );
  };
  process.on("SIGTERM", stopOnce).on("SIGINT", stopOnce);

  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(port, resolve);
  });
  log.info({ port: (server.address() as AddressInfo).port }, "listening");
}

async function stop(server: Server, { drainMs, onStop, log }: ServeOptions): Promise<void> {
  const deadlineMs = container.stopTimeoutSeconds * 1_000 - KILL_MARGIN_MS;
  setTimeout(() => {
    log.fatal({ deadline_ms: deadlineMs }, "did not stop in time");
    process.exit(1);
  }, deadlineMs).unref();

  await delay(drainMs);
  await closeServer(server);
  for (const step of onStop) await step();
  log.info("stopped");
}

/** Ends when the last request is answered: a kept-alive connection counts as open until swept. */
async function closeServer(server: Server): Promise<void> {
  const sweep = setInterval(() => {
    server.closeIdleConnections();
  }, SWEEP_MS);
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  clearInterval(sweep);
}
