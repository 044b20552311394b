import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, copyFile, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { parse } from "yaml";
import { rehearsalEnvironment, rehearsedStack } from "./workplace.ts";

/** Listens where moto would, and holds nothing. */
const fakeMoto = `#!${process.execPath}
const [, host, , port] = process.argv.slice(2);
require("node:http").createServer((_, response) => response.end("{}")).listen(port, host);
`;

interface Call {
  /** Its arguments, joined. */
  call: string;
  env: Record<string, string | undefined>;
  cwd: string;
}

describe("the rehearsal", function () {
  this.timeout(60_000);
  let folder: string;
  let emulator: Server;
  let inventories: object[];
  let emulatorUrl: string;

  beforeEach(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "rehearsal-test-"));
    await copyFile(path.join(import.meta.dirname, "fake-pulumi.sh"), path.join(folder, "pulumi"));
    inventories = [{}, {}];
    emulator = createServer((_, response) => response.end(JSON.stringify(inventories.shift())));
    await once(emulator.listen(0, "127.0.0.1"), "listening");
    emulatorUrl = `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`;
  });

  afterEach(async () => {
    emulator.close();
    await rm(folder, { recursive: true });
  });

  async function executable(name: string, text: string) {
    await writeFile(path.join(folder, name), text);
    await chmod(path.join(folder, name), 0o755);
  }

  async function rehearse(stack: string, environment: NodeJS.ProcessEnv = {}) {
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "rehearse.ts"), stack], {
      // One folder of packages that has no plugins, and a temp folder to look at afterwards.
      env: {
        PATH: folder,
        NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
        TMPDIR: folder,
        FAKE_LOG: path.join(folder, "log"),
        AWS_ENDPOINT_URL: emulatorUrl,
        ...environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output += text));
    const [code] = (await once(child, "close")) as [number];
    const log = await readFile(path.join(folder, "log"), "utf8").catch(() => "");
    const calls = log
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Call);
    return { code, output, calls, commands: calls.map(({ call }) => call) };
  }

  it("lives the whole life of a stack, in order, and leaves no folder behind", async () => {
    const { code, output, commands } = await rehearse("dev");
    expect(output).to.contain("All 11 steps went well.").and.contain("+ 154 created");
    expect(code).to.equal(0);
    const image = `123456789012.dkr.ecr.eu-west-1.amazonaws.com/rehearsal@sha256:${"b".repeat(64)}`;
    const lived = commands.filter((call) => !/^(version|plugin)/.test(call));
    expect(lived).to.deep.equal([
      "stack init dev",
      "preview --stack dev --policy-pack pulumi/policies",
      "up --stack dev --yes --skip-preview --policy-pack pulumi/policies",
      "preview --stack dev --policy-pack pulumi/policies --expect-no-changes",
      "refresh --stack dev --yes --skip-preview --expect-no-changes",
      `config set --stack dev --path page-services:images.counter ${image}`,
      "up --stack dev --yes --skip-preview --policy-pack pulumi/policies",
      "stack output images --json --stack dev",
      "destroy --stack dev --yes",
      "stack export --stack dev",
      "stack rm dev --yes",
    ]);
    const left = (await readdir(folder)).filter((name) => name.startsWith("page-services"));
    expect(left).to.deep.equal([]);
  });

  it("gives prod up as the README says, under the policies, before it destroys it", async () => {
    const { code, commands } = await rehearse("prod");
    expect(code).to.equal(0);
    const farewell = commands.indexOf("config set --stack prod page-services:farewell prod");
    expect(farewell).to.be.above(0);
    expect(commands.slice(farewell + 1, farewell + 3)).to.deep.equal([
      "up --stack prod --yes --skip-preview --policy-pack pulumi/policies",
      "destroy --stack prod --yes",
    ]);
  });

  it("works in a folder of its own, and lets no account in", async () => {
    const account = { AWS_PROFILE: "mine", PULUMI_ACCESS_TOKEN: "pul-mine" };
    const { calls, output } = await rehearse("dev", account);
    for (const { env, cwd } of calls) {
      expect(cwd).to.contain("page-services-rehearsal-");
      expect(env).to.deep.equal({
        AWS_ENDPOINT_URL: emulatorUrl,
        PULUMI_BACKEND_URL: `file://${cwd}/state`,
      });
    }
    expect(output).to.not.contain("mine");
  });

  it("stops at the first step that fails, and says where and why", async () => {
    const { code, output, commands } = await rehearse("dev", { FAKE_FAILS: "refresh" });
    expect(code).to.equal(1);
    expect(output).to.contain("✗ refresh").and.contain("error: this is why");
    expect(output).to.contain("Stopped at step 5 of 11.");
    expect(commands.at(-1)).to.match(/^refresh/);
  });

  it("says so, too, of a step whose answer cannot be read", async () => {
    const { code, output } = await rehearse("dev", { FAKE_STATE: "{half" });
    expect(code).to.equal(1);
    expect(output).to.contain("stack export --stack dev: expected JSON, got\n{half");
    expect(output).to.contain("Stopped at step 10 of 11.");
  });

  it("notices what is left, in the state and in the emulator", async () => {
    const state = JSON.stringify({ deployment: { resources: [{ urn: "urn:forgotten" }] } });
    expect(await rehearse("dev", { FAKE_STATE: state })).to.deep.include({ code: 1 });
    inventories = [{ ec2: { Vpc: [1] } }, { ec2: { Vpc: [1, 2] }, ecs: { Cluster: [1] } }];
    const { code, output } = await rehearse("dev");
    expect(code).to.equal(1);
    expect(output).to.contain("The emulator still has 1 ec2 Vpc, 1 ecs Cluster.");
  });

  it("says which binary is missing, with a code of its own", async () => {
    const plugin = await rehearse("dev", { FAKE_FAILS: "plugin install resource aws " });
    expect(plugin.code).to.equal(3);
    expect(plugin.output).to.match(/plugin pulumi-resource-aws \d+\.\d+\.\d+ is missing/);
    expect(plugin.commands.some((call) => call.startsWith("stack"))).to.equal(false);
    const noCli = await rehearse("dev", { FAKE_FAILS: "version" });
    expect(noCli.code).to.equal(3);
    expect(noCli.output).to.contain("The Pulumi CLI is missing").and.contain("this is why");
    const noMoto = await rehearse("dev", { AWS_ENDPOINT_URL: undefined });
    expect(noMoto.code).to.equal(3);
    expect(noMoto.output).to.contain("An emulator of AWS is missing").and.contain("moto[server]");
  });

  it("takes the plugins and the moto server that are on the PATH", async () => {
    await executable("moto_server", fakeMoto);
    for (const name of ["aws", "awsx", "docker-build"])
      await executable(`pulumi-resource-${name}`, "");
    const { code, output, commands } = await rehearse("dev", { AWS_ENDPOINT_URL: undefined });
    expect(output).to.contain("against moto at http://127.0.0.1:");
    expect(output).to.contain("aws from the PATH, awsx from the PATH, docker-build from the PATH");
    expect(commands.filter((call) => call.startsWith("plugin"))).to.be.empty;
    expect(code).to.equal(0);
  });

  it("has no such stack, or no stack named at all", async () => {
    const { code, output } = await rehearse("nowhere");
    expect(code).to.equal(2);
    expect(output).to.contain("There is no Pulumi.nowhere.yaml; the stacks are dev, prod.");
    const child = spawn(process.execPath, [path.join(import.meta.dirname, "rehearse.ts")]);
    expect(await once(child, "close")).to.deep.equal([2, null]);
  });

  it("adds endpoints and images to the stack's values, and keys that are new each time", () => {
    const text = 'config: {"page-services:logDays": 7, "page-services:prometheus": {"host": "h"}}';
    const { config } = parse(rehearsedStack(text, "http://e")) as {
      config: Record<string, Record<string, string>>;
    };
    expect(config["page-services:logDays"]).to.equal(7);
    expect(Object.keys(config["page-services:images"]!)).to.include.members([
      "counter",
      "prometheus",
    ]);
    expect(config["aws:endpoints"]).to.have.nested.property("0.ecs", "http://e");
    const place = { directory: "/d", emulatorUrl: "http://e" };
    const [one, other] = [{}, {}].map((environment) => rehearsalEnvironment(environment, place));
    for (const name of ["AWS_SECRET_ACCESS_KEY", "PULUMI_CONFIG_PASSPHRASE"])
      expect(one?.[name]).to.have.lengthOf(40).and.not.equal(other?.[name]);
  });
});
