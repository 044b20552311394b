/**
 * Settings from the environment: each named once, with its default, its unit and its meaning.
 *
 * `readSettings` reports every fault in one message, so that a deployment is fixed in one go.
 */

/** One environment variable, and how its text becomes a value. */
export interface Setting<T> {
  env: string;
  /** What it is for, in a few words; printed in the service's README. */
  meaning: string;
  /** What the value may be: `whole number, 1 to 65535`. */
  expects: string;
  /** Used when the variable is unset or empty. */
  default: T;
  /** True when its text never appears in a message. */
  secret?: true;
  /** Undefined when the text is not what the setting expects. */
  parse(text: string): T | undefined;
}

export type Settings = Record<string, Setting<unknown>>;

export type Values<S extends Settings> = {
  [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

type Environment = Record<string, string | undefined>;

/** Every fault of an environment at once. */
export class ConfigError extends Error {
  override readonly name = "ConfigError";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`The environment is not usable:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`);
    this.faults = faults;
  }
}

/** Faults between settings that are each right by themselves; a line for each. */
type FindConflicts<S extends Settings> = (values: Values<S>) => readonly string[];

/** @throws ConfigError naming each variable, what it expects, what came and its default */
export function readSettings<S extends Settings>(
  settings: S,
  environment: Environment,
  findConflicts: FindConflicts<S> = () => [],
): Values<S> {
  const faults: string[] = [];
  const values = Object.entries(settings).map(([name, setting]) => {
    const text = environment[setting.env]?.trim();
    if (text === undefined || text === "") return [name, setting.default];
    const value = setting.parse(text);
    if (value === undefined) faults.push(describeFault(setting, text));
    return [name, value];
  });
  const read = Object.fromEntries(values) as Values<S>;
  if (faults.length === 0) faults.push(...findConflicts(read));
  if (faults.length > 0) throw new ConfigError(faults);
  return read;
}

function describeFault(setting: Setting<unknown>, text: string): string {
  const otherwise = setting.default === undefined ? "" : ` (default ${show(setting.default)})`;
  // A URL may hold a password, and a message ends up in a log.
  const shown = setting.secret
    ? "a secret that is not"
    : `"${text.replace(/\/\/[^@/]*@/, "//***@")}"`;
  return `${setting.env}: expected ${setting.expects}, got ${shown}; fix or unset it${otherwise}`;
}

/** For a process's first line: prints the faults and ends the process, where there are any. */
export function readSettingsOrExit<S extends Settings>(
  settings: S,
  environment: Environment,
  findConflicts?: FindConflicts<S>,
): Values<S> {
  try {
    return readSettings(settings, environment, findConflicts);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

/** The settings as the rows of a Markdown table; a test holds each README against it. */
export function settingsTable(settings: Settings): string {
  const rows = Object.values(settings).map((setting) => {
    const shown = show(setting.default ?? "");
    const otherwise = shown === "" ? "unset" : `\`${shown}\``;
    return `| \`${setting.env}\` | ${otherwise} | ${setting.expects} | ${setting.meaning} |`;
  });
  return ["| variable | default | value | meaning |", "| --- | --- | --- | --- |", ...rows].join(
    "\n",
  );
}

function show(value: unknown): string {
  if (Array.isArray(value)) return value.join(",");
  if (typeof value === "boolean") return value ? "on" : "off";
  return String(value);
}

interface Described {
  env: string;
  meaning: string;
}

interface WholeNumber extends Described {
  unit: string;
  min: number;
  max: number;
  default: number;
}

export function wholeNumber({ unit, min, max, ...rest }: WholeNumber): Setting<number> {
  return {
    ...rest,
    expects: `whole number of ${unit}, ${min} to ${max}`,
    parse(text) {
      const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
      return value >= min && value <= max ? value : undefined;
    },
  };
}

export function oneOf<const T extends string>(
  options: Described & { values: readonly T[]; default: T },
): Setting<T> {
  const { values, ...rest } = options;
  return {
    ...rest,
    expects: values.join(", ").replace(/, ([^,]*)$/, " or $1"),
    parse: (text) => values.find((value) => value === text),
  };
}

export function flag(options: Described & { default: boolean }): Setting<boolean> {
  return {
    ...options,
    expects: "on or off",
    parse: (text) => (text === "on" ? true : text === "off" ? false : undefined),
  };
}

interface List extends Described {
  default: readonly string[];
  /** What each entry must match, and what that means, for people. */
  pattern: RegExp;
  entries: string;
  secret?: true;
}

/** An empty entry is a fault: `,` for a list of keys must not mean that there are none. */
export function list({ pattern, entries, ...rest }: List): Setting<readonly string[]> {
  return {
    ...rest,
    expects: `comma-separated list of ${entries}`,
    parse(text) {
      const values = text.split(",").map((entry) => entry.trim());
      return values.every((entry) => pattern.test(entry)) ? values : undefined;
    },
  };
}

interface Text extends Described {
  default: string;
  /** What `pattern` means, for people. */
  expects?: string;
  pattern?: RegExp;
}

export function text({ pattern = /./, ...rest }: Text): Setting<string> {
  return {
    expects: "text",
    ...rest,
    parse: (value) => (pattern.test(value) ? value : undefined),
  };
}

export function optionalText(options: Described & { expects: string }) {
  return {
    ...options,
    default: undefined,
    parse: (value: string) => value,
  } satisfies Setting<string | undefined> as Setting<string | undefined>;
}

export function optionalUrl(options: Described & { protocols: readonly string[] }) {
  const { protocols, ...rest } = options;
  return {
    ...rest,
    expects: `URL with ${protocols.map((protocol) => `${protocol}//`).join(" or ")}`,
    default: undefined,
    parse(value: string) {
      return URL.canParse(value) && protocols.includes(new URL(value).protocol) ? value : undefined;
    },
  } satisfies Setting<string | undefined> as Setting<string | undefined>;
}
