import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { env, type ServiceName, serviceNames } from "../../contract.ts";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";
import { findFreePort } from "../local/processes/free-port.ts";
import { ChildProcess } from "../local/processes/child-process.ts";
import { Gateway } from "../local/gateway/gateway.ts";
import { RedisServer } from "../local/stores/redis-server.ts";
import { serviceEnvironment } from "../local/processes/service-environment.ts";
import { ServiceProcess } from "../local/processes/service-process.ts";
import type { ApiDocument } from "../../kit/http/docs/openapi.ts";
import { exampleRequest, type NamedOperation } from "../../kit/http/docs/request.ts";
import { runSuites } from "./checks/check.ts";
import { expectStatus, readJson } from "./checks/expectations.ts";
import { loadSuites } from "./checks/suites.ts";
import { DescribedAnswers } from "./described-answers.ts";
import { fillIn, parseHttpFile } from "./http-file.ts";
import { Target } from "./target.ts";

const KEY = "acceptance-key";
/** Whom the examples of the API descriptions mean. */
const CALLER = "203.0.113.7";

/** What the example consumers print in the end. */
const lastLines = {
  counter: /^\S+Z {2}# 1\nYour own number is 1\.\n$/m,
  catalog: /^Samsung TV: 140 .*\nIt is 141 now\.\n$/,
  "stream-guard": /^\S+Z {2}Metropolis\nThe slot is free again\.\n$/m,
};

describe("npm run validate and npm run stress", function () {
  this.timeout(60_000);
  const cleanUp = new AsyncDisposableStack();
  const services = new Map<ServiceName, ServiceProcess>();
  let url: string;

  before(async () => {
    const dynamodb = cleanUp.use(await DynamodbServer.start());
    const redis = cleanUp.use(await RedisServer.start());
    await dynamodb.createTables();
    const stores = { dynamodbUrl: dynamodb.url, redisUrl: redis.url };
    for (const service of serviceNames) {
      const told = { ...serviceEnvironment(service, stores), [env.apiKeys]: KEY };
      services.set(service, cleanUp.use(await ServiceProcess.start(service, { env: told })));
    }
    const instances = Object.fromEntries([...services].map(([name, { url }]) => [name, [url]]));
    const port = await findFreePort();
    const gateway = await Gateway.start({
      port,
      instances: instances as Record<ServiceName, string[]>,
    });
    url = cleanUp.use(gateway).url;
  });
  after(() => cleanUp.disposeAsync());

  it("say how they are called when the address is missing, or none", async () => {
    for (const args of [[], ["localhost:8080"], [url, "--unknown", "1"], [url, "--wait", "soon"]]) {
      const { code, output } = await run("validate", args);
      expect(code).to.equal(2);
      expect(output).to.match(/^Usage: npm run validate -- <url> \[--every 0\] \[--wait 0\]/);
    }
  });

  it("say that nothing answers, and what to do", async () => {
    const nowhere = `http://127.0.0.1:${await findFreePort()}`;
    const { code, output } = await run("stress", [nowhere]);
    expect(code).to.equal(2);
    expect(output).to.match(/^Nothing answers at .*ECONNREFUSED.*npm start/);
  });

  it("pass on a system that is whole", async () => {
    const validation = await run("validate", [url]);
    expect(validation.output).to.match(
      /\n\d{3,} answers compared with their descriptions\n[5-9]\d passed, 0 failed\n$/,
    );
    expect(validation.code).to.equal(0);

    const stress = await run("stress", [url, "--seconds", "1", "--callers", "4"]);
    expect(stress.output).to.include("no benchmark");
    expect(stress.output).to.match(/100 %/).and.to.not.include("✗");
    expect(stress.output).to.match(/✓ (\d+) hits were acknowledged, \1 were counted\n/);
    expect(stress.code).to.equal(0);
  });

  it("pass again and again, and use up none of what an address may try", async () => {
    const target = new Target(url, { apiKey: KEY });
    const suites = await loadSuites();
    const check = async () => (await runSuites(target, suites, () => undefined)).failed;
    expect(await check()).to.be.empty;
    const limited: string[] = [];
    target.inspect = ({ path }, { call, status }) => {
      if (/registration$/.test(path) || (/login$/.test(path) && status !== 200)) limited.push(call);
    };
    expect(await check()).to.be.empty;
    expect(limited).to.be.empty;
  });

  for (const [service, lines] of Object.entries(lastLines)) {
    it(`share the system with the example consumer of ${service}`, async () => {
      const { code, output } = await run("../api/run-example", [service, url]);
      expect(output).to.match(lines);
      expect(code).to.equal(0);
    });
  }

  for (const service of serviceNames) {
    it(`share the system with the requests of services/${service}/example/requests.http`, async () => {
      const file = `../../../services/${service}/example/requests.http`;
      const text = await readFile(new URL(file, import.meta.url), "utf8");
      const target = new Target(url, { apiKey: KEY });
      const values: Record<string, string> = { api_key: KEY, $timestamp: String(Date.now()) };
      const requests = parseHttpFile(text);
      expect(requests).to.have.length.above(3);
      for (const request of requests) {
        const { status, text } = await target.send(fillIn(request, values));
        expect(status, `${request.title}: ${text}`).to.be.within(200, 299);
        if (request.name === undefined) continue;
        for (const [field, value] of Object.entries(JSON.parse(text) as object)) {
          values[`${request.name}.response.body.${field}`] = String(value);
        }
      }
    });
  }

  for (const service of serviceNames) {
    it(`share the system with the examples that ${service} describes its API by`, async () => {
      const gateway = new Target(url, { apiKey: KEY });
      const described = await DescribedAnswers.read(gateway);
      const { paths } = await readJson<ApiDocument>(gateway, {
        ...{ method: "GET", path: `/${service}/openapi.json` },
      });
      const steps = inOrder(paths);
      const target = new Target(services.get(service)?.url ?? "", { apiKey: KEY });
      let token = "";
      for (const { mustSucceed, ...named } of steps) {
        const isOfUser = named.operation.security.some((scheme) => "userToken" in scheme);
        const call = {
          ...{ method: named.method.toUpperCase(), ...exampleRequest(named) },
          headers: {
            "x-forwarded-for": CALLER,
            ...(isOfUser && { authorization: `Bearer ${token}` }),
          },
        };
        const answer = await target.send(call);
        described.check(call, answer);
        if (mustSucceed) expectStatus(answer, 200, 201, 204);
        token = /"access_token":"([^"]+)"/.exec(answer.text)?.[1] ?? token;
      }
      expect(described.count).to.equal(steps.length);
    });
  }

  it("name a service that is frozen, its route and the deadline", async () => {
    process.kill(services.get("catalog")?.process.pid ?? 0, "SIGSTOP");
    try {
      const commands = ["validate", "stress"].map((command) => run(command, [url]));
      for (const { code, output } of await Promise.all(commands)) {
        expect(code).to.equal(2);
        expect(output).to.match(/^catalog does not answer GET \S+\/catalog\/status within 10 s\./);
      }
    } finally {
      process.kill(services.get("catalog")?.process.pid ?? 0, "SIGCONT");
    }
  });

  it("fail without the key, and name it", async () => {
    const { code, output } = await run("stress", [url, "--seconds", "1"], { API_KEY: "wrong" });
    expect(code).to.equal(1);
    expect(output).to.match(/✗ catalog: reads: POST \/data: expected 201, got 401 .*API key/);
  });

  it("fail when a service is stopped, and tell which", async () => {
    await services.get("catalog")?.stop();
    const validation = await run("validate", [url]);
    expect(validation.code).to.equal(1);
    const [counter = "", catalog = "", streamGuard = ""] = validation.output.split("\n\n").slice(1);
    expect(counter)
      .to.match(/^counter/)
      .and.to.not.include("✗");
    expect(catalog)
      .to.match(/^catalog/)
      .and.to.not.include("✓");
    expect(streamGuard)
      .to.match(/^stream-guard/)
      .and.to.not.include("✗");

    const stress = await run("stress", [url, "--seconds", "1", "--callers", "2"]);
    expect(stress.code).to.equal(1);
    expect(stress.output).to.match(/✗ catalog: reads: \d+ × 503 no-instance/);
    expect(stress.output).to.match(/✓ (\d+) hits were acknowledged, \1 were counted\n/);
  });

  it("go on with --every until they are ended, and tell what fails", async () => {
    await using validation = await ChildProcess.start({
      name: "validate",
      command: process.execPath,
      args: [fileURLToPath(new URL("validate.ts", import.meta.url)), url, "--every", "1"],
      env: { API_KEY: KEY },
    });
    const line = await validation.waitForLine(/^\S+Z failing: /, 20_000);
    expect(line).to.include("catalog").and.to.not.include("hits");
    expect(await validation.stop()).to.deep.equal({ code: 1, signal: undefined });
  });
});

