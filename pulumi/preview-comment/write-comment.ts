// Prints what a change does to a stack, as Markdown for a pull request:
// npm run preview:comment -- <stack> --base <git revision> [--events <file>]
import { readFile } from "node:fs/promises";
import { estimate } from "../cost/estimate.ts";
import { costDifference } from "../cost/tables.ts";
import { plan } from "../lifecycle/plan.ts";
import { type RecordedStack, recordRevision, recordWorkingTree } from "../offline/record-stack.ts";
import { EXIT_USAGE, runStackCommand } from "../offline/stack-command.ts";
import { violations } from "../policies/rule.ts";
import { rules } from "../policies/rules.ts";
import { type Comment, comment, quoted } from "./comment.ts";
import { type Preview, readPreview } from "./engine-events.ts";

const usage =
  "Usage: npm run preview:comment -- <stack> --base <git revision> [--events <file>]   what it changes";

await runStackCommand({
  usage,
  options: ["base", "events"],
  async run(stack, { base, events }) {
    if (base === undefined) {
      console.error(`Say which revision to compare with. ${usage}`);
      return EXIT_USAGE;
    }
    console.log(comment(await prepare(stack, base, events)));
    return 0;
  },
});

async function prepare(stack: string, base: string, events?: string): Promise<Comment> {
  const [before, after] = await Promise.allSettled([
    recordRevision(stack, base),
    recordWorkingTree(stack),
  ]);
  const cost = costOf(before, after);
  const online = events === undefined ? undefined : await readEvents(events);
  if (online?.preview !== undefined) {
    const source = "By `pulumi preview` against the deployed stack; the cost by offline runs.";
    return { stack, source, cost, ...online.preview };
  }
  const reason = online === undefined ? "" : ` ${online.reason}`;
  const source = `By offline runs of the program of ${base} and of this one.${reason}`;
  return { stack, source, cost, ...offline(before, after) };
}

async function readEvents(file: string): Promise<{ preview?: Preview; reason: string }> {
  try {
    return { preview: readPreview(await readFile(file, "utf8")), reason: "" };
  } catch (error) {
    return { reason: quoted(messageOf(error)) };
  }
}

type Settled = PromiseSettledResult<RecordedStack>;

function offline(before: Settled, after: Settled): Preview {
  if (after.status === "rejected")
    return { steps: [], violations: [], errors: [messageOf(after.reason)] };
  const { resources } = after.value;
  return {
    // Where the base has no program that runs, everything is new.
    steps: plan(before.status === "fulfilled" ? before.value.resources : [], resources),
    violations: violations(rules, resources).map(({ rule, message }) => `${rule}: ${message}`),
    errors: [],
  };
}

function costOf(before: Settled, after: Settled): string {
  try {
    const [was, is] = [before, after].map((each) => {
      if (each.status === "rejected") throw each.reason;
      return estimate(each.value.resources, each.value.region);
    });
    return costDifference(was ?? [], is ?? []);
  } catch (error) {
    return `What it costs is not known: ${quoted(messageOf(error))}`;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
