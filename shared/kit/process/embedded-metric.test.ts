import { expect } from "chai";
import { embeddedMetricLine } from "./embedded-metric.ts";

describe("embeddedMetricLine", () => {
  it("is one line that CloudWatch reads a metric out of", () => {
    const line = embeddedMetricLine({
      metric: { namespace: "PageServices", name: "ActiveStreams" },
      deployment: "page-services-dev",
      read: () => 12,
      write: () => undefined,
      now: () => 1_000,
    });
    expect(line).to.not.include("\n");
    expect(JSON.parse(line)).to.deep.equal({
      _aws: {
        Timestamp: 1_000,
        CloudWatchMetrics: [
          {
            Namespace: "PageServices",
            Dimensions: [["Deployment"]],
            Metrics: [{ Name: "ActiveStreams" }],
          },
        ],
      },
      Deployment: "page-services-dev",
      ActiveStreams: 12,
    });
  });
});
