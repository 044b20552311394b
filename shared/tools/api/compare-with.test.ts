import { execFileSync, spawnSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { serviceNames } from "../../contract.ts";

const program = fileURLToPath(new URL("compare-with.ts", import.meta.url));
const services = fileURLToPath(new URL("../../../services/", import.meta.url));

describe("the APIs of a branch, compared with those of another", () => {
  let folder: string;
  let counter: string;
  const git = (...args: string[]) => execFileSync("git", args, { cwd: folder });
  const compare = (base: string) =>
    spawnSync(process.execPath, [program, base], { cwd: folder, encoding: "utf8" });
  const change = async (from: string | RegExp, to: string) =>
    writeFile(counter, (await readFile(counter, "utf8")).replaceAll(from, to));

  before(async () => {
    folder = await mkdtemp(path.join(tmpdir(), "apis-"));
    for (const service of serviceNames) {
      await mkdir(path.join(folder, "services", service), { recursive: true });
      const file = path.join(service, "openapi.json");
      await cp(path.join(services, file), path.join(folder, "services", file));
    }
    counter = path.join(folder, "services", "counter", "openapi.json");
    git("init", "--quiet");
    git("add", ".");
    const author = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
    git(...author, "-c", "commit.gpgsign=false", "commit", "--quiet", "--message", "Base");
  });
  afterEach(() => git("checkout", "--quiet", "."));
  after(() => rm(folder, { recursive: true }));

  it("pass where nothing changed", () => {
    expect(compare("HEAD").stderr).to.equal("");
    expect(compare("HEAD").status).to.equal(0);
  });

  it("fail by name where a field of an answer is renamed", async () => {
    await change('"last_minute"', '"recent"');
    const { status, stderr } = compare("HEAD");
    expect(status).to.equal(1);
    expect(stderr).to.include("counter: answer Tally.last_minute is gone: this breaks clients");
  });

  it("pass a change that breaks where the major number was raised", async () => {
    await change('"last_minute"', '"recent"');
    await change(/"version": "\d+\./g, '"version": "99.');
    expect(compare("HEAD").status).to.equal(0);
  });

  it("fail where there is no such commit", () => {
    expect(compare("none").status).to.not.equal(0);
    expect(compare("--output=x").status).to.equal(2);
  });
});
