import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { decodeProtectedHeader, type JWTPayload, SignJWT } from "jose";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { Tokens } from "../accounts/tokens.ts";

const key = "k".repeat(48);
const password = "correct horse battery";

interface Request {
  body?: object;
  token?: string;
  headers?: object;
  /** Index of an instance. */
  to?: number;
}

interface Answer {
  status: number;
  headers: Headers;
  body: Record<string, unknown>;
}

describe("a number of one's own, on three instances", () => {
  let store: DynamodbServer;
  let instances: readonly ServiceProcess[];
  const lines: string[] = [];
  const tokens: string[] = [];
  let users = 0;
  let turn = 0;

  const start = (env: Record<string, string> = {}) =>
    ServiceProcess.start("counter", {
      env: {
        ...serviceEnvironment("counter", { dynamodbUrl: store.url }),
        ...{ TOKEN_KEYS: key, ACCESS_LOG: "all", LOG_LEVEL: "trace" },
        ...env,
      },
      onLine: (line) => lines.push(line),
    });

  before(async () => {
    store = await DynamodbServer.start();
    await store.createTables();
    instances = await Promise.all([start(), start(), start()]);
  });
  after(async () => {
    await Promise.all(instances.map((instance) => instance.stop()));
    await store.stop();
  });

  /** Sends one request to one instance after the other, or to the one that is named. */
  async function send(call: string, request: Request = {}): Promise<Answer> {
    const { body, token, headers, to = (turn += 1) % instances.length } = request;
    const [method = "", path = ""] = call.split(" ");
    const { url } = instances[to]!;
    const isForm = body instanceof URLSearchParams;
    const answer = await fetch(url + path, {
      method,
      headers: {
        "x-forwarded-for": `192.0.2.${users}`,
        ...(body !== undefined && !isForm && { "content-type": "application/json" }),
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...headers,
      },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    const parsed = text === "" ? {} : (JSON.parse(text) as Record<string, unknown>);
    return { status: answer.status, headers: answer.headers, body: parsed };
  }

  const newEmail = () => `user-${(users += 1)}@example.com`;

  async function newUser(): Promise<string> {
    const email = newEmail();
    expect((await send("POST /registration", { body: { email, password } })).status).to.equal(201);
    const { body } = await send("POST /login", { body: { email, password } });
    const token = String(body["access_token"]);
    tokens.push(token);
    return token;
  }

  it("is counted as the first clients do it, form-encoded, for each user apart", async () => {
    for (const email of ["hello@world", "other@world"]) {
      const form = new URLSearchParams({ email, password: "world-of-pain" });
      const registered = await send("POST /registration", { body: form });
      expect(registered.status).to.equal(201);
      const login = await send("POST /login", { body: form });
      expect(login.body).to.include({ token_type: "Bearer", expires_in: 3_600 });
      const token = String(login.body["access_token"]);
      tokens.push(token);
      const number = async (call: string) => (await send(call, { token })).body["number"];
      expect(await number("GET /current")).to.equal(0);
      expect(await number("GET /next")).to.equal(1);
      expect(await number("GET /current")).to.equal(1);
      const put = (current: string) =>
        send("PUT /current", { token, body: new URLSearchParams({ current }) });
      expect((await put("1000")).body).to.deep.equal({
        number: 1_000,
        message: "The next number is 1001.",
      });
      expect(await number("GET /next")).to.equal(1_001);
      for (const wrong of ["-1234", "1.5", "1e3", "", "1000000000000000"]) {
        const { status, body } = await put(wrong);
        expect(status, wrong).to.equal(400);
        expect(body["errors"]).to.deep.equal([
          {
            path: "current",
            message: `expected a whole number, 0 to 999999999999999, received "${wrong}"`,
          },
        ]);
      }
      expect(await number("GET /current")).to.equal(1_001);
    }
  });

  it("is 1 to 1,000, each once, for 1,000 requests at once", async () => {
    const token = await newUser();
    const clients = Array.from({ length: 20 }, async () => {
      const numbers: number[] = [];
      for (let each = 0; each < 50; each += 1) {
        const { status, body } = await send("POST /counter/v1/next", { token });
        expect(status).to.equal(200);
        numbers.push(Number(body["number"]));
      }
      return numbers;
    });
    const numbers = (await Promise.all(clients)).flat().sort((one, other) => one - other);
    expect(numbers).to.deep.equal(Array.from({ length: 1_000 }, (_, index) => index + 1));
    expect((await send("GET /current", { token })).body).to.deep.equal({ number: 1_000 });
  });

  it("is the same for a request that is sent again with its key", async () => {
    const token = await newUser();
    const headers = { "idempotency-key": "order-1" };
    const answers = await Promise.all(
      Array.from({ length: 9 }, () => send("POST /counter/v1/next", { token, headers })),
    );
    expect(new Set(answers.map(({ body }) => body["number"]))).to.deep.equal(new Set([1]));
    const { body } = await send("POST /next", { token, headers: { "idempotency-key": "order-2" } });
    expect(body).to.deep.equal({ number: 2 });
    const blank = await send("POST /next", { token, headers: { "idempotency-key": "a b" } });
    expect(blank.status).to.equal(400);
    expect((await send("GET /current", { token })).body).to.deep.equal({ number: 2 });
  });

  it("is not raised by HEAD, nor by anybody without a valid token", async () => {
    const token = await newUser();
    expect((await send("HEAD /next", { token })).status).to.equal(200);
    const forged = new Tokens({ keys: ["f".repeat(48)], issuer: "local" });
    const elsewhere = new Tokens({ keys: [key], issuer: "another-stack" });
    const email = `user-${users}@example.com`;
    const { kid } = decodeProtectedHeader(token);
    const signed = (sub: unknown) =>
      new SignJWT({ sub, iss: "local", aud: "counter" } as JWTPayload)
        .setProtectedHeader({ alg: "HS256", kid: kid! })
        .setExpirationTime("1h")
        .sign(Buffer.from(key));
    expect((await send("GET /current", { token: await signed(email) })).status).to.equal(200);
    for (const bad of [
      undefined,
      "junk",
      (await forged.issue(email)).token,
      (await elsewhere.issue(email)).token,
      ...(await Promise.all(["", 7, ["a"], "nobody", `${"x".repeat(10_000)}@x`].map(signed))),
    ]) {
      for (const call of ["GET /next", "POST /next", "GET /current", "POST /counter/v1/next"]) {
        const answer = await send(call, bad === undefined ? {} : { token: bad });
        expect(answer.status, call).to.equal(401);
        expect(answer.headers.get("www-authenticate")).to.match(/^Bearer /);
        expect(answer.body["type"]).to.equal("/counter/problems/invalid-token");
      }
    }
    expect((await send("GET /current", { token })).body).to.deep.equal({ number: 0 });
  });

  it("belongs to one user for each email, in whatever case it is written", async () => {
    const email = newEmail();
    const register = (spelled: string) =>
      send("POST /registration", { body: { email: spelled, password } });
    const answers = await Promise.all([email, email.toUpperCase(), ` ${email}`].map(register));
    expect(answers.map(({ status }) => status).sort()).to.deep.equal([201, 409, 409]);
    const taken = answers.find(({ status }) => status === 409);
    expect(taken?.body["type"]).to.equal("/counter/problems/email-taken");
    const body = { email: email.toUpperCase(), password };
    expect((await send("POST /login", { body })).status).to.equal(200);
  });

  it("belongs to a registration that is sent again with its key, and to no other", async () => {
    const email = newEmail();
    const register = (key: string, body: object = { email, password }) =>
      send("POST /registration", { body, headers: { "idempotency-key": key } });
    const answers = await Promise.all(["a", "a", "a", "a"].map((key) => register(key)));
    expect(answers.map(({ status }) => status)).to.deep.equal([201, 201, 201, 201]);
    expect((await register("a")).body).to.deep.equal(answers[0]?.body);
    const otherPassword = await register("a", { email, password: "another password" });
    expect(otherPassword.status).to.equal(422);
    expect(otherPassword.body["type"]).to.equal("/counter/problems/idempotency-key-reused");
    expect((await register("b")).status).to.equal(409);
    expect((await register("a b")).status).to.equal(400);
    users += 1;
    expect((await register("a")).status).to.equal(409);
    const body = { email, password };
    expect((await send("POST /login", { body })).status).to.equal(200);
  });

  it("refuses a wrong password and an unknown user alike, and after twenty tries for a while", async () => {
    const email = newEmail();
    await send("POST /registration", { body: { email, password } });
    const tries = [
      { email, password: "wrong horse battery" },
      { email: "nobody@example.com", password },
    ];
    const [wrong, unknown] = await Promise.all(tries.map((body) => send("POST /login", { body })));
    expect(wrong!.status).to.equal(401);
    const { request_id: _one, ...first } = wrong!.body;
    const { request_id: _other, ...second } = unknown!.body;
    expect(first).to.deep.equal(second);
    expect(first["type"]).to.equal("/counter/problems/wrong-credentials");

    const many = Array.from({ length: 24 }, () => send("POST /login", { body: tries[0]!, to: 0 }));
    const refused = (await Promise.all(many)).filter(({ status }) => status === 429);
    expect(refused).to.have.lengthOf.within(3, 4);
    expect(Number(refused[0]!.headers.get("retry-after"))).to.be.within(1, 900);
    expect(refused[0]!.body["type"]).to.equal("/counter/problems/too-many-attempts");
  });

  it("ends at the highest number, where a lower one can be set", async () => {
    const token = await newUser();
    const current = 999_999_999_999_999;
    expect((await send("PUT /current", { token, body: { current } })).status).to.equal(200);
    const { status, body } = await send("POST /next", { token });
    expect({ status, type: body["type"] }).to.deep.equal({
      status: 409,
      type: "/counter/problems/number-at-maximum",
    });
  });

  it("is refused with 503 while more passwords wait than can be worked on", async () => {
    const many = Array.from({ length: 80 }, (_, index) =>
      send("POST /registration", {
        to: 0,
        body: { email: newEmail(), password },
        headers: { "x-forwarded-for": `198.51.100.${index}` },
      }),
    );
    const [refused] = (await Promise.all(many)).filter(({ status }) => status === 503);
    expect(refused?.body["type"]).to.equal("/counter/problems/passwords-busy");
    expect(refused?.headers.get("retry-after")).to.equal("1");
  });

  it("counts the tries of one IPv6 network together", async () => {
    const many = Array.from({ length: 24 }, (_, index) =>
      send("POST /login", {
        to: 0,
        body: { email: `guess-${index}@example.com`, password },
        headers: { "x-forwarded-for": `2001:db8:1:2::${index.toString(16)}` },
      }),
    );
    const refused = (await Promise.all(many)).filter(({ status }) => status === 429);
    expect(refused).to.have.lengthOf.within(3, 4);
  });

  it("refuses what no user can have, by the name of the field", async () => {
    for (const [body, path] of [
      [{ email: "nobody", password }, "email"],
      [{ email: newEmail(), password: "short" }, "password"],
      [{ email: newEmail(), password: "x".repeat(129) }, "password"],
      [{ email: newEmail(), password, admin: true }, "admin"],
      [{ email: newEmail() }, "password"],
    ] as const) {
      const answer = await send("POST /registration", { body });
      expect(answer.status, path).to.equal(400);
      expect((answer.body["errors"] as { path: string }[])[0]?.path).to.equal(path);
      if ("password" in body) expect(JSON.stringify(answer.body)).not.to.include(body.password);
    }
  });

  it("takes no new users where registration is closed, and keeps the old ones", async () => {
    const email = newEmail();
    await send("POST /registration", { body: { email, password } });
    const closed = await start({ REGISTRATION: "closed" });
    try {
      const post = (path: string, body: object) =>
        fetch(closed.url + path, {
          method: "POST",
          headers: { "content-type": "application/json" },
          body: JSON.stringify(body),
        });
      const refused = await post("/registration", { email: newEmail(), password });
      expect(refused.status).to.equal(403);
      expect(await refused.json()).to.include({ type: "/counter/problems/registration-closed" });
      expect((await post("/login", { email, password })).status).to.equal(200);
    } finally {
      await closed.stop();
    }
  });

  it("keeps no password in the table, and neither passwords, tokens nor emails in the log", async () => {
    const email = newEmail();
    await send("POST /registration", { body: { email, password } });
    Object.assign(process.env, localAwsEnvironment(store.url));
    const client = createDynamoDB({ endpoint: store.url, region: localRegion, timeoutMs: 5_000 });
    const Key = { email: { S: email } };
    const { Item } = await client.send(new GetItemCommand({ TableName: "users", Key }));
    expect(Object.keys(Item ?? {}).sort()).to.deep.equal([
      "created_at",
      "email",
      "number",
      "password_hash",
    ]);
    expect(JSON.stringify(Item)).not.to.include(password);
    const log = lines.join("\n");
    expect(log).to.include("/login");
    for (const secret of [password, key, "@example.com", "@world", ...tokens]) {
      expect(log.includes(secret), secret.slice(0, 12)).to.equal(false);
    }
  });
});