interface Step extends NamedOperation {
  /** False where what it makes may be there already. */
  mustSucceed: boolean;
}

/** Every operation but the endless ones; what one reads, changes or removes is made before. */
function inOrder(paths: ApiDocument["paths"]): Step[] {
  const all = Object.entries(paths)
    .flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
    )
    .filter(({ operation }) => !JSON.stringify(operation).includes("text/event-stream"))
    .map((named) => ({ ...named, mustSucceed: named.operation.deprecated !== true }));
  const deprecated = all.filter(({ mustSucceed }) => !mustSucceed);
  const by = (...methods: string[]) =>
    all.filter(({ method, mustSucceed }) => mustSucceed && methods.includes(method));
  const again = by("post").map((step) => ({ ...step, mustSucceed: false }));
  const removals = by("delete").flatMap((removal) => [removal, ...again]);
  return [...by("post"), ...by("put"), ...by("get"), ...removals, ...deprecated];
}

/** The command as npm runs it. */
async function run(command: string, args: readonly string[], environment = { API_KEY: KEY }) {
  const program = fileURLToPath(new URL(`${command}.ts`, import.meta.url));
  const { promise, resolve } = Promise.withResolvers<{ code: number; output: string }>();
  execFile(
    process.execPath,
    [program, ...args],
    { env: { ...process.env, ...environment } },
    (error, stdout, stderr) => {
      resolve({ code: Number(error?.code ?? 0), output: stdout + stderr });
    },
  );
  return promise;
}
