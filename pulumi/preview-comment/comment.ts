import type { Step } from "../lifecycle/plan.ts";
import type { Preview } from "./engine-events.ts";

export interface Comment extends Preview {
  stack: string;
  /** Who says so: the CLI against the deployed stack, or two offline runs. */
  source: string;
  /** A table, or why there is none. */
  cost: string;
}

/** More rows than this are counted only: a comment has a largest size. */
const mostRows = 100;

/** A little below what GitHub takes, and below what a program is given in one variable. */
const longestCommentBytes = 60_000;

const titles: readonly (readonly [Step["op"], string])[] = [
  ["delete", "deleted"],
  ["replace", "replaced"],
  ["update", "updated"],
  ["create", "created"],
];

/**
 * What a pull request changes in a stack, as Markdown. It has names of resources and of inputs, no
 * values, so no secret; messages lose what looks like one.
 */
export function comment({ stack, source, steps, violations, errors, cost }: Comment): string {
  const text = [
    `### Preview of ${stack}`,
    "",
    summary(steps, errors),
    ...changes(steps),
    ...list("The preview failed:", errors),
    ...(errors.length > 0 ? [] : policies(violations)),
    "",
    cost,
    "",
    `<sub>${source}</sub>`,
  ].join("\n");
  return Buffer.from(text).subarray(0, longestCommentBytes).toString();
}

/** A message as the comment may hold it: on one line, without markup, and masked. */
export function quoted(message: string): string {
  return code(masked(message));
}

function summary(steps: readonly Step[], errors: readonly string[]): string {
  if (errors.length > 0) return "**It does not work yet.**";
  const counts = titles.map(([op, title]) => [count(steps, op), title] as const);
  const some = counts.filter(([number]) => number > 0);
  if (some.length === 0) return "Nothing changes.";
  return some.map(([number, title]) => `**${number} ${title}**`).join(", ");
}

function count(steps: readonly Step[], op: Step["op"]): number {
  return steps.filter((step) => step.op === op).length;
}

function changes(steps: readonly Step[]): string[] {
  if (steps.length === 0) return [];
  const rows = titles.flatMap(([op, title]) =>
    steps.filter((step) => step.op === op).map((step) => row(step, title)),
  );
  const more = rows.length - mostRows;
  return [
    "",
    "| what happens | resource | type | changed inputs |",
    "| --- | --- | --- | --- |",
    ...rows.slice(0, mostRows),
    ...(more > 0 ? [`| … | ${more} more | | |`] : []),
  ];
}

function row(step: Step, title: string): string {
  const orders = { "create-first": "new one first", "delete-first": "old one goes first" };
  const order = step.order === undefined ? "" : `, ${orders[step.order]}`;
  const held = step.protect && ["delete", "replace"].includes(step.op) ? ", **protected**" : "";
  const type = step.type.replace(/\/[^:]*/, "");
  const keys = step.keys.map(code).join(", ");
  return `| ${title}${order}${held} | ${code(step.name)} | ${code(type)} | ${keys} |`;
}

function policies(violations: readonly string[]): string[] {
  if (violations.length === 0) return ["", "Policies: all hold."];
  return list(`Policies: ${violations.length} broken.`, violations);
}

function list(title: string, messages: readonly string[]): string[] {
  if (messages.length === 0) return [];
  return ["", title, "", ...messages.map((message) => `- ${quoted(message)}`)];
}

/** Whatever the text holds, it stays text: no table cell, no mention, no markup of its own. */
function code(text: string): string {
  return `\`${text.replaceAll("`", "'").replaceAll("|", "¦").replace(/\s+/g, " ")}\``;
}

/** Passwords within URLs and keys of AWS accounts, should a message ever hold one. */
function masked(message: string): string {
  return message
    .replace(/:\/\/[^\s/]*@/g, "://[secret]@")
    .replace(/\b(AKIA|ASIA)[A-Z0-9]{16}\b/g, "[secret]");
}
