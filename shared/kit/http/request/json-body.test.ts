import { expect } from "chai";
import { z } from "zod";
import { startApp, testContext, testService } from "../../../tools/testing/start-app.ts";
import { route } from "../route.ts";
import { createServiceApp } from "../service-app.ts";

const echo = route({
  method: "POST",
  paths: ["/echo"],
  operationId: "echo",
  summary: "Answers with what it was sent",
  body: z.unknown(),
  replies: {},
  handle(ctx, { body }) {
    ctx.body = { body };
  },
});
const demanding = route({
  ...echo,
  paths: ["/demanding"],
  operationId: "demand",
  demandsJson: true,
});
const login = route({
  ...echo,
  paths: ["/login"],
  operationId: "logIn",
  body: z.object({ password: z.string() }),
  acceptsForm: true,
});
describe("a JSON body", () => {
  let app: Awaited<ReturnType<typeof startApp>>;

  before(async () => {
    app = await startApp(createServiceApp(testService, [echo, demanding, login], testContext()));
  });

  after(() => app[Symbol.asyncDispose]());

  async function post(body?: string | Uint8Array<ArrayBuffer>, type?: string, path = "/echo") {
    const answer = await fetch(app.url + path, {
      method: "POST",
      ...(body !== undefined && { body }),
      headers: { ...(type !== undefined && { "content-type": type }) },
    });
    const text = await answer.text();
    const problem = JSON.parse(text) as { body?: unknown; detail?: string };
    return { status: answer.status, text, ...problem };
  }

  for (const number of [
    "29.97002997002997",
    "9007199254740991",
    "-0",
    "0.1",
    "0.30000000000000004",
    "1e2",
    "100000000000000000000",
    "1.50000000000000000000000",
    "0e99999",
    "0.000001",
    "5e-324",
  ]) {
    it(`keeps the number ${number}`, async () => {
      const { status, body } = await post(`{"n":[${number}]}`, "application/json");
      expect(status).to.equal(200);
      expect(body).to.deep.equal({ n: [JSON.parse(String(Number(number)))] });
    });
  }

  for (const number of [
    "1e-400",
    "1e400",
    "-1e400",
    "9007199254740993",
    "1.00000000000000000001",
    "0.1000000000000000055511151231257827",
    "1e99999999999999999999",
  ]) {
    it(`refuses the number ${number}, and says where it is`, async () => {
      const { status, detail } = await post(`{"a":{"n":[0,${number}]}}`, "application/json");
      expect(status).to.equal(400);
      expect(detail).to.include(`a.n.1: expected a number that 64 bits keep exactly, received`);
    });
  }

  it("looks at numbers only, not at texts that look like one", async () => {
    const { status } = await post('{"n":"1e400 12345678901234567890"}', "application/json");
    expect(status).to.equal(200);
  });

  for (const [name, open, close] of [
    ["lists", "[", "]"],
    ["objects", '{"a":', "}"],
  ] as const) {
    it(`may hold 32 nested ${name}, and not 33`, async () => {
      const nested = (levels: number) => `${open.repeat(levels)}1e0${close.repeat(levels)}`;
      expect((await post(nested(32), "application/json")).status).to.equal(200);
      for (const levels of [33, 2_000]) {
        const { status, detail } = await post(nested(levels), "application/json");
        expect(status).to.equal(400);
        expect(detail).to.include("more than 32 levels of nesting");
      }
    });
  }

  it("is UTF-8, and a byte that is not is refused", async () => {
    const type = "application/json; charset=UTF-8";
    expect((await post('{"n":"é"}', type)).body).to.deep.equal({ n: "é" });
    const latin1 = Buffer.from('{"n":"é"}', "latin1");
    const { status, detail } = await post(latin1, "application/json");
    expect(status).to.equal(400);
    expect(detail).to.include("not UTF-8");
  });

  for (const type of [
    "application/json; charset=iso-8859-1",
    "application/json; charset=utf-16",
    "application/vnd.api+json",
    "application/merge-patch+json",
    "text/plain",
    "application/jsonp",
  ]) {
    it(`is refused under the type ${type}`, async () => {
      const { status, detail } = await post("{}", type);
      expect(status).to.equal(415);
      expect(detail).to.match(
        /Expected content-type application\/json in UTF-8, received ".*Send /,
      );
    });
  }

  it("may be left out, unless the route demands the type even then", async () => {
    expect((await post()).status).to.equal(200);
    expect((await post(undefined, undefined, "/demanding")).status).to.equal(415);
    expect((await post(undefined, "application/json", "/demanding")).status).to.equal(200);
  });

  for (const [text, fault] of [
    ['{"password":hunter2}', "Unexpected character in JSON at position 12"],
    ["email=ada&password=hunter2", "Unexpected character in JSON at position 0"],
    ["undefined", "Unexpected character in JSON at position 0"],
    ['["hunter2", trux]', "Unexpected character in JSON at position 15"],
    [
      '{"password":"hunter2"\n"n":1}',
      "Expected ',' or '}' after property value in JSON at position 22 (line 2 column 1)",
    ],
    ['{"password":"hunter2', "Unterminated string in JSON at position 20 (line 1 column 21)"],
    ["[tru", "Unexpected end of JSON input"],
  ] as const) {
    it(`that is ${text.replace("\n", " ")} gets kind and place of the fault, and none of its text`, async () => {
      const { status, detail } = await post(text, "application/json");
      expect(status).to.equal(400);
      expect(detail).to.equal(
        `Expected JSON in UTF-8, the parser reports: ${fault}. Send a JSON object.`,
      );
    });
  }

  it("repeats no password that is no text", async () => {
    for (const secret of ["12345678901234567890", '{"is":12345678901234567890}', '["1234"]']) {
      const { status, text } = await post(`{"password":${secret}}`, "application/json", "/login");
      expect(status).to.equal(400);
      expect(text).to.include('"password').and.not.include("1234");
    }
    expect((await post('"1234"', "application/json", "/login")).detail).to.not.include("1234");
  });

  it("may be a form where the route says so, and a refusal then names both types", async () => {
    const form = await post("password=1", "application/x-www-form-urlencoded", "/login");
    expect(form.body).to.deep.equal({ password: "1" });
    const { status, detail } = await post("{}", "text/plain", "/login");
    expect(status).to.equal(415);
    expect(detail).to.include("application/json or application/x-www-form-urlencoded in UTF-8");
  });

  it("reaches no terminal by an error text", async () => {
    const { status, text } = await post('{"a":\u009b31m\u0007\u202e', "application/json");
    expect(status).to.equal(400);
    expect(text).to.match(/^[\x20-\x7e]+$/);
  });
});
