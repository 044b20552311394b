import { services, type ServiceContract } from "../../shared/contract.ts";
import { contractFaults } from "./contract.ts";
import { describeFaults, type Fault, toFaults } from "./faults.ts";
import { placeFaults } from "./place.ts";
import { sections, type Sections } from "./sections/sections.ts";
import { togetherFaults } from "./together.ts";

/** The configuration of one stack, checked and with every default filled in. */
export interface Config extends Sections {
  /** `<project>-<stack>`: the name by which people tell deployments apart. */
  name: string;
  stack: string;
  region: string;
  /** Tag of protected resources, by which the policies know that the stack is to be taken down. */
  farewellTag: { Farewell?: string };
}

export interface Stack {
  project: string;
  stack: string;
  /** Every value the CLI knows, by full key; objects come as JSON. */
  values: Readonly<Record<string, string>>;
}

/** Carries every fault at once; its message is made for the person who ran the command. */
export class ConfigError extends Error {
  readonly faults: readonly Fault[];

  constructor(faults: Fault[]) {
    super(describeFaults(faults));
    this.faults = faults;
  }
}

/** @throws ConfigError that names every fault of the stack's values and of the contract. */
export function parseConfig(
  { project, stack, values }: Stack,
  contracts: Readonly<Record<string, ServiceContract>> = services,
): Config {
  const region = values["aws:region"] ?? "";
  const place = { project, stack, region };
  const { parsed, faults } = parseSections(ownValues(values, project), project);
  const all = [
    ...placeFaults(place),
    ...faults,
    ...togetherFaults(parsed, place),
    ...contractFaults(contracts),
  ];
  if (all.length > 0) throw new ConfigError(all);
  const complete = parsed as Sections;
  const { farewell } = complete;
  return {
    ...complete,
    protect: complete.protect && farewell === undefined,
    farewellTag: farewell === undefined ? {} : { Farewell: farewell },
    name: `${project}-${stack}`,
    ...{ stack, region },
  };
}

function ownValues(values: Stack["values"], project: string): Map<string, unknown> {
  const own = Object.entries(values).filter(([key]) => key.startsWith(`${project}:`));
  return new Map(own.map(([key, value]) => [key.slice(project.length + 1), fromText(value)]));
}

/** Pulumi hands every value over as text: objects, numbers and booleans as JSON. */
function fromText(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function parseSections(raw: Map<string, unknown>, project: string) {
  const faults: Fault[] = [];
  const parsed: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sections)) {
    const result = schema.safeParse(raw.get(name));
    if (result.success) parsed[name] = result.data;
    else {
      const issues = result.error.issues.map((each) => ({ ...each, path: [name, ...each.path] }));
      faults.push(...toFaults(issues, Object.fromEntries(raw), project));
    }
  }
  const keys = [...raw.keys()].filter((key) => !Object.hasOwn(sections, key));
  const unknown = { code: "unrecognized_keys" as const, keys, path: [], message: "" };
  faults.push(...toFaults([unknown], {}, project));
  return { parsed: parsed as Partial<Sections>, faults };
}
