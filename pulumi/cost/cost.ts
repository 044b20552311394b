// What a stack costs in a month: npm run cost -- <stack> [--compare <git revision>]
import { parseArgs } from "node:util";
import { recordWorkingTree, recordRevision } from "../offline/record-stack.ts";
import { estimate } from "./estimate.ts";
import { costDifference, costText } from "./tables.ts";

const { values, positionals } = parseArgs({
  options: { compare: { type: "string" } },
  allowPositionals: true,
});
const [stack, ...rest] = positionals;
if (stack === undefined || rest.length > 0) {
  console.error("Say which stack: npm run cost -- dev [--compare <git revision>]");
  process.exitCode = 2;
} else {
  try {
    console.log(await cost(stack, values.compare));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exitCode = 1;
  }
}

async function cost(stack: string, revision: string | undefined): Promise<string> {
  const { resources, region } = await recordWorkingTree(stack);
  const now = estimate(resources, region);
  if (revision === undefined) return costText(now);
  const old = await recordRevision(stack, revision);
  return costDifference(estimate(old.resources, old.region), now);
}
