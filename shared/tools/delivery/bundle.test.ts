import { execFile } from "node:child_process";
import { cp, mkdtemp, readdir, readFile, rename, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect } from "chai";
import { type ServiceName, serviceNames } from "../../contract.ts";
import { BundledService } from "./bundled-service.ts";
import {
  argumentsOf,
  createContextFilter,
  nodeOptionsOf,
  readDockerfile,
  stageOf,
} from "./dockerfile.ts";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";
import { TraceReceiver } from "../local/traces/trace-receiver.ts";
import { RedisServer } from "../local/stores/redis-server.ts";
import { serviceEnvironment } from "../local/processes/service-environment.ts";

const run = promisify(execFile);
const root = fileURLToPath(new URL("../../../", import.meta.url));

/** A request that reaches a store, and the status that says so. */
const firstRequests: Partial<
  Record<ServiceName, { method: string; path: string; status: number }>
> = {
  counter: { method: "POST", path: "/counter/bundled/hits", status: 201 },
  catalog: { method: "GET", path: "/product/1", status: 404 },
  "stream-guard": { method: "POST", path: "/api/v1/stream", status: 201 },
};

describe("the image's recipe, without a Docker engine", function () {
  const cleanUp = new AsyncDisposableStack();
  let context: string;
  let environment: (service: ServiceName) => Record<string, string>;
  let healthCommand: readonly string[];
  let nodeOptions: readonly string[];

  before(async () => {
    const dockerfile = await readDockerfile(join(root, "services/Dockerfile"));
    nodeOptions = nodeOptionsOf(dockerfile);
    const [health = ""] = argumentsOf(stageOf(dockerfile), "HEALTHCHECK");
    healthCommand = JSON.parse(health.slice(health.indexOf("["))) as string[];
    const [variables = ""] = argumentsOf(stageOf(dockerfile), "ENV");
    const imageEnv = readVariables(variables);

    const dynamodb = cleanUp.use(await DynamodbServer.start());
    const redis = cleanUp.use(await RedisServer.start());
    await dynamodb.createTables();
    const stores = { dynamodbUrl: dynamodb.url, redisUrl: redis.url };
    environment = (service) => ({ ...imageEnv, ...serviceEnvironment(service, stores) });

    context = await copyContext();
    cleanUp.defer(() => rm(context, { recursive: true }));
    const [command = ""] = argumentsOf(stageOf(dockerfile, "bundle"), "RUN");
    for (const SERVICE of serviceNames) {
      await run("sh", ["-c", command], { cwd: context, env: { ...process.env, SERVICE } });
    }
  });
  after(() => cleanUp.disposeAsync());

  for (const service of serviceNames) {
    it(`bundles ${service} into a module that serves, tells its health and stops`, async () => {
      const folder = join(context, "dist", service);
      expect(await readdir(folder)).to.have.members([
        ...["main.mjs", "main.mjs.LEGAL.txt", "traces.mjs"],
      ]);
      // A service without traces never reads it.
      await rename(join(folder, "traces.mjs"), join(context, "traces.mjs"));

      await using bundled = await BundledService.start({
        name: service,
        path: join(folder, "main.mjs"),
        nodeOptions,
        env: environment(service),
      });
      const request = firstRequests[service] ?? { method: "GET", path: "/status", status: 200 };
      const response = await fetch(`${bundled.url}${request.path}`, {
        method: request.method,
        headers: { "x-forwarded-for": "203.0.113.7" },
      });
      expect(response.status, await response.text()).to.equal(request.status);

      await checkHealth(bundled.port);
      expect(await bundled.stop()).to.deep.equal({ code: 0, signal: undefined });
      const unhealthy = await checkHealth(bundled.port).catch((error: unknown) => error);
      expect(unhealthy).to.have.property("code", 1);
    });
  }

  it("sends traces with the file beside it, where they are on", async () => {
    const [name] = serviceNames as [ServiceName];
    const folder = join(context, "dist", name);
    await cp(join(context, "traces.mjs"), join(folder, "traces.mjs"));
    await using receiver = await TraceReceiver.start();
    await using bundled = await BundledService.start({
      ...{ name, path: join(folder, "main.mjs"), nodeOptions },
      env: { ...environment(name), TRACES: "otlp", OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url },
    });
    const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
    await fetch(`${bundled.url}/${name}/openapi.json`, { headers: { traceparent } });
    expect(await bundled.stop()).to.deep.equal({ code: 0, signal: undefined });
    const [span] = receiver.find(traceId);
    expect(span?.name).to.equal(`GET /${name}/openapi.json`);
  });

  /** As the container's engine does: the command as it stands, no shell between. */
  async function checkHealth(port: number) {
    const [program = "", ...args] = healthCommand;
    await run(program, args, { env: { ...process.env, PORT: String(port) } });
  }
});

function readVariables(line: string): Record<string, string> {
  const pairs = line.split(" ").map((pair) => pair.split("=") as [string, string]);
  return Object.fromEntries(pairs);
}

/** The files that a build would send to the engine, and the packages that it would install. */
async function copyContext(): Promise<string> {
  const context = await mkdtemp(join(tmpdir(), "context-"));
  const isSent = createContextFilter(await readFile(join(root, ".dockerignore"), "utf8"));
  for (const entry of ["package.json", "shared", "services"]) {
    await cp(join(root, entry), join(context, entry), {
      recursive: true,
      filter: (source) => isSent(relative(root, source)),
    });
  }
  await symlink(join(root, "node_modules"), join(context, "node_modules"));
  return context;
}
