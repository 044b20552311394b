import type { Values } from "../config.ts";
import { env, type ServiceName } from "../../contract.ts";
import { createMetrics } from "../http/metrics.ts";
import type { ServiceContext } from "../http/service-app.ts";
import { findInstance } from "./instance.ts";
import { Lifecycle } from "./lifecycle.ts";
import { createLog } from "./log.ts";
import type { apiKeySettings, serviceSettings } from "../settings.ts";

type ServiceSettings = Values<typeof serviceSettings> & Partial<Values<typeof apiKeySettings>>;

/** What a process is made of beside its own domain: its name, log, metrics and HTTP settings. */
export async function createServiceContext(
  service: ServiceName,
  settings: ServiceSettings,
): Promise<Omit<ServiceContext, "readiness">> {
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
  };
}

function rateLimitsOf(settings: ServiceSettings) {
  const { rateLimitReads, rateLimitWrites, rateLimitExpensive } = settings;
  return { reads: rateLimitReads, writes: rateLimitWrites, expensive: rateLimitExpensive };
}
