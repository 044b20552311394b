import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect } from "chai";
import { ChildProcess } from "./child-process.ts";
import { findFreePort, isFree } from "./free-port.ts";
import { pollUntil } from "./poll-until.ts";

describe("ChildProcess", () => {
  const node = (script: string) =>
    ChildProcess.start({ name: "child", command: process.execPath, args: ["-e", script] });

  it("rejects a program that does not exist", async () => {
    const start = ChildProcess.start({ name: "none", command: "/no/such/program", args: [] });
    expect(await start.catch((error: unknown) => error)).to.have.property("code", "ENOENT");
  });

  it("kills what ignores SIGTERM, after the grace", async () => {
    const child = await node(
      `process.on("SIGTERM", () => {}); console.log("up"); setInterval(() => {}, 1000);`,
    );
    await child.waitForLine(/up/);
    expect(await child.stop(50)).to.deep.equal({ code: undefined, signal: "SIGKILL" });
    expect(child.isRunning).to.equal(false);
  });

  it("keeps only the latest lines", async () => {
    const child = await node(`for (let i = 1; i <= 100; i += 1) console.log(i)`);
    await child.exited;
    expect(child.lastLines).to.have.length(40);
    expect(child.lastLines.at(-1)).to.equal("100");
  });

  it("does not outlive the process that started it, even when that is killed", async () => {
    const port = await findFreePort();
    const listen = `net.createServer().listen(${port}, "127.0.0.1", () => console.log("up"))`;
    const parentScript = `
      import { ChildProcess } from ${JSON.stringify(import.meta.resolve("./child-process.ts"))};
      await ChildProcess.start({
        name: "child", command: process.execPath, args: ["-e", ${JSON.stringify(listen)}],
        onLine: console.log,
      });
    `;
    const parent = spawn(process.execPath, ["--input-type=module", "-e", parentScript], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(createInterface(parent.stdout), "line");
    expect(await isFree(port)).to.equal(false);
    parent.kill("SIGKILL");
    await pollUntil(() => isFree(port), { what: "The child is gone" });
  });
});
