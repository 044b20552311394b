// What a stack costs in a month: npm run cost -- <stack> [--compare <git revision>]
import { recordWorkingTree, recordRevision } from "../offline/record-stack.ts";
import { runStackCommand } from "../offline/stack-command.ts";
import { estimate } from "./estimate.ts";
import { costDifference, costText } from "./tables.ts";

await runStackCommand({
  usage: "Usage: npm run cost -- <stack> [--compare <git revision>]   what it costs in a month",
  options: ["compare"],
  async run(stack, { compare }) {
    console.log(await cost(stack, compare));
    return 0;
  },
});

async function cost(stack: string, revision: string | undefined): Promise<string> {
  const { resources, region } = await recordWorkingTree(stack);
  const now = estimate(resources, region);
  if (revision === undefined) return costText(now);
  const old = await recordRevision(stack, revision);
  return costDifference(estimate(old.resources, old.region), now);
}
