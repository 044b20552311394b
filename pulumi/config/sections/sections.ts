import { z } from "zod";
import {
  type ServiceContract,
  type ServiceName,
  serviceNames,
  services,
} from "../../../shared/contract.ts";
import { offeredDays } from "../../limits/log-days.ts";
import { alarms } from "./alarms.ts";
import { cluster } from "./cluster.ts";
import { data } from "./data.ts";
import { domain } from "./domain.ts";
import { imageDigest } from "./formats.ts";
import { ingress } from "./ingress.ts";
import { network } from "./network.ts";
import { prometheus } from "./prometheus.ts";
import { service } from "./service.ts";
import { tracing } from "./tracing.ts";

/** The sections of the configuration; each is checked by itself so that all faults show at once. */
export const sections = {
  protect: z
    .boolean()
    .default(true)
    .describe("guards data against deletion; false lets `destroy` leave nothing behind"),
  farewell: z
    .string()
    .optional()
    .describe("the stack's own name declares that it is to be taken down: turns `protect` off"),
  logDays: z
    .literal(offeredDays)
    .default(30)
    .describe("days to keep logs, one that CloudWatch offers"),
  network: network.prefault({}),
  domain: domain.optional().describe("without it, plain HTTP on the load balancer's own name"),
  ingress: ingress.prefault({}),
  cluster: cluster.prefault({}),
  services: z.strictObject(perService((contract) => service(contract).prefault({}))).prefault({}),
  images: z
    .strictObject({
      ...perService(() => imageDigest.optional()),
      prometheus: imageDigest.optional(),
    })
    .prefault({}),
  data: data.prefault({}),
  alarms: alarms.prefault({}),
  tracing: tracing.optional().describe("traces of the services' requests; none without"),
  prometheus: prometheus.optional().describe("a Prometheus on the same cluster; none without"),
};

export type Sections = { [Name in keyof typeof sections]: z.infer<(typeof sections)[Name]> };

function perService<Schema extends z.ZodType>(schema: (contract: ServiceContract) => Schema) {
  const entries = serviceNames.map((name) => [name, schema(services[name])] as const);
  return Object.fromEntries(entries) as Record<ServiceName, Schema>;
}
