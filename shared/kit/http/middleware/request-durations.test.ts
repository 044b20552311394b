import { expect } from "chai";
import { Histogram, Registry } from "prom-client";
import { RequestDurations } from "./request-durations.ts";

const labels = { method: "GET", route: "/things/{id}", status: 200 };

describe("RequestDurations", () => {
  it("reads as prom-client's own histogram does", async () => {
    const ours = new Registry();
    const theirs = new Registry();
    const durations = new RequestDurations(ours);
    const histogram = new Histogram({
      name: "http_request_duration_seconds",
      help: "Time from a request's arrival to its answer.",
      labelNames: ["method", "route", "status"],
      buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
      registers: [theirs],
    });
    for (const seconds of [0.0001, 0.001, 0.0011, 0.3, 5, 5.1, 100]) {
      for (const status of [200, 404]) {
        durations.observe({ ...labels, status }, seconds);
        histogram.observe({ ...labels, status }, seconds);
      }
    }
    const lines = async (registry: Registry) => (await registry.metrics()).split("\n").sort();
    expect(await lines(ours)).to.deep.equal(await lines(theirs));
  });
});
