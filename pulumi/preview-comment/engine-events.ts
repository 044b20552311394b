import type { EngineEvent, OpType, StepEventMetadata } from "@pulumi/pulumi/automation/index.js";
import type { Step } from "../lifecycle/plan.ts";

/** What a preview of the CLI said. */
export interface Preview {
  steps: Step[];
  /** Broken policies, one sentence each. */
  violations: string[];
  /** Why the preview failed; empty when it did not. */
  errors: string[];
}

/** The part that an operation plays in a step; the others change nothing. */
const operations: Partial<Record<OpType, Step["op"]>> = {
  create: "create",
  import: "create",
  update: "update",
  delete: "delete",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  "delete-replaced": "replace",
};

/**
 * Reads the events that `pulumi preview --json` prints, one a line, when
 * PULUMI_ENABLE_STREAMING_JSON_PREVIEW is set: only they have the verdict of the policies.
 * @throws when a line is none, or when they break off before the end.
 */
export function readPreview(lines: string): Preview {
  const events = lines
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as EngineEvent);
  const errors = events.flatMap(({ diagnosticEvent }) =>
    diagnosticEvent?.severity === "error" ? [plain(diagnosticEvent.message)] : [],
  );
  if (errors.length === 0 && !events.some(({ summaryEvent }) => summaryEvent !== undefined))
    throw new Error("The preview's events have no summary: it did not run to its end.");
  return {
    steps: stepsOf(events.flatMap(({ resourcePreEvent }) => resourcePreEvent?.metadata ?? [])),
    violations: events.flatMap(({ policyEvent }) =>
      policyEvent === undefined
        ? []
        : [
            `${policyEvent.policyName}: ${nameOf(policyEvent.resourceUrn)}${plain(policyEvent.message)}`,
          ],
    ),
    errors,
  };
}

function stepsOf(metadata: readonly StepEventMetadata[]): Step[] {
  const steps = new Map<string, Step>();
  for (const each of metadata) {
    const op = operations[each.op];
    if (op === undefined || isComponent(each) || each.type.startsWith("pulumi:")) continue;
    const known = steps.get(each.urn);
    steps.set(each.urn, known === undefined ? firstStep(op, each) : withKeys(known, each));
  }
  return [...steps.values()];
}

function firstStep(op: Step["op"], metadata: StepEventMetadata): Step {
  const { urn, type } = metadata;
  const step = {
    op,
    urn,
    type,
    name: urn.split("::").at(-1) ?? urn,
    keys: keysOf(metadata),
    protect: metadata.old?.protect === true,
  };
  if (op !== "replace") return step;
  return { ...step, order: metadata.op === "delete-replaced" ? "delete-first" : "create-first" };
}

function withKeys(step: Step, metadata: StepEventMetadata): Step {
  return step.keys.length > 0 ? step : { ...step, keys: keysOf(metadata) };
}

/** Names of inputs, never their values. */
function keysOf({ keys, diffs, detailedDiff }: StepEventMetadata): string[] {
  const names = [keys, diffs, Object.keys(detailedDiff ?? {})].find((each) => each?.length);
  return [...new Set(names?.map((path) => path.split(/[.[]/)[0] ?? path))].sort();
}

function isComponent({ old, new: next }: StepEventMetadata): boolean {
  return (next ?? old)?.custom !== true;
}

function nameOf(urn: string | undefined): string {
  return urn === undefined || urn === "" ? "" : `${urn.split("::").slice(2).join(" ")}: `;
}

/** One line, without the marks by which the CLI colours its text. */
function plain(message: string): string {
  return message
    .replace(/<\{%[^%]*%\}>/g, "")
    .trim()
    .replace(/\s+/g, " ");
}
