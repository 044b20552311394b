import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { findFreePort } from "./local/processes/free-port.ts";

/** Runs a command to its end, however it ends. */
function run(command: string, ...args: string[]): Promise<unknown> {
  const program = fileURLToPath(import.meta.resolve(command));
  return promisify(execFile)(process.execPath, [program, ...args]).catch((error: unknown) => error);
}

describe("a command", () => {
  for (const command of ["./bench/run.ts", "./api/write-openapi.ts", "./delivery/bundle.ts"]) {
    it(`says how it is called, and does nothing: ${command}`, async () => {
      const { stdout } = (await run(command, "--help")) as { stdout: string };
      expect(stdout).to.match(
        /^Usage: npm run \S+ \[-- <service> …\] .*\nServices: counter, .*\n$/,
      );
    });
  }

  for (const command of [
    "./bare/try-bare.ts",
    "./delivery/bundle-report.ts",
    "./testing/prepare-machine.ts",
    "../../pulumi/architecture/draw.ts",
    "../../pulumi/preview-comment/write-comment.ts",
  ]) {
    it(`says how it is called where it takes no service: ${command}`, async () => {
      const { stdout } = (await run(command, "--help")) as { stdout: string };
      expect(stdout).to.match(/^Usage: npm run \S+ .*\n$/);
    });
  }

  it("names the services that have an example, and says in one line why one failed", async () => {
    const unknown = await run("./api/run-example.ts", "greeter");
    expect(unknown).to.include({ code: 2, stdout: "" });
    const nowhere = `http://127.0.0.1:${await findFreePort()}`;
    const failed = await run("./api/run-example.ts", "counter", nowhere);
    const { code, stderr } = failed as { code: number; stderr: string };
    expect(code).to.equal(1);
    expect(stderr).to.match(/^The example of counter failed: [^\n]*ECONNREFUSED[^\n]*\n$/);
  });

  it("refuses an argument where there is none", async () => {
    expect(await run("./testing/prepare-machine.ts", "redis")).to.include({
      code: 2,
      stdout: "",
      stderr:
        "There is no argument redis. " +
        "Usage: npm run prepare:machine   installs the programs that the tests run\n",
    });
  });

  it("names the services, where it is given another or an option", async () => {
    expect(await run("./bench/run.ts", "counter", "greeter", "--fast")).to.include({
      code: 2,
      stdout: "",
      stderr: "bench knows no greeter, --fast; there are counter, catalog, stream-guard.\n",
    });
  });
});
