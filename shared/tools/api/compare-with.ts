/** `npm run api-changes -- <commit>`: what the APIs would break for clients of that commit's. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { serviceNames } from "../../contract.ts";
import type { ApiDocument } from "../../kit/http/docs/openapi.ts";
import { type Release, versionFaults } from "./changes.ts";
import { factsOf } from "./facts.ts";

const [base = ""] = process.argv.slice(2);
if (!/^[\w./^~-]+$/.test(base) || base.startsWith("-")) {
  console.error("Expected a commit to compare with: npm run api-changes -- origin/main");
  process.exit(2);
}
git("rev-parse", "--verify", "--quiet", `${base}^{commit}`);
const faults = serviceNames.flatMap((service) => {
  const path = `services/${service}/openapi.json`;
  // A service that is new breaks nothing.
  if (git("ls-tree", "--name-only", base, path) === "") return [];
  const before = releaseOf(git("show", `${base}:${path}`));
  const now = releaseOf(readFileSync(path, "utf8"));
  return versionFaults(before, now).map((fault) => `${service}: ${fault}`);
});
for (const fault of faults) console.error(fault);
console.log(`${faults.length} faults in the APIs' versions, compared with ${base}`);
process.exitCode = faults.length === 0 ? 0 : 1;

function releaseOf(text: string): Release {
  const document = JSON.parse(text) as ApiDocument;
  return { version: document.info.version, facts: factsOf(document) };
}

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
}
