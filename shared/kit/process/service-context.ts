import type { Values } from "../config.ts";
import { env, type ServiceName } from "../../contract.ts";
import { createMetrics } from "../http/metrics.ts";
import type { ServiceContext } from "../http/service-app.ts";
import { findInstance } from "./instance.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createLog, type Log } from "./log.ts";
import type { StopSteps } from "./stop-steps.ts";
import type { apiKeySettings, serviceSettings } from "../settings.ts";

type ServiceSettings = Values<typeof serviceSettings> & Partial<Values<typeof apiKeySettings>>;

export interface ProcessContext extends Omit<ServiceContext, "readiness"> {
  /** First steps of the stop, before the service's own. */
  onStop: StopSteps;
}

/** What a process is made of beside its own domain: its name, log, metrics and HTTP settings. */
export async function createServiceContext(
  service: ServiceName,
  settings: ServiceSettings,
): Promise<ProcessContext> {
  const instance = await findInstance(settings.metadataUri);
  const log = createLog({ level: settings.logLevel, service, instance });
  if (settings.apiKeys?.length === 0) {
    log.warn(`${env.apiKeys} is not set: everybody may write`);
  }
  return {
    http: { ...settings, apiKeys: settings.apiKeys ?? [], rateLimits: rateLimitsOf(settings) },
    instance,
    lifecycle: new Lifecycle(),
    log,
    metrics: createMetrics(),
    onStop: await startTracing(service, { settings, instance, log }),
  };
}

/** What traces need is loaded only where they are on: it costs a quarter of the time to start. */
async function startTracing(
  service: ServiceName,
  { settings, instance, log }: { settings: ServiceSettings; instance: string; log: Log },
): Promise<StopSteps> {
  if (settings.traces === "off") return {};
  const { startTraces } = await import("../tracing/otlp.ts");
  const { deployment, tracesEndpoint: endpoint, tracesPercent: percent } = settings;
  const options = { service, instance, deployment, endpoint, percent, log };
  return { "send the last traces": startTraces(options) };
}

function rateLimitsOf(settings: ServiceSettings) {
  const { rateLimitReads, rateLimitWrites, rateLimitExpensive } = settings;
  return { reads: rateLimitReads, writes: rateLimitWrites, expensive: rateLimitExpensive };
}
