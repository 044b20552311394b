import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { runSuites } from "./check.ts";
import { coverageCheck } from "./common-checks.ts";
import { HitWorkload } from "./hit-workload.ts";
import { createProgressBar } from "./progress-bar.ts";
import { runLoad } from "./run-load.ts";
import { StreamWorkload } from "./stream-workload.ts";
import { Target } from "./target.ts";
import type { Finding, Workload } from "./workload.ts";

const limits = { seconds: 10, requests: 60, callers: 3, onProgress: () => undefined };

/** A system that answers as told, in JSON. */
async function startSystem(answer: (call: string) => { status?: number; body: unknown }) {
  const listener: RequestListener = (request, response) => {
    const { status = 200, body } = answer(`${request.method ?? ""} ${request.url ?? ""}`);
    response.writeHead(status).end(JSON.stringify(body));
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    target: new Target(`http://127.0.0.1:${port}`, undefined),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function load(target: Target, workload: Workload): Promise<readonly Finding[]> {
  await workload.prepare(target);
  await runLoad(target, [workload], limits);
  return workload.findings(target);
}

const broken = (findings: readonly Finding[]) =>
  findings.filter(({ holds }) => !holds).map(({ text }) => text);

describe("the proofs of a load", () => {
  /** A counter that counts right, and tells the number that `tell` makes of the right one. */
  const counter = (tell: (count: number) => number) => {
    let count = 100;
    return startSystem((call) =>
      call.startsWith("POST")
        ? { status: 201, body: { count: tell((count += 1)) } }
        : { body: { count } },
    );
  };

  it("hold for a counter that is exact", async () => {
    await using system = await counter((count) => count);
    expect(broken(await load(system.target, new HitWorkload()))).to.deep.equal([]);
  });

  it("find a number that was given twice, and the one that is missing", async () => {
    await using system = await counter((count) => (count === 110 ? 109 : count));
    const findings = broken(await load(system.target, new HitWorkload()));
    expect(findings.join()).to.include("1 given twice, 0 out of range, 1 missing");
  });

  it("find hits that were acknowledged and not counted", async () => {
    let count = 0;
    await using system = await startSystem((call) =>
      call.startsWith("POST")
        ? { status: 201, body: { count: (count += 1) } }
        : { body: { count: 0 } },
    );
    const findings = broken(await load(system.target, new HitWorkload()));
    expect(findings[0]).to.match(/^\d+ hits were acknowledged, 0 were counted$/);
  });

  it("find more streams than are allowed, and slots that stay taken", async () => {
    const started: string[] = [];
    await using system = await startSystem((call) => {
      if (call.startsWith("DELETE")) return { status: 204, body: undefined };
      if (!call.startsWith("POST")) {
        return { body: { limit: 1, streams: started.map((id) => ({ stream_id: id })) } };
      }
      started.push(`stream-${started.length}`);
      return { status: 201, body: { stream_id: started.at(-1) } };
    });
    const [atOnce, left] = broken(await load(system.target, new StreamWorkload()));
    expect(atOnce).to.match(/^at most [23] streams played at the same time, 1 are allowed$/);
    expect(left).to.match(/^\d+ slots stayed taken/);
  });
});

describe("the coverage of a validation", () => {
  it("fails for an operation that was never called, by its name", async () => {
    const paths = { "/counter/{page}": { get: {}, put: {} }, "/counter": { get: {} } };
    await using system = await startSystem(() => ({ body: { paths } }));
    await system.target.send({ method: "GET", path: "/counter/home?estimate=true" });
    const lines: string[] = [];
    const suite = { name: "counter", checks: [coverageCheck("counter")] };
    const outcome = await runSuites(system.target, [suite], (line) => lines.push(line));
    expect(outcome).to.deep.equal({ passed: 0, failed: 1 });
    expect(lines.at(-1)).to.match(/Never called: PUT \/counter\/\{page\}, GET \/counter$/);
  });
});

describe("createProgressBar", () => {
  const draw = (isTTY: boolean) => {
    const written: string[] = [];
    const show = createProgressBar({ isTTY, write: (text) => written.push(text) });
    for (let share = 0; share <= 100; share += 1) show(share / 100);
    return written;
  };

  it("draws over itself on a terminal, and ends its line", () => {
    const written = draw(true);
    expect(written.every((text) => text.startsWith("\r"))).to.equal(true);
    expect(written.filter((text) => text.endsWith("\n"))).to.have.lengthOf(1);
  });

  it("writes ten lines into a log", () => {
    expect(draw(false)).to.have.lengthOf(10);
  });
});
