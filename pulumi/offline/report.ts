import { type Rule, violations } from "../policies/rule.ts";
import type { Recording } from "./recording.ts";
import { resourceTree } from "./tree.ts";

export interface Report {
  text: string;
  /** The program ran to its end, and no rule is broken. */
  good: boolean;
}

/** What there is to say about one run of the program. */
export function report(recording: Recording, rules: readonly Rule[]): Report {
  const { resources, outputs, complaints, exitCode } = recording;
  if (exitCode !== 0) return { text: complaints.join("\n"), good: false };
  const wrong = violations(rules, resources).map(
    ({ rule, urn, message }) => `  ${rule}: ${urn.split("::").slice(2).join(" ")}: ${message}`,
  );
  const created = resources.filter(({ custom, remote }) => custom || remote);
  const lines = [
    resourceTree(resources),
    "",
    // Without the stack itself.
    `${created.length} resources in ${resources.length - created.length - 1} components.`,
    "",
    `Outputs: ${JSON.stringify(outputs, undefined, 2)}`,
    "",
    ...complaints,
    ...(wrong.length === 0
      ? [`Policies: all ${rules.length} rules hold.`]
      : [`Policies: ${wrong.length} violations.`, ...wrong]),
  ];
  return { text: lines.join("\n"), good: wrong.length === 0 };
}
