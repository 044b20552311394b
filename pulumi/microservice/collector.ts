import type { Statement } from "../policy-document.ts";
import { confined, type Log, logTo } from "./container.ts";

/** Where a service finds the collector of its task: containers of one share their network. */
export const collectorEndpoint = "http://127.0.0.1:4318";

/** Enough for its queue; one that needs more is ended, and the service goes on without traces. */
const MEMORY_MIB = 128;

/** OTLP in, on the task's own loopback interface; X-Ray out. JSON is YAML. */
const configOf = (region: string) => ({
  receivers: { otlp: { protocols: { http: { endpoint: "127.0.0.1:4318" } } } },
  processors: {
    memory_limiter: { check_interval: "1s", limit_mib: 96 },
    batch: { timeout: "1s", send_batch_size: 50 },
  },
  exporters: { awsxray: { region } },
  service: {
    pipelines: {
      traces: {
        receivers: ["otlp"],
        processors: ["memory_limiter", "batch"],
        exporters: ["awsxray"],
      },
    },
  },
});

/** The container that hands a service's traces to X-Ray: AWS Distro for OpenTelemetry. */
export function collectorDefinition({ image, log }: { image: string; log: Log }) {
  return {
    name: "collector",
    image,
    // Without it the service serves on.
    essential: false,
    ...confined,
    user: "1000:1000",
    memory: MEMORY_MIB,
    environment: [
      { name: "AOT_CONFIG_CONTENT", value: JSON.stringify(configOf(log.region)) },
      { name: "AWS_REGION", value: log.region },
    ],
    logConfiguration: logTo(log, "collector"),
  };
}

/** What it does with the task's role: these actions know no resources. */
export function traceGrant<Arn>(): Statement<Arn> {
  const actions = ["xray:PutTraceSegments", "xray:PutTelemetryRecords"];
  return { Effect: "Allow", Action: actions, Resource: "*" };
}
