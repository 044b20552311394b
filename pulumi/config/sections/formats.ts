import { z } from "zod";

/** As long as a listener rule may name a host. */
const LONGEST_HOST = 128;

export const hostName = z
  .string()
  .max(LONGEST_HOST)
  .regex(/^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+([a-z]{2,}|xn--[a-z0-9-]*[a-z0-9])$/, {
    error: "a host name in lower case such as api.example.com",
  });

export const imageDigest = z
  .string()
  .regex(/^[a-z0-9]+([.-][a-z0-9]+)*(:\d+)?(\/[a-z0-9._-]+)*(:[\w.-]+)?@sha256:[0-9a-f]{64}$/, {
    error: "an image by digest: <repository>@sha256:<64 hexadecimal digits>",
  })
  .describe("image to run, by digest; without, the program builds and pushes it");

export const percent = z.number().gt(0).max(100);

/** An ARN of one service, of any region and account; `name` is a pattern of what it ends with. */
export function arn(service: string, name: string) {
  return z.string().regex(new RegExp(`^arn:aws:${service}:[a-z0-9-]+:\\d{12}:${name}$`), {
    error: `an ARN that starts with arn:aws:${service}: and ends with its name`,
  });
}

/** Whether the host `name` belongs to the DNS zone `zone`. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}
