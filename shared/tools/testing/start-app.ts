import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type Koa from "koa";
import { pino } from "pino";
import { createMetrics } from "../../kit/http/metrics.ts";
import type { ServiceContext } from "../../kit/http/service-app.ts";
import { Lifecycle } from "../../kit/process/lifecycle.ts";
import type { Log } from "../../kit/process/log.ts";

export interface RunningApp extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at its end. */
  url: string;
}

/** Serves an app on a free port of the loopback interface until it is disposed of. */
export async function startApp(app: Koa): Promise<RunningApp> {
  const handle = app.callback();
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A service that tests describe: what it is about does not matter to them. */
export const testService = {
  service: "catalog",
  title: "Things",
  description: "For a test.",
  version: "1.0.0",
} as const;

/** What a service is given beside its domain, as a test wants it: quiet, open, without stores. */
export function testContext(overrides: Partial<ServiceContext> = {}): ServiceContext {
  return {
    http: {
      ...{ accessLog: "problems", slowRequestMs: 60_000, corsOrigins: ["*"], apiKeys: [] },
      ...{ trustedHops: 1, rateLimits: { reads: 0, writes: 0, expensive: 0 } },
    },
    instance: "test-instance",
    lifecycle: new Lifecycle(),
    log: pino({ level: "silent" }),
    metrics: createMetrics(),
    readiness: {},
    ...overrides,
  };
}

/** A log that keeps its lines as objects. */
export function recordingLog(): { log: Log; lines: Record<string, unknown>[] } {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string) => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  return { log: pino({ level: "trace" }, { write }), lines };
}
