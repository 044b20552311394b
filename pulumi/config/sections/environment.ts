import { z } from "zod";
import { env, tables } from "../../../shared/contract.ts";
import { fault } from "../faults.ts";

const setByTheProgram = new Set<string>([
  ...Object.values(env),
  ...Object.values(tables).map((table) => table.env),
]);

/** A task definition holds 64 KiB, of which the program needs its part. */
const MOST_BYTES = 32_768;

export const environment = z
  .record(z.string(), z.string())
  .superRefine((variables, context) => {
    for (const name of Object.keys(variables).filter((each) => setByTheProgram.has(each)))
      fault(context, {
        path: [name],
        expected: `nothing, as the program itself sets ${name}`,
        remedy: "remove it",
      });
    for (const name of Object.keys(variables).filter((each) => /^(AWS|ECS)_/.test(each)))
      if (!setByTheProgram.has(name))
        fault(context, {
          path: [name],
          expected: "no name of AWS' own: a task gets its credentials and its region by its role",
          remedy: "remove it",
        });
    for (const name of Object.keys(variables).filter((each) => /_(SECRET|PASSWORD)S?$/.test(each)))
      fault(context, {
        path: [name],
        expected: "no secret, as whoever may see a task definition sees its environment",
        remedy: "remove it; for viewer tokens set VIEWER_JWKS_URL and VIEWER_AUDIENCE instead",
      });
    if (/^(fatal|silent)$/.test(variables["LOG_LEVEL"] ?? ""))
      fault(context, {
        path: ["LOG_LEVEL"],
        expected:
          "a level that logs errors: the alarm that turns a deployment back counts them there",
        remedy: "set it to error, or to a level below",
      });
    for (const name of Object.keys(variables).filter((each) => !/^[A-Z_][A-Z0-9_]*$/i.test(each)))
      fault(context, {
        path: [name],
        expected: "a name of letters, digits and _, not a digit first",
        remedy: "rename it as the service's README lists it",
      });
  })
  .refine((variables) => bytesOf(variables) <= MOST_BYTES, {
    error: `at most ${MOST_BYTES} bytes as a task definition holds them: {"name":…,"value":…} each`,
  })
  .default({})
  .describe("environment variables of the service, as its README lists them");

function bytesOf(variables: Readonly<Record<string, string>>): number {
  const list = Object.entries(variables).map(([name, value]) => ({ name, value }));
  return Buffer.byteLength(JSON.stringify(list));
}
