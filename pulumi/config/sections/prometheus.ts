import { z } from "zod";
import { fault } from "../faults.ts";
import { hostName } from "./formats.ts";
import { taskSize } from "./task-size.ts";

/** The samples of more days would not fit on the 20 GiB of a task. */
const MOST_DAYS = 31;

const retention = z
  .string()
  .regex(/^[1-9]\d{0,4}[hd]$/, { error: "hours or days such as 48h or 7d" })
  .refine((text) => daysOf(text) <= MOST_DAYS, { error: `at most ${MOST_DAYS}d` });

export const prometheus = z.strictObject({
  host: hostName.describe("host name of its own, the only one that reaches it"),
  allow: z
    .array(z.cidrv4({ error: "an IPv4 block such as 203.0.113.0/24" }))
    .min(1)
    .max(4)
    .superRefine(checkAllowed)
    .describe("IPv4 blocks that may open it, 1 to 4"),
  size: taskSize.prefault({}),
  retention: retention
    .default("2d")
    .describe("how long it keeps samples; the disk is the task's own"),
});

function daysOf(text: string): number {
  return Number.parseInt(text, 10) / (text.endsWith("h") ? 24 : 1);
}

/** Refuses, each by its place: a block wider than /8, one with bits beyond its mask, one twice. */
function checkAllowed(blocks: readonly string[], context: z.RefinementCtx): void {
  blocks.forEach((block, i) => {
    const [address = "", mask = "32"] = block.split("/");
    if (Number(mask) < 8)
      fault(context, {
        path: [i],
        expected: "a block of at most /8: Prometheus shows what the services do, and has no login",
        remedy: "name the addresses of your office or VPN, such as 203.0.113.0/24",
      });
    else if (!isAligned(address, Number(mask)))
      fault(context, {
        path: [i],
        expected: `a block without bits beyond its mask /${mask}`,
        remedy: "set the bits beyond the mask to 0, or use /32 for one address",
      });
    else if (blocks.indexOf(block) < i)
      fault(context, { path: [i], expected: "each block once", remedy: "remove one of the two" });
  });
}

function isAligned(address: string, mask: number): boolean {
  const bits = address.split(".").map((part) => Number(part).toString(2).padStart(8, "0"));
  return !bits.join("").slice(mask).includes("1");
}
