import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { expectNoArguments } from "../no-arguments.ts";
import { findProgram } from "../local/processes/find-program.ts";

/**
 * A program that the tests run for real, and the Debian package that brings it. This list is the
 * only one: the workflows install from it, too.
 */
interface Requirement {
  /** Any one of these will do. */
  programs: readonly string[];
  package: string;
  /** The daemon that Debian starts when it installs the package. */
  unit?: string;
}

const requirements: readonly Requirement[] = [
  {
    programs: ["redis-server", "valkey-server"],
    package: "redis-server",
    unit: "redis-server.service",
  },
  {
    programs: ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"],
    package: "chromium",
  },
  { programs: ["prometheus"], package: "prometheus", unit: "prometheus.service" },
  { programs: ["promtool"], package: "prometheus" },
  { programs: ["openssl"], package: "openssl" },
  { programs: ["git"], package: "git" },
];

export interface Machine {
  searchPath: string;
  isRoot: boolean;
  /** True when systemd runs here, and would start what apt-get installs. */
  hasSystemd: boolean;
  /** Runs a command to its end; true when it ended well. */
  run: (command: string, args: readonly string[]) => boolean;
  say: (text: string) => void;
}

/**
 * Makes sure that the tests find the programs they run. On Debian and Ubuntu it installs, as root,
 * what is missing, and leaves none of it running; elsewhere it says what is missing and how to get it.
 *
 * @returns true when everything is there
 */
export function prepareMachine(machine: Machine): boolean {
  const missing = findMissing(machine.searchPath);
  if (missing.length === 0) return true;
  if (machine.isRoot && findProgram(["apt-get"], machine.searchPath) !== undefined) {
    install(missing, machine);
  }
  const stillMissing = findMissing(machine.searchPath);
  if (stillMissing.length > 0) machine.say(explain(stillMissing));
  return stillMissing.length === 0;
}

function findMissing(searchPath: string): readonly Requirement[] {
  return requirements.filter(({ programs }) => findProgram(programs, searchPath) === undefined);
}

function install(missing: readonly Requirement[], { run, say, hasSystemd }: Machine): void {
  const packages = packagesOf(missing);
  say(`${describe(missing)}\nInstalling them, once: apt-get install ${packages.join(" ")}`);
  const options = ["-qq", "-o", "DPkg::Lock::Timeout=120"];
  const isInstalled =
    run("apt-get", [...options, "update"]) &&
    run("apt-get", [...options, "install", "--yes", "--no-install-recommends", ...packages]);
  const units = missing.flatMap(({ unit }) => unit ?? []);
  if (isInstalled && hasSystemd && units.length > 0)
    run("systemctl", ["disable", "--now", ...units]);
}

function explain(missing: readonly Requirement[]): string {
  const packages = packagesOf(missing).join(" ");
  return [
    describe(missing),
    "Install them, then run the tests again:",
    `  Debian   sudo apt-get install --no-install-recommends ${packages}`,
    `  macOS    brew install ${packages.replace("redis-server", "redis")}`,
  ].join("\n");
}

function describe(missing: readonly Requirement[]): string {
  const programs = missing.map(({ programs }) => `  ${programs.join(" or ")}`);
  return ["The tests run these programs, which are not on the PATH:", ...programs].join("\n");
}

function packagesOf(missing: readonly Requirement[]): readonly string[] {
  return [...new Set(missing.map((requirement) => requirement.package))];
}

function runVisibly(command: string, args: readonly string[]): boolean {
  // Without a run level, and asking nothing, apt-get starts no daemon and waits for no answer.
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1" };
  return spawnSync(command, args, { env, stdio: ["ignore", "ignore", "inherit"] }).status === 0;
}

if (import.meta.main) {
  expectNoArguments("Usage: npm run prepare:machine   installs the programs that the tests run");
  const isPrepared = prepareMachine({
    searchPath: process.env.PATH ?? "",
    isRoot: process.getuid?.() === 0,
    hasSystemd: existsSync("/run/systemd/system"),
    run: runVisibly,
    say: console.error,
  });
  process.exitCode = isPrepared ? 0 : 1;
}
