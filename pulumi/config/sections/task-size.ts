import { z } from "zod";
import { sizeFault } from "../../limits/fargate.ts";
import { fault } from "../faults.ts";

/** CPU and memory of one task, a pair that Fargate offers. */
export const taskSize = z
  .strictObject({
    cpu: z.int().default(256).describe("CPU units, 1024 are one vCPU"),
    memory: z.int().default(512).describe("MiB"),
  })
  .superRefine(({ cpu, memory }, context) => {
    const wrong = sizeFault(cpu, memory);
    if (wrong !== undefined)
      fault(context, {
        path: [wrong.of],
        expected: wrong.expected,
        remedy: `set ${wrong.of} to one of them`,
      });
  });
