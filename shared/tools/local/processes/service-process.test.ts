import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { pollUntil } from "./poll-until.ts";
import { ServiceProcess } from "./service-process.ts";

type Program = `${string}.ts`;

const sayings = `
  import { createServer } from "node:http";
  console.log("told", process.env.WORD, process.env.HOME);
  const server = createServer((_, response) => response.end("hello"));
  setTimeout(() => server.listen(Number(process.env.PORT)), 50);
`;

describe("ServiceProcess", () => {
  let folder: string;
  const program = async (name: string, text: string): Promise<Program> => {
    const path: Program = `${folder}/${name}.ts`;
    await writeFile(path, text);
    return path;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "service-process-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("is started when /readyz answers, with only the environment it is given", async () => {
    const lines: string[] = [];
    await using service = await ServiceProcess.start(await program("ready", sayings), {
      env: { WORD: "something" },
      onLine: (line) => lines.push(line),
    });
    expect(await (await fetch(service.url)).text()).to.equal("hello");
    expect(lines).to.deep.equal(["told something undefined"]);
  });

  it("tells its exit code after stop", async () => {
    const polite = `process.on("SIGTERM", () => process.exit(7));`;
    const service = await ServiceProcess.start(await program("polite", polite + sayings), {
      env: {},
    });
    expect(await service.stop()).to.deep.equal({ code: 7, signal: undefined });
  });

  it("tells that it was killed", async () => {
    const service = await ServiceProcess.start(await program("killed", sayings), { env: {} });
    expect(await service.kill()).to.deep.equal({ code: undefined, signal: "SIGKILL" });
  });

  it("shows the last output of a service that ends at once", async () => {
    const broken = `console.error("PORT is what?"); process.exit(3);`;
    const start = ServiceProcess.start(await program("broken", broken), { env: {} });
    const error = await start.catch((cause: unknown) => cause);
    expect(error).to.be.an("error");
    expect(String(error)).to.match(/broken\.ts ended \(code 3\) .*PORT is what\?/s);
  });

  it("gives up, and ends the service, when it is not ready in time", async () => {
    const mute = `setInterval(() => {}, 1000);`;
    const start = ServiceProcess.start(await program("mute", mute), {
      env: {},
      readyTimeoutMs: 400,
    });
    expect(String(await start.catch((error: unknown) => error))).to.include("within 400 ms");
    await pollUntil(() => children() === 0, { what: "the service has ended" });
  });
});

/** Of this process: those that have not ended. */
function children(): number {
  return process.getActiveResourcesInfo().filter((resource) => resource === "ProcessWrap").length;
}
