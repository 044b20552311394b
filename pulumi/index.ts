import { serviceNames, services } from "../shared/contract.ts";
import { Alerts } from "./alarms/alerts.ts";
import { Cluster } from "./cluster.ts";
import { readConfig } from "./config.ts";
import { Dashboard } from "./alarms/dashboard.ts";
import { Data } from "./data/tables.ts";
import { findZoneId } from "./ingress/zone.ts";
import { Ingress } from "./ingress/ingress.ts";
import { Microservice } from "./microservice/microservice.ts";
import { OutsideCheck } from "./alarms/outside-check.ts";
import { Network } from "./network/network.ts";
import { Prometheus } from "./prometheus/prometheus.ts";
import { Secret } from "./data/secret.ts";
import { Valkey } from "./data/valkey.ts";

const config = readConfig();

// client ─► load balancer ─► tasks of the services ─► tables and cache
const zoneId = await findZoneId(config);
const network = new Network("network", config);
const ingress = new Ingress("ingress", { config, network, zoneId });
const cluster = new Cluster("cluster", { config, network, ingress });
const alerts = new Alerts("alerts", { config, cluster, ingress });

const data = new Data("data", { config, alerts });
const cache = config.data.valkey.enabled
  ? new Valkey("cache", { config, network, cluster, alerts })
  : undefined;
const writeKey = new Secret("api-key", {
  description: "Key for writes that others see",
  protect: config.protect,
});

const tokenKey = new Secret("token-key", {
  description: "Key of the access tokens of users",
  protect: config.protect,
});

const stores = { data, cache };
const keys = { apiKey: writeKey, tokenKey };
const platform = { config, network, ingress, cluster, alerts, ...stores, ...keys };
const microservices = serviceNames.map((name) => {
  const args = { contract: services[name], options: config.services[name], platform };
  return [name, new Microservice(name, args)] as const;
});
if (config.alarms.outsideCheck)
  new OutsideCheck("outside", { config, ingress, services: serviceNames });

const prometheus =
  config.prometheus && new Prometheus("prometheus", { options: config.prometheus, platform });
const dashboard = new Dashboard("dashboard", {
  dashboardName: `${config.name}-${config.region}`,
  region: config.region,
  services: microservices.map(([, { watched }]) => watched),
});

type Imaged = Pick<Microservice, "image" | "logGroup">;
const imaged: (readonly [string, Imaged])[] = prometheus
  ? [...microservices, ["prometheus", prometheus]]
  : microservices;

export const url = ingress.url;
export const serviceUrls = ofEach(microservices, (service) => service.url);
export const repositoryUrls = ofEach(imaged, ({ image }) => image.repositoryUrl);
export const images = ofEach(imaged, ({ image }) => image.uri);
export const tableNames = data.tableNames;
export const dashboardUrl = dashboard.url;
export const prometheusUrl = prometheus?.url ?? "off";
// For `npm run logs` and `npm run shell`.
export const region = config.region;
export const clusterName = cluster.clusterName;
export const ecsServices = ofEach(microservices, ({ watched }) => watched.service);
export const logGroups = ofEach(imaged, ({ logGroup }) => logGroup);
export const apiKey = writeKey.value;

function ofEach<Part, Value>(parts: (readonly [string, Part])[], pick: (part: Part) => Value) {
  return Object.fromEntries(parts.map(([name, part]) => [name, pick(part)]));
}
