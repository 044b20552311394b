import { serviceNames } from "../../shared/contract.ts";
import type { StackFile } from "./stack-file.ts";

export const digest = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/other@sha256:${"0".repeat(64)}`;

/**
 * Neither NAT nor cache, images given, somebody else's topic: the least there can be. And what
 * dev and prod do without: shells, and a Prometheus that reaches AWS by endpoints.
 */
export const bare: StackFile = {
  project: "page-services",
  stack: "bare",
  values: {
    "aws:region": "eu-west-1",
    "page-services:network": JSON.stringify({ nat: "none" }),
    "page-services:ingress": JSON.stringify({ plainHttp: true }),
    "page-services:cluster": JSON.stringify({ exec: true }),
    "page-services:prometheus": JSON.stringify({
      host: "prometheus.example.com",
      allow: ["203.0.113.0/24"],
    }),
    "page-services:data": JSON.stringify({ valkey: { enabled: false } }),
    "page-services:images": JSON.stringify(
      Object.fromEntries([...serviceNames, "prometheus"].map((name) => [name, digest])),
    ),
    "page-services:alarms": JSON.stringify({
      topicArn: "arn:aws:sns:eu-west-1:123456789012:ops",
    }),
  },
};

/** Refused for its NAT. */
export const bad: StackFile = {
  ...bare,
  values: { ...bare.values, "page-services:network": JSON.stringify({ nat: "two" }) },
};
