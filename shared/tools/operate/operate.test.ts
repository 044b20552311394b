import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";

const outputs = {
  url: "http://lb.example",
  serviceUrls: { counter: "http://lb.example/counter", catalog: "http://lb.example/catalog" },
  ecsServices: { counter: "counter-1a", catalog: "catalog-2b" },
  logGroups: {
    counter: "/ecs/page-services-dev/counter",
    catalog: "/ecs/page-services-dev/catalog",
  },
  clusterName: "cluster-3c",
  region: "eu-west-1",
  dashboardUrl: "http://dashboard.example",
  prometheusUrl: "off",
};

/** A CLI that writes its arguments to the file CALLS and then does as the environment says. */
const fakeCli = (name: string) => `#!/bin/sh
echo "${name} $*" >> "$CALLS"
case "$*" in
*nowhere*) echo "error: no stack named 'nowhere' found" >&2; exit 255 ;;
*offline*) printf 'Downloading pulumi...\\npulumi: fetch failed\\n' >&2; exit 1 ;;
"stack output"*) printf '%s' "$OUTPUTS" ;;
*list-tasks*) printf '%s' "$TASKS" ;;
*"logs tail"*) printf 'a line of %s \\033[2J\\n' "$*" ;;
*execute-command*) exit 7 ;;
esac
`;

interface Ended {
  code?: number;
  stdout: string;
  stderr: string;
}

describe("the commands for a deployment", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "operate-"));
    await Promise.all(["aws", "pulumi"].map((name) => install(name, fakeCli(name))));
  });
  after(() => rm(folder, { recursive: true }));

  async function install(name: string, text: string) {
    await writeFile(join(folder, name), text);
    await chmod(join(folder, name), 0o755);
  }

  async function run(command: string, args: string[], environment: Record<string, string> = {}) {
    const calls = join(folder, "calls");
    await rm(calls, { force: true });
    const program = fileURLToPath(import.meta.resolve(`./${command}.ts`));
    const env = {
      ...{ PATH: `${folder}:/usr/bin:/bin`, CALLS: calls, OUTPUTS: JSON.stringify(outputs) },
      ...{ TASKS: '{"taskArns":["arn:task/1","arn:task/2"]}', ...environment },
    };
    const ended = (await promisify(execFile)(process.execPath, [program, ...args], { env }).catch(
      (error: unknown) => error,
    )) as Ended;
    const made = await readFile(calls, "utf8").catch(() => "");
    return { ...ended, code: ended.code ?? 0, calls: made.split("\n").filter(Boolean).sort() };
  }

  it("open prints where everything is", async () => {
    const { stdout, calls } = await run("open", ["dev"]);
    expect(calls).to.deep.equal(["pulumi stack output --json --stack dev"]);
    expect(stdout.split("\n")).to.deep.equal([
      "counter page  http://lb.example",
      "counter       http://lb.example/counter/docs",
      "catalog       http://lb.example/catalog/docs",
      "dashboard     http://dashboard.example",
      "",
    ]);
  });

  it("logs follows the log group of one service, or of each", async () => {
    const tail = "aws logs tail --follow --region eu-west-1 /ecs/page-services-dev";
    const one = await run("logs", ["dev", "catalog"]);
    expect(one.code).to.equal(0);
    expect(one.calls).to.deep.equal([`${tail}/catalog`, "pulumi stack output --json --stack dev"]);
    expect(one.stdout).to.match(/^catalog +a line of .*catalog \\u001b\[2J\n$/);
    const all = await run("logs", ["dev"]);
    expect(all.calls.slice(0, 2)).to.deep.equal([`${tail}/catalog`, `${tail}/counter`]);
  });

  it("shell opens one in the first running task, and ends with its code", async () => {
    const { code, calls } = await run("shell", ["dev", "counter"]);
    const place = "--cluster cluster-3c --region eu-west-1";
    const shell = "--interactive --command /bin/sh";
    expect(calls).to.deep.equal([
      `aws ecs execute-command ${place} --task arn:task/1 --container counter ${shell}`,
      `aws ecs list-tasks --desired-status RUNNING --output json ${place} --service-name counter-1a`,
      "pulumi stack output --json --stack dev",
    ]);
    expect(code).to.equal(7);
  });

  const faults: readonly [
    what: string,
    command: string,
    args: string[],
    environment: Record<string, string>,
    says: RegExp,
  ][] = [
    ["no stack of that name", "open", ["nowhere"], {}, /^pulumi: error: no stack named 'nowhere'/],
    ["no network", "open", ["offline"], {}, /^pulumi: Downloading pulumi\.\.\. fetch failed$/],
    ["a stack that is not deployed", "logs", ["dev"], { OUTPUTS: "{}" }, /npm run up -- dev$/],
    [
      "no service of that name",
      "logs",
      ["dev", "x"],
      {},
      /^No service x; there are counter, catalog\.$/,
    ],
    ["a shell in no such service", "shell", ["dev", "x"], {}, /^No service x; there are/],
    [
      "no running task",
      "shell",
      ["dev", "counter"],
      { TASKS: '{"taskArns":[]}' },
      /^No task of counter runs in dev\.$/,
    ],
    ["no stack at all", "open", [], {}, /^Usage: npm run open/],
    ["no service for a shell", "shell", ["dev"], {}, /^Usage: npm run shell/],
    ["an option", "logs", ["dev", "--since"], {}, /^Unknown option --since\. Usage: npm run logs/],
    ["no pulumi", "open", ["dev"], { PATH: "/nowhere" }, /^pulumi is not on the PATH: npm ci/],
  ];
  for (const [what, command, args, environment, says] of faults) {
    it(`say so in one line, given ${what}`, async () => {
      const { code, stderr, stdout } = await run(command, args, environment);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: "" });
      expect(stderr.trimEnd()).to.match(says).and.not.to.include("\n");
    });
  }

  it("say so in one line where there is no aws", async () => {
    const only = await mkdtemp(join(folder, "only-"));
    await writeFile(join(only, "pulumi"), fakeCli("pulumi"));
    await chmod(join(only, "pulumi"), 0o755);
    for (const [command, ...args] of [
      ["logs", "dev", "counter"],
      ["shell", "dev", "counter"],
    ]) {
      const { code, stderr } = await run(command!, args, { PATH: only });
      expect(code).to.equal(2);
      expect(stderr).to.match(/^aws is not on the PATH: see https:\S+\n$/);
    }
  });

  it("say how they are called", async () => {
    for (const command of ["open", "logs", "shell"]) {
      const { code, stdout, calls } = await run(command, ["--help"]);
      expect({ code, calls }).to.deep.equal({ code: 0, calls: [] });
      expect(stdout).to.match(new RegExp(`^Usage: npm run ${command} -- <stack>`));
    }
  });
});
