import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { pollUntil } from "../../tools/local/processes/poll-until.ts";
import { ServiceProcess } from "../../tools/local/processes/service-process.ts";

const program = fileURLToPath(
  new URL("../../tools/testing/slow-service.ts", import.meta.url),
) as `${string}.ts`;

function start(env: Record<string, string> = {}) {
  return ServiceProcess.start(program, { env: { SLOW_MS: "500", DRAIN_MS: "0", ...env } });
}

describe("a served app that is told to stop", () => {
  it("answers what it has begun, runs its last steps, and exits 0", async () => {
    await using service = await start();
    const answer = fetch(`${service.url}/slow`);
    await service.process.waitForLine(/slow request came/);
    const exit = service.stop();
    expect(await (await answer).json()).to.deep.equal({ done: true });
    expect(await exit).to.include({ code: 0 });
    const messages = service.process.lastLines.map(
      (line) => (JSON.parse(line) as { msg: string }).msg,
    );
    expect(messages.slice(-3)).to.deep.equal(["stopping", "flushed", "stopped"]);
  });

  it("serves on while it drains, says so, and asks connections to close", async () => {
    await using service = await start({ DRAIN_MS: "1500", SLOW_MS: "1" });
    const exit = service.stop();
    await pollUntil(async () => (await fetch(`${service.url}/healthz`)).status === 503, {
      what: "the health check fails",
    });
    const answer = await fetch(`${service.url}/slow`);
    expect(answer.status).to.equal(200);
    expect(answer.headers.get("connection")).to.equal("close");
    expect(await exit).to.include({ code: 0 });
  });

  it("exits 1 when a last step fails", async () => {
    await using service = await start({ FLUSH: "fails" });
    expect(await service.stop()).to.include({ code: 1 });
  });

  it("keeps connections open for longer than the load balancer does", async () => {
    await using service = await start();
    const answer = await fetch(`${service.url}/healthz`);
    expect(answer.headers.get("keep-alive")).to.equal("timeout=65");
  });
});
