import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { serviceNames } from "../../contract.ts";
import { ChildProcess, type ProcessExit } from "./processes/child-process.ts";
import { findFreePort, isFree } from "./processes/free-port.ts";
import { pollUntil } from "./processes/poll-until.ts";

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

const startProgram = fileURLToPath(import.meta.resolve("./start.ts"));

/** `npm start`, as a user would run it. */
class StartedStack implements AsyncDisposable {
  readonly url: string;
  readonly process: ChildProcess;
  readonly lines: readonly string[];

  static async start(env: Record<string, string>, ...args: string[]): Promise<StartedStack> {
    const port = await findFreePort();
    const lines: string[] = [];
    const process = await launch({ PORT: String(port), ...env }, args, (line) => lines.push(line));
    await process.waitForLine(/^Ctrl-C stops everything/, 20_000);
    return new StartedStack(process, port, lines);
  }

  private constructor(process: ChildProcess, port: number, lines: readonly string[]) {
    this.process = process;
    this.url = `http://127.0.0.1:${port}`;
    this.lines = lines;
  }

  async ask(path: string, init?: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.url}${path}`, init);
    const body = (await response.json()) as Answer["body"];
    return { status: response.status, headers: response.headers, body };
  }

  async post(path: string, body: unknown = {}): Promise<Answer> {
    const headers = { "content-type": "application/json" };
    return this.ask(path, { method: "POST", headers, body: JSON.stringify(body) });
  }

  async hits(page: string, count: number): Promise<readonly Answer[]> {
    const hits = Array.from({ length: count }, () => this.post(`/counter/${page}/hits`));
    return Promise.all(hits);
  }

  /** Process ids of the counters that answer: an instance is named by its host and process id. */
  async counterPids(): Promise<ReadonlySet<number>> {
    const asked = Array.from({ length: 4 }, () => this.ask("/counter/status"));
    const instances = (await Promise.all(asked)).map(({ body }) => String(body.instance));
    return new Set(instances.map((instance) => Number(/-(\d+)$/.exec(instance)?.[1])));
  }

  async pressCtrlC(): Promise<ProcessExit> {
    process.kill(this.process.pid, "SIGINT");
    return this.process.exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.process.stop();
  }
}

function launch(
  env: Record<string, string>,
  args: readonly string[],
  onLine?: (line: string) => void,
): Promise<ChildProcess> {
  return ChildProcess.start({
    name: "npm start",
    command: process.execPath,
    args: [startProgram, ...args],
    env,
    ...(onLine && { onLine }),
  });
}

const sorted = (values: readonly unknown[]) => values.toSorted((a, b) => Number(a) - Number(b));

describe("npm start", () => {
  let DATA_DIR: string;
  before(async () => {
    DATA_DIR = await mkdtemp(join(tmpdir(), "start-"));
  });
  after(() => rm(DATA_DIR, { recursive: true }));

  it("runs the three services on one address and ends every process on Ctrl-C", async () => {
    await using stack = await StartedStack.start({ DATA_DIR });
    for (const service of serviceNames) {
      const { body } = await stack.ask(`/${service}/status`);
      expect(body).to.include({ status: "Healthy", service });
    }

    const hits = await stack.hits("start", 20);
    expect(sorted(hits.map(({ body }) => body.count))).to.deep.equal(
      Array.from({ length: 20 }, (_, index) => index + 1),
    );

    await stack.post("/data", { id: 1, name: "tea", price: 19.99 });
    const reads = [await stack.ask("/product/1"), await stack.ask("/product/1")];
    expect(reads.map(({ headers }) => headers.get("x-cache"))).to.deep.equal(["miss", "hit"]);

    const starts = await Promise.all([1, 2, 3, 4].map(() => stack.post("/api/v1/stream")));
    expect(sorted(starts.map(({ status }) => status))).to.deep.equal([201, 201, 201, 409]);

    expect(await stack.ask("/nowhere")).to.include({ status: 404 });
    const tooLarge = await stack.post("/data", { name: "x".repeat(1 << 20) });
    expect(tooLarge).to.include({ status: 413 });

    const [pid = 0] = await stack.counterPids();
    expect(await stack.pressCtrlC()).to.deep.equal({ code: 0, signal: undefined });
    expect(() => process.kill(pid, 0)).to.throw("ESRCH");
    expect(await isFree(Number(new URL(stack.url).port))).to.equal(true);
  });

  describe("again, with two processes of each service", () => {
    let stack: StartedStack;
    before(async () => {
      stack = await StartedStack.start({ DATA_DIR }, "--instances", "2");
    });
    after(() => stack.process.stop());

    it("counts on where it stopped, and has kept products and leases", async () => {
      const [first, second] = [await stack.hits("start", 1), await stack.hits("start", 1)].flat();
      expect([first?.body.count, second?.body.count]).to.deep.equal([21, 22]);
      await pollUntil(async () => (await stack.counterPids()).size === 2, { what: "Both answer" });
      expect((await stack.ask("/product/1")).body).to.include({ name: "tea", price: 19.99 });
      expect(await stack.post("/api/v1/stream")).to.include({ status: 409 });
    });

    it("says of another stack that its port is taken, or its data", async () => {
      const samePort = await launch({ DATA_DIR, PORT: new URL(stack.url).port }, []);
      expect(await samePort.exited).to.include({ code: 1 });
      expect(samePort.lastLines.join("\n")).to.match(
        /^Port \d+ is in use.*PORT=\d+ DATA_DIR=\S+ npm start$/,
      );
      const sameData = await launch({ DATA_DIR, PORT: String(await findFreePort()) }, []);
      expect(await sameData.exited).to.include({ code: 1 });
      expect(sameData.lastLines.join("\n")).to.match(
        /^DATA_DIR=\S+ is in use by another npm start.*DATA_DIR=\S+ npm start$/,
      );
    });

    it("has a home page with each instance, its metrics and requests to try", async () => {
      const page = await (await fetch(`${stack.url}/local`)).text();
      expect(page.match(/<dd>ready</g)).to.have.lengthOf(6);
      expect(page).to.include("/stream-guard/docs").and.to.include("POST {{url}}/api/v1/stream");
      const address = `@url = http://localhost:${new URL(stack.url).port}`;
      expect(page.match(/@url = .*/g)).to.deep.equal([address, address, address]);
      const [metrics = ""] = /http:\/\/127\.0\.0\.1:\d+\/metrics/.exec(page) ?? [];
      expect(await (await fetch(metrics)).text()).to.include("http_request_duration_seconds");
    });

    it("answers every request while a process is stopped and replaced", async () => {
      const [stopped = 0] = await stack.counterPids();
      process.kill(stopped, "SIGTERM");
      const statuses = new Set<number>();
      const isReplaced = async () => {
        for (const { status } of await stack.hits("replaced", 4)) statuses.add(status);
        const pids = await stack.counterPids();
        return pids.size === 2 && !pids.has(stopped);
      };
      await pollUntil(isReplaced, { what: "The process is replaced", timeoutMs: 10_000 });
      expect([...statuses]).to.deep.equal([201]);
      expect(stack.lines.join("\n")).to.match(/^counter#\d ended \(code 0\)/m);
    });
  });

  it("counts in DynamoDB and reads uncached where there is no Redis", async () => {
    await using stack = await StartedStack.start({ DATA_DIR, PATH: "/nowhere" });
    expect(stack.lines.join("\n")).to.match(/Redis +none found/);
    expect((await stack.hits("uncached", 1))[0]?.body.count).to.equal(1);
    await stack.post("/data", { id: 2, name: "coffee", price: 4 });
    expect((await stack.ask("/product/2")).headers.get("x-cache")).to.equal("bypass");
  });

  // After the others: a lease that one of them took must still be alive in the next.
  describe("that goes wrong, or ends", () => {
    const wrongStarts: readonly [what: string, env: Record<string, string>, says: RegExp][] = [
      [
        "a DATA_DIR that is a file",
        { DATA_DIR: startProgram },
        /^DATA_DIR=\S+: a file is in the way/,
      ],
      [
        "a DATA_DIR that takes no folder",
        { DATA_DIR: "/proc/data/page-services" },
        /^DATA_DIR=\S+: that folder cannot be written to \([A-Z]+\)/,
      ],
      [
        "a DATA_DIR that takes no file",
        { DATA_DIR: "/proc" },
        /^DATA_DIR=\/proc: that folder cannot be written to \([A-Z]+\)/,
      ],
      ["a PORT that is none", { PORT: "http" }, /PORT.*whole number.*"http"/],
      ["a REDIS_URL where nothing is", { REDIS_URL: "redis://127.0.0.1:1" }, /^Nothing answers at/],
    ];
    for (const [what, env, says] of wrongStarts) {
      it(`says what is wrong with ${what}, without a stack trace`, async () => {
        const port = String(await findFreePort());
        const process = await launch({ PORT: port, DATA_DIR: join(DATA_DIR, "wrong"), ...env }, []);
        // One that hangs is ended, and then has no exit code.
        const timer = setTimeout(() => void process.kill(), 10_000);
        expect(await process.exited).to.include({ code: 1 });
        clearTimeout(timer);
        expect(process.lastLines.at(-1)).to.match(says);
        expect(process.lastLines).to.have.length.below(3);
      });
    }

    it("says how it is called, and refuses what it does not know", async () => {
      const help = await launch({}, ["--help"]);
      expect(await help.exited).to.include({ code: 0 });
      expect(help.lastLines[0]).to.match(/^Usage: npm start/);
      const unknown = await launch({}, ["--unknown"]);
      expect(await unknown.exited).to.include({ code: 1 });
      expect(unknown.lastLines).to.deep.equal([
        "Unknown option '--unknown'. npm start -- --help says which options there are.",
      ]);
    });

    it("ends every process when npm is asked to end", async () => {
      const PORT = String(await findFreePort());
      const env = { DATA_DIR, PORT, PATH: process.env.PATH ?? "" };
      const npm = await ChildProcess.start({ name: "npm", command: "npm", args: ["start"], env });
      await npm.waitForLine(/^Ctrl-C stops everything/, 20_000);
      const page = await (await fetch(`http://127.0.0.1:${PORT}/local`)).text();
      const ports = [...page.matchAll(/:(\d+)\/metrics/g)].map(([, port]) => Number(port));
      expect(ports).to.have.lengthOf(serviceNames.length);
      process.kill(npm.pid, "SIGTERM");
      await npm.exited;
      for (const port of [Number(PORT), ...ports]) {
        await pollUntil(() => isFree(port), { what: `${port} is free`, timeoutMs: 10_000 });
      }
    });
  });
});
