/** One resource as the program registered it. */
export interface RecordedResource {
  urn: string;
  type: string;
  name: string;
  /** URN of the component it belongs to, or of the stack. */
  parent: string;
  /** False for a component of the program. */
  custom: boolean;
  /** A component whose children only the real engine creates. */
  remote: boolean;
  /** Inputs, with secrets in plain sight. */
  props: Record<string, unknown>;
  /** URNs of what it waits for. */
  dependencies: string[];
  ignoreChanges: string[];
  protect: boolean;
  /** Number of hooks that run after an update. */
  afterUpdateHooks: number;
  /** Names of the hooks that run before an update. */
  beforeUpdateHooks: string[];
  /** URNs under which an earlier version of the program may have created it. */
  aliases: string[];
}

/** All that one run of the program asked of the engine. */
export interface Recording {
  resources: RecordedResource[];
  /** The stack's outputs; secrets are masked. */
  outputs: Record<string, unknown>;
  /** What the program logged as a warning or an error. */
  complaints: string[];
  exitCode: number;
}

/** The resources of one type. */
export function ofType(recording: Recording, type: string): RecordedResource[] {
  return recording.resources.filter((resource) => resource.type === type);
}

/** The one resource of a type and name. @throws when there is none. */
export function find(recording: Recording, type: string, name: string): RecordedResource {
  const found = ofType(recording, type).find((resource) => resource.name === name);
  if (found === undefined) throw new Error(`The program registered no ${type} "${name}".`);
  return found;
}
