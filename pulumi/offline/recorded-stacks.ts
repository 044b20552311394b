import { find, type RecordedResource, type Recording } from "./recording.ts";
import { recordWorkingTree } from "./record-stack.ts";
import { type } from "./resource-types.ts";
import { runProgram } from "./run-program.ts";
import { bare } from "./sample-stacks.ts";

let recording: ReturnType<typeof recordAll> | undefined;

/** What the program registers for three stacks; recorded once in a process, as each run takes seconds. */
export function recordedStacks() {
  recording ??= recordAll();
  return recording;
}

async function recordAll() {
  const [dev, prod] = await Promise.all([recordWorkingTree("dev"), recordWorkingTree("prod")]);
  return { dev, prod, least: await runProgram(bare) };
}

/** The only container of a task, as far as the tests look at it. */
export interface Container {
  name: string;
  image: string;
  environment: { name: string; value: string }[];
  secrets: { name: string; valueFrom: string }[];
  stopTimeout: number;
  readonlyRootFilesystem: boolean;
  mountPoints: object[];
  linuxParameters: { initProcessEnabled: boolean };
}

export function containerOf(recording: Recording, name: string): Container {
  const { containerDefinitions } = find(recording, type.task, name).props;
  const [only] = JSON.parse(String(containerDefinitions)) as Container[];
  if (only === undefined) throw new Error(`The task ${name} has no container.`);
  return only;
}

export function environmentOf(recording: Recording, name: string): Record<string, string> {
  const { environment } = containerOf(recording, name);
  return Object.fromEntries(environment.map((each) => [each.name, each.value]));
}

export function secretsOf(recording: Recording, name: string): string[] {
  return containerOf(recording, name).secrets.map((each) => each.name);
}

export function names(resources: RecordedResource[]): string[] {
  return resources.map(({ name }) => name);
}
