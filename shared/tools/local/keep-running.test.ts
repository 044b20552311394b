import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { keepRunning } from "./keep-running.ts";
import { pollUntil } from "./processes/poll-until.ts";
import { ServiceProcess } from "./processes/service-process.ts";

const program = `
  import { createServer } from "node:http";
  createServer((_, response) => response.end(String(process.pid))).listen(process.env.PORT);
  process.on("SIGTERM", () => process.exit(0));
`;

describe("keepRunning", () => {
  let folder: string;
  let notes: string[];
  let stopping: AbortController;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "keep-running-"));
    await writeFile(join(folder, "main.ts"), program);
  });
  beforeEach(() => {
    notes = [];
    stopping = new AbortController();
  });
  after(() => rm(folder, { recursive: true }));

  const start = () => ServiceProcess.start(`${folder}/main.ts`, { name: "counter", env: {} });
  const keep = (server: ServiceProcess) =>
    keepRunning(server, { signal: stopping.signal, note: (text) => notes.push(text) });

  it("starts a server again on its port, and says so", async () => {
    const server = await start();
    const pidOf = async () => (await fetch(server.url)).text();
    const ended = keep(server);
    const firstPid = await pidOf();
    await server.kill();
    const secondPid = await pollUntil(pidOf, { what: "The server is back" });
    expect(secondPid).not.to.equal(firstPid);
    expect(notes).to.deep.equal(["counter ended (SIGKILL); starting it again in 250 ms"]);
    stopping.abort();
    await ended;
  });

  it("stops the server on request, and does not start it again", async () => {
    const server = await start();
    const ended = keep(server);
    stopping.abort();
    expect(await ended).to.deep.equal({ code: 0, signal: undefined });
    expect(server.process.isRunning).to.equal(false);
    expect(notes).to.deep.equal([]);
  });

  it("gives up waiting for the next start when it is stopped", async () => {
    const server = await start();
    const ended = keep(server);
    await server.kill();
    await pollUntil(() => notes.length === 1, { what: "The end is noted" });
    stopping.abort();
    expect(await ended).to.deep.include({ signal: "SIGKILL" });
    expect(server.process.isRunning).to.equal(false);
  });
});
