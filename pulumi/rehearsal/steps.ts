import type { CommandResult } from "./command.ts";
import type { Emulator } from "./emulator.ts";
import type { Pulumi } from "./tools.ts";
import { imaginaryImage } from "./workplace.ts";

export interface Stage {
  stack: string;
  pulumi: Pulumi;
  emulator: Emulator;
  /** True when the stack guards its data, and must be given up first. */
  protected: boolean;
}

export interface Step {
  title: string;
  /** Resolves to what is worth saying. @throws Failed when it did not go as it must. */
  run(stage: Stage): Promise<string>;
}

/** A step that went wrong, with the end of what the CLI said. */
export class Failed extends Error {}

const change = ["--yes", "--skip-preview"];
const pack = ["--policy-pack", "pulumi/policies"];

/** A whole life of a stack: each step stands on the one before. */
export function steps({ protected: guarded }: Pick<Stage, "protected">): Step[] {
  let before: Record<string, number> | undefined;
  const image = imaginaryImage("b");
  return [
    command("create the stack", ({ stack }) => ["stack", "init", stack]),
    command("preview, with the policies", (stage) => ["preview", ...of(stage), ...pack]),
    {
      title: "up, with the policies",
      async run(stage) {
        before = await stage.emulator.inventory();
        return succeed(stage.pulumi, ["up", ...of(stage), ...change, ...pack]);
      },
    },
    command("preview again: nothing changes", (stage) => [
      ...["preview", ...of(stage), ...pack],
      "--expect-no-changes",
    ]),
    command("refresh: AWS has what the state says", (stage) => [
      ...["refresh", ...of(stage), ...change],
      "--expect-no-changes",
    ]),
    command("name a new image", (stage) => [
      ...["config", "set", ...of(stage), "--path", "page-services:images.counter"],
      image,
    ]),
    command("up with the new image", (stage) => ["up", ...of(stage), ...change, ...pack]),
    { title: "the new image is in the outputs", run: (stage) => outputHas(stage, image) },
    ...(guarded ? farewell : []),
    // With its preview: it is what refuses a stack that is still protected.
    command("destroy", (stage) => ["destroy", ...of(stage), "--yes"]),
    { title: "nothing is left", run: (stage) => nothingLeft(stage, before) },
    command("remove the stack", ({ stack }) => ["stack", "rm", stack, "--yes"]),
  ];
}

const farewell = [
  command("declare the farewell", (stage) => [
    ...["config", "set", ...of(stage), "page-services:farewell"],
    stage.stack,
  ]),
  command("up without protection", (stage) => ["up", ...of(stage), ...change, ...pack]),
];

function of({ stack }: Stage): string[] {
  return ["--stack", stack];
}

function command(title: string, args: (stage: Stage) => string[]): Step {
  return { title, run: (stage) => succeed(stage.pulumi, args(stage)) };
}

async function succeed(pulumi: Pulumi, args: readonly string[]): Promise<string> {
  return summaryOf((await call(pulumi, args)).output);
}

/** What a command printed as JSON. */
async function read(pulumi: Pulumi, args: readonly string[]): Promise<unknown> {
  const { stdout } = await call(pulumi, args);
  try {
    return JSON.parse(stdout);
  } catch {
    throw new Failed(`pulumi ${args.join(" ")}: expected JSON, got\n${tail(stdout)}`);
  }
}

async function call(pulumi: Pulumi, args: readonly string[]): Promise<CommandResult> {
  const result = await pulumi(...args);
  const { code, output } = result;
  if (code !== 0) throw new Failed(`pulumi ${args.join(" ")}: exit code ${code}\n${tail(output)}`);
  return result;
}

async function outputHas(stage: Stage, image: string): Promise<string> {
  const args = ["stack", "output", "images", "--json", ...of(stage)];
  const { counter } = (await read(stage.pulumi, args)) as { counter?: string };
  if (counter !== image) throw new Failed(`expected ${image}, got ${counter}`);
  return "";
}

async function nothingLeft(stage: Stage, before?: Record<string, number>): Promise<string> {
  const state = await read(stage.pulumi, ["stack", "export", ...of(stage)]);
  const { deployment } = state as { deployment?: { resources?: { urn: string }[] } };
  const urns = (deployment?.resources ?? []).map(({ urn }) => urn);
  if (urns.length > 0) throw new Failed(`The state still has ${urns.join(", ")}.`);
  const after = await stage.emulator.inventory();
  if (before === undefined || after === undefined)
    return "the state is empty; this emulator has no list of what it holds";
  const left = Object.entries(after)
    .map(([kind, count]) => ({ kind, more: count - (before[kind] ?? 0) }))
    .filter(({ more }) => more > 0)
    .map(({ kind, more }) => `${more} ${kind}`);
  if (left.length > 0) throw new Failed(`The emulator still has ${left.join(", ")}.`);
  return "the state is empty, and so is the emulator";
}

/** `+ 154 created`, as the CLI ends a preview or an update. */
function summaryOf(output: string): string {
  const lines = output.match(/^\s+(?:[+~-]{1,2}|\+-)?\s*\d+ [a-z ]+$/gm) ?? [];
  return lines.map((line) => line.trim().replace(/\s+/g, " ")).join(", ");
}

function tail(output: string): string {
  return output.trimEnd().split("\n").slice(-25).join("\n");
}
