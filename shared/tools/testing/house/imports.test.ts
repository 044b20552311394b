import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";

const root = resolve(import.meta.dirname, "../../../..");
const require = createRequire(import.meta.url);
const config = ".dependency-cruiser.cjs";
const { forbidden } = require(join(root, config)) as { forbidden: { name: string }[] };

/** For each rule, who breaks it by importing what. */
const breaches: Record<string, readonly [from: string, to: string]> = {
  "no-cycles": ["services/a/one.ts", "services/a/two.ts"],
  "services-stand-alone": ["services/a/alone.ts", "services/b/rules.ts"],
  "a-service-has-these-rooms": ["services/a/helpers/text.ts", "services/a/rules.ts"],
  "nobody-imports-main": ["services/a/testing/start.ts", "services/a/main.ts"],
  "app-knows-no-store": ["services/a/app.ts", "services/a/redis/store.ts"],
  "domain-knows-no-room": ["services/a/resilience/queue.ts", "services/a/http/routes.ts"],
  "config-knows-only-the-domain": ["services/a/config.ts", "services/a/http/routes.ts"],
  "http-knows-no-store": ["services/a/http/counting.ts", "services/a/redis/store.ts"],
  "page-only-draws": ["services/a/page/page.ts", "services/a/http/routes.ts"],
  "stores-know-the-domain-alone": ["services/a/redis/asking.ts", "services/a/http/routes.ts"],
  "redis-knows-no-dynamodb": ["services/a/redis/both.ts", "services/a/dynamodb/store.ts"],
  "dynamodb-knows-no-redis": ["services/a/dynamodb/both.ts", "services/a/redis/store.ts"],
  "an-example-knows-only-the-api": ["services/a/example/consumer.ts", "services/a/rules.ts"],
  "what-ships-knows-no-workshop": ["services/a/shipped.ts", "services/a/testing/fake.ts"],
  "services-know-no-infrastructure": ["services/a/deployed.ts", "pulumi/names.ts"],
  "infrastructure-reads-only-the-contract": ["pulumi/reader.ts", "shared/kit/text.ts"],
  "contract-imports-nothing": ["shared/contract.ts", "shared/kit/text.ts"],
  "shared-knows-no-service": ["shared/kit/knowing.ts", "services/a/rules.ts"],
  "kit-knows-no-tool": ["shared/kit/tooled.ts", "shared/tools/tool.ts"],
  "below-http": ["shared/kit/above.ts", "shared/kit/http/route.ts"],
  "limits-import-nothing": ["pulumi/limits/ports.ts", "pulumi/names.ts"],
  "sections-stand-alone": ["pulumi/config/sections/one.ts", "pulumi/config/stack-config.ts"],
  "config-creates-nothing": ["pulumi/config/creating.ts", "@pulumi/aws"],
  "pulumi-below-pulumi": ["shared/kit/deploying.ts", "@pulumi/pulumi"],
  "store-clients-in-stores": ["services/a/http/calling.ts", "redis"],
  "traces-apart": ["shared/kit/listening.ts", "shared/kit/tracing/spans.ts"],
  "no-unlisted-packages": ["shared/kit/unlisted.ts", "semver"],
  "no-dev-packages-in-services": ["services/a/developing.ts", "chai"],
  "no-unresolvable": ["services/a/lost.ts", "services/a/nowhere.ts"],
};

async function write(folder: string, file: string, text: string): Promise<void> {
  await mkdir(dirname(join(folder, file)), { recursive: true });
  await writeFile(join(folder, file), text);
}

/** A tree in which each rule is broken once, beside what is only imported. */
async function writeBreaches(folder: string): Promise<void> {
  for (const [, file] of Object.values(breaches)) {
    if (file.endsWith(".ts") && !file.includes("nowhere")) await write(folder, file, "export {};");
  }
  for (const [from, to] of Object.values(breaches)) {
    const target = to.endsWith(".ts") ? `${"../".repeat(from.split("/").length - 1)}${to}` : to;
    await write(folder, from, `import ${JSON.stringify(target)};`);
  }
  await write(folder, "services/a/two.ts", 'import "./one.ts";');
  for (const file of [config, "package.json", "tsconfig.json"]) {
    await cp(join(root, file), join(folder, file));
  }
  await symlink(join(root, "node_modules"), join(folder, "node_modules"));
}

describe("the import rules", () => {
  let found: string[];
  before(async () => {
    const folder = await mkdtemp(join(tmpdir(), "imports-"));
    await writeBreaches(folder);
    const program = join(root, "node_modules/dependency-cruiser/bin/dependency-cruiser.mjs");
    const args = ["--config", config, "--output-type", "json", "services", "shared", "pulumi"];
    const { stdout } = await promisify(execFile)(process.execPath, [program, ...args], {
      cwd: folder,
    });
    const { summary } = JSON.parse(stdout) as {
      summary: { violations: { from: string; rule: { name: string } }[] };
    };
    found = summary.violations.map(({ from, rule }) => `${rule.name}: ${from}`);
    await rm(folder, { recursive: true });
  });

  for (const { name } of forbidden) {
    it(`refuses a breach of ${name}`, () => {
      expect(breaches, "a rule without a breach here").to.have.property(name);
      expect(found).to.include(`${name}: ${breaches[name]?.[0] ?? ""}`);
    });
  }
});
