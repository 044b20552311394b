import { z } from "zod";
import { fault } from "../faults.ts";
import { imageDigest } from "./formats.ts";

export const tracing = z
  .strictObject({
    percent: z
      .int()
      .min(0)
      .max(100)
      .default(5)
      .describe("how many requests in a hundred are traced, where their callers do not decide"),
    endpoint: z
      .url({ protocol: /^https?$/, error: "a URL that begins with http:// or https://" })
      .optional()
      .describe("a collector of your own, which takes OTLP over HTTP"),
    image: imageDigest
      .optional()
      .describe("AWS' collector by digest, to run beside each task and send to X-Ray"),
  })
  .superRefine(({ endpoint, image }, context) => {
    if ((endpoint === undefined) === (image === undefined))
      fault(context, {
        path: ["image"],
        expected: "one of tracing.endpoint and tracing.image",
        remedy:
          "for X-Ray set tracing.image to public.ecr.aws/aws-observability/aws-otel-collector@sha256:…",
      });
  });
