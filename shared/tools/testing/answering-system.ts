import { once } from "node:events";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { runLoad } from "../acceptance/load/run-load.ts";
import type { Workload } from "../acceptance/load/workload.ts";
import { Target } from "../acceptance/target.ts";

const limits = { seconds: 10, requests: 60, callers: 3, onProgress: () => undefined };

interface Told {
  status?: number;
  headers?: Record<string, string>;
  body: unknown;
}

/** A system that answers as told, in JSON. */
export async function startSystem(answer: (call: string) => Told) {
  const listener: RequestListener = (request, response) => {
    const { status = 200, headers, body } = answer(`${request.method ?? ""} ${request.url ?? ""}`);
    response
      .writeHead(status, { "content-type": "application/json", ...headers })
      .end(JSON.stringify(body));
  };
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    target: new Target(`http://127.0.0.1:${port}`),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Runs a workload, bounded, and tells what it found broken. */
export async function findBroken(target: Target, workload: Workload): Promise<readonly string[]> {
  await workload.prepare(target);
  await runLoad(target, [workload], limits);
  const findings = await workload.findings(target);
  return findings.filter(({ holds }) => !holds).map(({ text }) => text);
}
