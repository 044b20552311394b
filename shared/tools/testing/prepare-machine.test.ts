import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { prepareMachine, type Machine } from "./prepare-machine.ts";

const everything = ["redis-server", "chromium", "prometheus", "promtool", "openssl", "git"];

describe("prepareMachine", () => {
  let folder: string;
  let calls: string[];
  let said: string[];
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "prepare-machine-"));
    calls = [];
    said = [];
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const put = (programs: readonly string[]) => {
    for (const program of programs) writeFileSync(join(folder, program), "", { mode: 0o755 });
  };
  const machine = (more: Partial<Machine>): Machine => ({
    searchPath: folder,
    isRoot: true,
    hasSystemd: false,
    run: (command, args) => {
      calls.push([command, ...args.filter((arg) => !/^-|Lock/.test(arg))].join(" "));
      if (args.includes("install")) put(everything);
      return true;
    },
    say: (text) => said.push(text),
    ...more,
  });

  it("runs and says nothing when everything is there", () => {
    put(everything);
    expect(prepareMachine(machine({}))).to.equal(true);
    expect([...calls, ...said]).to.deep.equal([]);
  });

  it("takes valkey-server and google-chrome as well", () => {
    put(["valkey-server", "google-chrome", "prometheus", "promtool", "openssl", "git"]);
    expect(prepareMachine(machine({}))).to.equal(true);
  });

  it("installs as root on Debian only what is missing, after an update", () => {
    put(["apt-get", "chromium", "openssl", "git"]);
    expect(prepareMachine(machine({}))).to.equal(true);
    expect(calls).to.deep.equal(["apt-get update", "apt-get install redis-server prometheus"]);
    expect(said.join()).to.match(/redis-server or valkey-server\n {2}prometheus\n {2}promtool\n/);
  });

  it("stops the daemons that systemd starts on installation, and no others", () => {
    put(["apt-get", "prometheus", "promtool"]);
    expect(prepareMachine(machine({ hasSystemd: true }))).to.equal(true);
    expect(calls.at(-1)).to.equal("systemctl disable redis-server.service");
  });

  it("says what is missing and how to get it when it may not install", () => {
    put(["apt-get", "redis-server", "openssl", "git"]);
    expect(prepareMachine(machine({ isRoot: false }))).to.equal(false);
    expect(calls).to.deep.equal([]);
    expect(said.join()).to.match(/chromium or .*promtool.*brew install chromium prometheus/s);
    expect(said.join()).not.to.include("redis-server");
  });

  it("says so when the installation brought nothing", () => {
    put(["apt-get"]);
    expect(prepareMachine(machine({ run: () => false }))).to.equal(false);
    expect(said.at(-1)).to.include("not on the PATH");
  });
});
