import { interruption } from "./interruption.ts";
import type { Outcome } from "./outcome.ts";
import type { Step } from "./plan.ts";

/** What each change does, as a Markdown table; types with their number, as a name says little here. */
export function lifecycleTable(outcomes: readonly Outcome[]): string {
  const head = ["stack", "change", "created", "updated", "replaced", "deleted", "service"];
  return [head, head.map(() => "---"), ...outcomes.map(row)].map(line).join("\n");
}

function row({ change, steps, refusal }: Outcome): string[] {
  const of = (op: Step["op"]) => summary(steps.filter((step) => step.op === op));
  const effect = refusal === undefined ? interruption(steps) : `**refused** by ${refusal}`;
  return [
    change.stack,
    change.title,
    of("create"),
    of("update"),
    of("replace"),
    of("delete"),
    effect.replaceAll("|", "/"),
  ];
}

function summary(steps: readonly Step[]): string {
  const orders = { "create-first": " (new first)", "delete-first": " (old first)" };
  const names = steps.map(
    ({ type, order }) =>
      (type.split(":").at(-1) ?? type) + (order === undefined ? "" : orders[order]),
  );
  const groups = Map.groupBy(names.sort(), (name) => name);
  const texts = [...groups].map(([name, all]) => (all.length > 1 ? `${all.length} ${name}` : name));
  return texts.join(", ");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}
