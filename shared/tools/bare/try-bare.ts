/**
 * `npm run try:bare [-- --npm 11]`: both commands of the README on a machine that has nothing.
 *
 * As root on Debian, with debootstrap: it makes a bare system in a temporary folder, runs the
 * commands inside, the second one also as a user who is not root, and removes everything.
 */
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { findFreePort } from "../local/processes/free-port.ts";
import { findProgram } from "../local/processes/find-program.ts";
import { BareMachine } from "./bare-machine.ts";

const repository = fileURLToPath(new URL("../../../", import.meta.url));
const MINUTE_MS = 60_000;

// When it is ended early everything is removed, too.
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => process.exit(1));

const usage =
  "Usage: npm run try:bare [-- --npm 10]   both commands of the README on a bare Debian";
const { npm, help } = parseArgs({
  options: { npm: { type: "string", default: "10" }, help: { type: "boolean", default: false } },
}).values;
if (help) console.log(usage);
else if (process.getuid?.() === 0 && findProgram(["debootstrap"]) !== undefined) {
  await tryBare(npm).catch((error: unknown) => {
    console.error(String(error));
    process.exitCode = 1;
  });
} else {
  console.error("This needs root and debootstrap: apt-get install debootstrap");
  process.exitCode = 2;
}

async function tryBare(npmVersion: string): Promise<void> {
  const step = createStep();
  step(`A bare Debian with Node 20, npm ${npmVersion} and a clone of HEAD`);
  using machine = new BareMachine(repository, npmVersion);

  step("npm ci && npm start");
  await machine.run("npm ci && npm start", {
    timeoutMs: 5 * MINUTE_MS,
    until: /Ctrl-C stops everything/,
    environment: { PORT: String(await findFreePort()) },
  });

  step("npm ci && npm test");
  await machine.run("npm ci && npm test", { timeoutMs: 15 * MINUTE_MS });

  step("npm test, not as root");
  const user = "useradd --create-home user && chown -R user . && exec su user -c";
  await machine.run(`${user} "npm test"`, { timeoutMs: 15 * MINUTE_MS });
  step("Done; the machine is removed");
}

/** Prints what begins, and how long after the start. */
function createStep(): (text: string) => void {
  return (text) => {
    console.log(`[${(performance.now() / 1_000).toFixed(0).padStart(4)} s] ${text}`);
  };
}
