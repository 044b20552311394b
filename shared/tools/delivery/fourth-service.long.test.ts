import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bin = join(root, "node_modules/.bin");

describe("a fourth service, made by the steps of services/README.md", function () {
  this.timeout(60_000);
  let copy: string;
  /** What a program of the copy prints; rejects with it when the program fails. */
  const run = (program: string, ...args: string[]) =>
    new Promise<string>((resolve, reject) => {
      execFile(join(bin, program), args, { cwd: copy }, (error, stdout, stderr) => {
        if (error) reject(new Error(stdout + stderr, { cause: error }));
        else resolve(stdout + stderr);
      });
    });

  before(async () => {
    copy = await copyRepository();
    const steps = await readFile(join(root, "services/README.md"), "utf8");
    const files = [...steps.matchAll(/^#### `(services\/greeter\/[^`]+)`\n+```ts\n(.+?)^```/gms)];
    for (const [, path = "", text = ""] of files) {
      await mkdir(join(copy, dirname(path)), { recursive: true });
      await writeFile(join(copy, path), text);
    }
    const entry = /^### 2\..+?```ts\n(.+?)^```/ms.exec(steps)?.[1] ?? "";
    await edit("shared/contract.ts", /(?<=^export const services = \{\n)/m, entry);
    const matrix = /^### 3\..+?```hcl\n(.+?)^```/ms.exec(steps)?.[1] ?? "";
    await edit("docker-bake.hcl", /^ +service = \[.*\n/m, matrix);
  });
  after(() => rm(copy, { recursive: true }));

  async function edit(path: string, place: RegExp, text: string): Promise<void> {
    const before = await readFile(join(copy, path), "utf8");
    expect(before, path).to.match(place);
    await writeFile(join(copy, path), before.replace(place, text));
  }

  it("passes the type check, and asks for no change in the code of the kit", async () => {
    const extended = { extends: "./tsconfig.json", include: ["services/greeter", "shared"] };
    await writeFile(join(copy, "tsconfig.greeter.json"), JSON.stringify(extended));
    expect(
      await run("tsc", "--project", "tsconfig.greeter.json", "--incremental", "false"),
    ).to.equal("");
  });

  it("runs: it writes down its API", async () => {
    await run("node", "shared/tools/api/write-openapi.ts", "greeter");
    const document = await readFile(join(copy, "services/greeter/openapi.json"), "utf8");
    expect(document).to.include('"/greeter/{name}"').and.to.include('"/greeter/status"');
  });

  it("passes its own test, and those of the images and of the gateway's rules", async () => {
    const tests = ["services/greeter/app.test.ts", "shared/tools/delivery/images.test.ts"];
    const output = await run("mocha", "--no-config", "--reporter", "spec", ...tests);
    expect(output)
      .to.include("greets who is named")
      .and.to.match(/\d+ passing/);
    const ask =
      'const rules = await import("./shared/tools/local/gateway/path-rules.ts");' +
      'console.log(rules.matchService("/greeter/Ada"));';
    expect(await run("node", "--input-type=module", "--eval", ask)).to.equal("greeter\n");
  });

  it("is bundled for its image", async () => {
    expect(await run("node", "shared/tools/delivery/bundle.ts", "greeter")).to.match(
      /greeter\/main\.mjs: \d+ kB/,
    );
  });

  it("is part of the next deployment, by every policy", async () => {
    const preview = await run("node", "pulumi/offline/preview.ts", "dev");
    expect(preview)
      .to.match(/dev-greeter/)
      .and.to.match(/Policies: all \d+ rules hold/);
  });
});

/** As a fresh clone has it, with the packages of this one. */
async function copyRepository(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "fourth-service-"));
  const left = /(^|\/)(node_modules|\.git|\.data|dist)$/;
  const entries = ["services", "shared", "pulumi", "package.json", "tsconfig.json"];
  const stacks = ["Pulumi.yaml", "Pulumi.dev.yaml", "docker-bake.hcl", ".dockerignore"];
  for (const entry of [...entries, ...stacks]) {
    await cp(join(root, entry), join(copy, entry), {
      recursive: true,
      filter: (source) => !left.test(relative(root, source)),
    });
  }
  await symlink(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}
