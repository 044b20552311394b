import { isNewBlock } from "../network/fixed-block.ts";
import { ofType, type Recording } from "../offline/recording.ts";
import { type } from "../offline/resource-types.ts";
import { runProgram } from "../offline/run-program.ts";
import { readStackFile, type StackFile } from "../offline/stack-file.ts";
import { violations } from "../policies/rule.ts";
import { rules } from "../policies/rules.ts";
import { type Change, patched } from "./changes.ts";
import { plan, type Step } from "./plan.ts";

/** What a change would do, or who refuses it. */
export interface Outcome {
  change: Change;
  steps: Step[];
  refusal?: string;
}

/**
 * Runs the program before and after a change. What is replaced gets another id, and the program runs
 * again with it, until no further resource is replaced: so a replacement reaches what depends on it.
 */
export async function outcomeOf(change: Change): Promise<Outcome> {
  const file = await readStackFile(change.stack);
  const from = patched(file, change.from ?? {});
  const before = await recordOnce(from);
  let replaced: ReadonlySet<string> = new Set();
  for (;;) {
    const after = await runProgram(patched(from, change.to), { replaced });
    if (after.exitCode !== 0) return { change, steps: [], refusal: firstFault(after) };
    const steps = plan(before.resources, after.resources);
    const now = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
    if (now.size === replaced.size) return { change, steps, ...refusal(steps, { before, after }) };
    replaced = now;
  }
}

const recordings = new Map<string, Promise<Recording>>();

function recordOnce(file: StackFile): Promise<Recording> {
  const key = JSON.stringify(file);
  const known = recordings.get(key) ?? runProgram(file);
  recordings.set(key, known);
  return known;
}

function firstFault({ complaints }: Recording): string {
  const [, fault] = /page-services:([^\n]*)/.exec(complaints.join("\n")) ?? [];
  return `configuration: ${fault ?? complaints.join(" ")}`;
}

function refusal(
  steps: readonly Step[],
  { before, after }: { before: Recording; after: Recording },
): Pick<Outcome, "refusal"> {
  const [oldInputs, newInputs] = [before, after].map(
    (each) => ofType(each, type.loadBalancer)[0]?.props ?? {},
  );
  if (isNewBlock({ oldInputs, newInputs })) return { refusal: "a hook: network.cidr is fixed" };
  const broken = violations(rules, after.resources).map(({ rule }) => rule);
  if (broken.length > 0) return { refusal: `policy: ${[...new Set(broken)].join(", ")}` };
  const held = steps.filter(({ op, protect }) => protect && (op === "replace" || op === "delete"));
  const names = held.map(({ name }) => name);
  return names.length === 0 ? {} : { refusal: `protection of ${names.join(", ")}` };
}
