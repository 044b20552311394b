import { z } from "zod";

export const hostName = z.string().regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,}$/, {
  error: "a host name in lower case such as api.example.com",
});

export const imageDigest = z
  .string()
  .regex(/^[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*(:[\w.-]+)?@sha256:[0-9a-f]{64}$/, {
    error: "an image by digest: <repository>@sha256:<64 hexadecimal digits>",
  })
  .describe("image to run, by digest; without, the program builds and pushes it");

export const percent = z.number().gt(0).max(100);

/** An ARN of one AWS service, of any partition, region and account. */
export function arn(service: string) {
  return z.string().regex(new RegExp(`^arn:[a-z-]+:${service}:[a-z0-9-]+:\\d{12}:\\S+$`), {
    error: `an ARN that starts with arn:aws:${service}:`,
  });
}

/** Whether the host `name` belongs to the DNS zone `zone`. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
