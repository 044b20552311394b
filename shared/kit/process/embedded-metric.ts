import type { ServiceContract } from "../../contract.ts";

const EVERY_MS = 60_000;

export interface EmbeddedMetricOptions {
  metric: NonNullable<ServiceContract["scalingMetric"]>;
  /** Value of the metric's one dimension: keeps the deployments of an account apart. */
  deployment: string;
  /** The value now, for this process alone. */
  read: () => number;
  /** Takes one line of JSON, without its line end. */
  write: (line: string) => void;
  /** Milliseconds since the epoch. */
  now: () => number;
}

/**
 * Writes a metric to the log once a minute; CloudWatch reads it out of the line.
 *
 * The mean over the tasks is what a scaling policy keeps at its target.
 *
 * @returns ends the writing
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function publishEmbeddedMetric(options: EmbeddedMetricOptions): () => void {
  const timer = setInterval(() => {
    options.write(embeddedMetricLine(options));
  }, EVERY_MS);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}

/** One line in embedded metric format. */
export function embeddedMetricLine({
  metric,
  deployment,
  read,
  now,
}: EmbeddedMetricOptions): string {
  const { namespace, name } = metric;
  return JSON.stringify({
    _aws: {
      Timestamp: now(),
      CloudWatchMetrics: [
        { Namespace: namespace, Dimensions: [["Deployment"]], Metrics: [{ Name: name }] },
      ],
    },
    Deployment: deployment,
    [name]: read(),
  });
}
