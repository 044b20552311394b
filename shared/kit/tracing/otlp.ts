import { randomInt } from "node:crypto";
import { diag, DiagLogLevel } from "@opentelemetry/api";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { AlwaysOnSampler, BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import type { Log } from "../process/log.ts";
import { createChoice } from "./sampling.ts";
import { SpanRecorder } from "./spans.ts";
import { TraceIds } from "./trace-ids.ts";

const RANDOM_STEPS = 2 ** 32;
/** How long a span waits for others to be sent with. */
const LINGER_MS = 500;
/** For one export with its retries; also the longest that a stop waits for the last spans. */
const EXPORT_MS = 2_000;
/** A collector that is away is logged no more often. */
const COMPLAINT_MS = 60_000;
/** In characters, of the reason that is logged. */
const LONGEST_REASON = 200;

export interface TracesOptions {
  service: string;
  instance: string;
  deployment: string;
  /** Of the collector, without `/v1/traces`. */
  endpoint: string;
  /** How many in a hundred of the requests whose callers have not decided are recorded. */
  percent: number;
  log: Log;
}

/**
 * Records requests from now on, and sends them as OTLP over HTTP, in JSON, behind the answers.
 *
 * At most 2,048 spans wait; more are dropped, so a collector that is away costs no memory.
 *
 * @returns ends the recording, and sends what is left, for two seconds at most
 */
export function startTraces(options: TracesOptions): () => Promise<void> {
  const { endpoint, percent, log } = options;
  reportFailures(log);
  const ids = new TraceIds();
  const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      "service.name": options.service,
      "service.instance.id": options.instance,
      "deployment.environment.name": options.deployment,
    }),
    sampler: new AlwaysOnSampler(),
    idGenerator: ids,
    spanProcessors: [
      new BatchSpanProcessor({
        exporter: new OTLPTraceExporter({ url, timeoutMillis: EXPORT_MS }),
        scheduledDelayMillis: LINGER_MS,
        exportTimeoutMillis: EXPORT_MS,
      }),
    ],
  });
  const recorder = new SpanRecorder({
    ...{ tracer: provider.getTracer("page-services"), ids },
    isChosen: createChoice({ percent, random, now: () => performance.now() }),
  });
  recorder.start();
  return async () => {
    recorder.stop();
    await provider.shutdown();
  };
}

function random(): number {
  return randomInt(RANDOM_STEPS) / RANDOM_STEPS;
}

function reportFailures(log: Log): void {
  let nextMs = 0;
  const report = (message: string) => {
    if (performance.now() < nextMs) return;
    nextMs = performance.now() + COMPLAINT_MS;
    log.warn({ reason: reasonOf(message) }, "traces are not delivered");
  };
  const ignore = () => undefined;
  const logger = { error: report, warn: report, info: ignore, debug: ignore, verbose: ignore };
  diag.setLogger(logger, { logLevel: DiagLogLevel.WARN, suppressOverrideMessage: true });
}

/** OpenTelemetry reports an error as JSON, with its stack and what the collector answered. */
function reasonOf(report: string): string {
  try {
    const { message } = JSON.parse(report) as { message?: string };
    return (message ?? report).slice(0, LONGEST_REASON);
  } catch {
    return report.slice(0, LONGEST_REASON);
  }
}
