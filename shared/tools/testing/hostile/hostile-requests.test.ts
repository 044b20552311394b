import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "chai";
import { LocalStack } from "../../local/local-stack.ts";
import { formatLogLine } from "../../local/output/log-line.ts";
import { findFreePort } from "../../local/processes/free-port.ts";
import { type RawAnswer, type RawRequest, sendRaw } from "./raw-request.ts";

const KEY = "a-key-of-this-test";
const JSON_BODY = "content-type: application/json";

/** What a terminal acts on. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/;

/** What moves a cursor; an answer may hold line ends. */
const TERMINAL = /[\u0000-\u0008\u000e-\u001f\u007f]/;

/** What strangers tried and must go on trying in vain: the whole system, behind its gateway. */
describe("A hostile request", () => {
  let dataDir: string;
  let stack: LocalStack;
  const lines: string[] = [];
  before(async () => {
    dataDir = await mkdtemp(join(tmpdir(), "hostile-"));
    stack = await LocalStack.start({
      port: await findFreePort(),
      dataDir,
      instances: 1,
      env: { API_KEYS: KEY, ACCESS_LOG: "all", LOG_LEVEL: "trace" },
      note: () => undefined,
      onLine: (line) => lines.push(line),
    });
  });
  after(async () => {
    await stack.stop();
    await rm(dataDir, { recursive: true });
  });

  /** Whatever the answer is, it is no failure, and its type is not to be guessed. */
  const send = async (request: RawRequest): Promise<RawAnswer> => {
    const answer = await sendRaw(stack.url, request);
    const shown = JSON.stringify({ request, answer: [answer.status, answer.text.slice(0, 200)] });
    expect(answer.status, shown).to.be.within(200, 499);
    expect(answer.text, shown).to.not.match(TERMINAL);
    if (answer.headers.has("x-request-id")) {
      expect(answer.headers.get("x-content-type-options"), shown).to.equal("nosniff");
    }
    return answer;
  };
  const sendAll = async (requests: readonly RawRequest[]) =>
    Promise.all(requests.map(async (request) => ({ request, answer: await send(request) })));
  const statuses = async (requests: readonly RawRequest[]) =>
    (await sendAll(requests)).map(({ request, answer }) => `${request.path}: ${answer.status}`);

  it("reaches no route of operation, however its path is written", async () => {
    const own = ["/metrics", "/healthz", "/readyz", "/status"];
    const tricks = [
      ...["//metrics", "/./metrics", "/%6detrics", "/metrics%00", "/METRICS", "/metrics/"],
      ...["/counter/../metrics", "/counter/%2e%2e/metrics", "/counter/..%2fmetrics"],
      ...["/counter/%2e%2e%2freadyz", "/counter//../readyz", "/counter\\..\\metrics"],
      ...["/catalog/..;/metrics", "/catalog/products/../../metrics", "/catalog/%252e%252e/metrics"],
      ...["/stream-guard/../readyz", "/api/v1/streams/../../../metrics", "/product/../metrics"],
      ...["/counter?/../metrics", "/counter#/../metrics", "/counter/..\u00c0\u00afmetrics"],
      ...["http://127.0.0.1/metrics", "http://127.0.0.1/counter/../metrics", "*", "metrics"],
    ];
    const rewritten = ["x-original-url", "x-rewrite-url", "x-forwarded-uri", "x-forwarded-prefix"];
    const answers = await sendAll([
      ...[...own, ...tricks].map((path) => ({ path })),
      ...rewritten.map((name) => ({ path: "/counter", headers: [`${name}: /metrics`] })),
    ]);
    for (const { request, answer } of answers) {
      expect(answer.text, JSON.stringify(request)).to.not.match(/process_cpu|"stores"|"ready"/);
    }
  });

  it("writes nothing with what is nearly an API key", async () => {
    const nearly = [
      ...["", "Bearer", "Bearer ", "Bearer ,", `Bearer ${KEY},`, `Bearer ${KEY} ${KEY}`],
      ...[`Basic ${KEY}`, KEY, `Bearer ${KEY.toUpperCase()}`, `Bearer ${KEY}\u0000`, "Bearer null"],
      ...["Bearer undefined", "Bearer __proto__", `Bearer ${"x".repeat(12_000)}`],
    ].map((value) => [`authorization: ${value}`]);
    const writes: RawRequest[] = [
      { method: "PUT", path: "/counter/guarded", body: '{"count":7}' },
      { method: "DELETE", path: "/counter/guarded" },
      { method: "POST", path: "/data", body: '{"id":1,"name":"x","price":1}' },
      { method: "DELETE", path: "/catalog/products/1" },
      { method: "GET", path: "/stream-guard/callers/192.0.2.1/streams" },
      { method: "PUT", path: `/counter/guarded?api_key=${KEY}&access_token=${KEY}`, body: "{}" },
    ];
    const answers = await sendAll(
      writes.flatMap((write) =>
        [...nearly, [`x-api-key: ${KEY}`]].map((headers) => ({
          ...write,
          headers: [JSON_BODY, ...headers],
        })),
      ),
    );
    // 400 is Node's own: a NUL is in no header.
    for (const { request, answer } of answers) {
      expect(answer.status, JSON.stringify(request)).to.be.oneOf([400, 401]);
    }
    const { text } = await send({ path: "/counter/guarded" });
    expect(JSON.parse(text)).to.include({ count: 0 });
  });

  it("reaches no prototype, by a body, a path or a query", async () => {
    const headers = [JSON_BODY, `authorization: Bearer ${KEY}`];
    const bodies = [
      '{"__proto__":{"id":1,"name":"x","price":1}}',
      '{"constructor":{"prototype":{"price":1}},"id":1,"name":"x"}',
      '{"id":1,"name":"x","price":{"__proto__":1}}',
    ];
    const posts = ["/data", "/api/v1/stream", "/registration"].flatMap((path) =>
      bodies.map((body) => ({ method: "POST", path, headers, body })),
    );
    expect((await statuses(posts)).filter((status) => !status.endsWith(": 400"))).to.deep.equal([]);
    const queries = [
      "/counter?__proto__=1",
      "/counter?limit[__proto__]=1",
      "/catalog/products?a[b]=1",
    ];
    expect(await statuses(queries.map((path) => ({ path })))).to.deep.equal(
      queries.map((path) => `${path}: 400`),
    );
    for (const page of ["__proto__", "constructor", "hasOwnProperty"]) {
      const hit = { method: "POST", path: `/counter/${page}/hits` };
      expect(JSON.parse((await send(hit)).text)).to.include({ page, count: 1 });
    }
    const streamId = '{"stream_id":"__proto__"}';
    const start = { method: "POST", path: "/api/v1/stream", headers: [JSON_BODY], body: streamId };
    expect((await send(start)).status).to.equal(201);
    expect((await send({ path: "/api/v1/streams" })).text).to.include('"stream_id":"__proto__"');
    const end = { method: "DELETE", path: "/api/v1/streams/__proto__" };
    expect((await send(end)).status).to.equal(204);
  });

  it("gets no more streams by saying that it comes from elsewhere", async () => {
    const headers = (index: number) => [
      `x-forwarded-for: 198.51.100.${index}`,
      `x-forwarded-for: 203.0.113.${index}, 10.0.0.${index}`,
      ...["x-real-ip", "x-client-ip", "true-client-ip", "cf-connecting-ip", "x-user-id"].map(
        (name) => `${name}: 198.51.100.${index}`,
      ),
      `forwarded: for=198.51.100.${index}`,
    ];
    const starts: number[] = [];
    for (const index of [1, 2, 3, 4]) {
      const start = { method: "POST", path: "/api/v1/stream", headers: headers(index) };
      starts.push((await send(start)).status);
    }
    expect(starts).to.deep.equal([201, 201, 201, 409]);
    const overridden = { path: "/counter/guarded", headers: ["x-http-method-override: DELETE"] };
    expect((await send(overridden)).status).to.equal(200);
  });

  it("is refused with a body that is not JSON in UTF-8, or with two lengths", async () => {
    const key = `authorization: Bearer ${KEY}`;
    const post = { method: "POST", path: "/data", body: '{"id":1,"name":"\u00ff","price":1}' };
    const types = [
      ...["application/json; charset=utf-7", "application/json; charset=utf-16", "text/json"],
      ...["application/json; charset=latin1", "application/x-www-form-urlencoded", "text/plain"],
    ].map((type) => ({ ...post, headers: [key, `content-type: ${type}`] }));
    const encoded = { ...post, headers: [key, JSON_BODY, "content-encoding: gzip"] };
    expect(await statuses([...types, encoded])).to.deep.equal(Array(7).fill("/data: 415"));
    const form = {
      ...{ method: "POST", path: "/login", body: "email=hello%40world&password=world-of-pain" },
      headers: ["content-type: application/x-www-form-urlencoded", "content-encoding: gzip"],
    };
    expect(await statuses([form])).to.deep.equal(["/login: 415"]);
    const framings = ["transfer-encoding: chunked", "content-length: 5", "transfer-encoding: x"];
    expect(
      await statuses([
        { ...post, headers: [key, JSON_BODY] },
        ...framings.map((line) => ({ ...post, headers: [key, JSON_BODY, line] })),
        { path: "/counter", headers: ["x-bad : 1"] },
      ]),
    ).to.deep.equal([...Array<string>(4).fill("/data: 400"), "/counter: 400"]);
  });

  it("puts no script into a badge or a page, and no byte that a terminal acts on into a log", async () => {
    const badge = "/counter/guarded/badge.svg?label=%3Cscript%3Ealert(1)%3C/script%3E%1b%5B2J";
    expect((await send({ path: badge })).text).to.not.match(/<script|\u001b/);
    const home = { path: "/", headers: ["accept: text/html", 'x-forwarded-proto: "><script>'] };
    const { headers, text } = await send(home);
    expect(text).to.not.include('"><script>');
    expect(headers.get("content-security-policy")).to.match(/script-src 'nonce-/);
    const escape = "\u001b]0;x\u0007\u009b2J\u0085\u007f";
    await sendAll([
      { path: "/counter/%1b%5B2J%c2%9b" },
      { path: "/counter/\u009b2J\u0085" },
      { path: "/counter", headers: [`user-agent: \u009b2J\u0085`, `x-request-id: \u009b2J`] },
      { path: "/counter", headers: ["x-amzn-trace-id: \u009b2J\u0085\u00ad"] },
      {
        method: "POST",
        path: "/data",
        headers: [JSON_BODY],
        body: JSON.stringify({ [escape]: 1 }),
      },
      { method: "POST", path: "/api/v1/stream", headers: [JSON_BODY], body: `{"${escape}` },
      { method: "X\u009b", path: "/counter" },
    ]);
    expect(lines.length, "lines logged").to.be.greaterThan(100);
    expect(lines.filter((line) => CONTROL.test(line))).to.deep.equal([]);
    const shown = lines.map((line) => formatLogLine(line, { source: "test", least: "trace" }));
    expect(shown.filter((line) => CONTROL.test(line ?? ""))).to.deep.equal([]);
  });
});
