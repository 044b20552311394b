import { readFile } from "node:fs/promises";
import { PutItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { settingsTable } from "../../shared/kit/config.ts";
import { DynamodbServer } from "../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../shared/tools/local/stores/local-aws.ts";
import { createCursor } from "../../shared/kit/http/request/cursor.ts";
import { createDynamoDB } from "../../shared/kit/dynamodb.ts";
import { type RunningApp, startApp, testContext } from "../../shared/tools/testing/start-app.ts";
import { createApp } from "./app.ts";
import { Catalog } from "./catalog.ts";
import { noCache } from "./uncached.ts";
import { catalogSettings } from "./config.ts";
import { LazyReader } from "./lazy-loading.ts";
import { CatalogMetrics } from "./metrics.ts";
import { DynamoDBProductStore } from "./dynamodb/product-store.ts";

interface Problem {
  type: string;
  detail: string;
  errors?: { path: string; message: string }[];
}

interface Given {
  /** A text is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

const textOf = (body: unknown) => (typeof body === "string" ? body : JSON.stringify(body));
const beside = (name: string) => readFile(new URL(name, import.meta.url), "utf8");

describe("the catalog's API", () => {
  let server: DynamodbServer;
  let app: RunningApp;
  let ids = 0;
  let versions = 0;

  async function start(apiKeys: string[] = []): Promise<RunningApp> {
    Object.assign(process.env, localAwsEnvironment(server.url));
    const context = testContext({
      http: { ...testContext().http, apiKeys },
    });
    const store = new DynamoDBProductStore({
      client: createDynamoDB({ endpoint: server.url, region: localRegion, timeoutMs: 5_000 }),
      table: "products",
      log: context.log,
      newVersion: () => `v${(versions += 1)}`,
    });
    const reader = new LazyReader({
      store,
      cache: noCache,
      observer: new CatalogMetrics(context.metrics),
      ...{ waitMs: 100, patienceMs: 100, now: () => performance.now() },
    });
    const parts = { store, cache: noCache, reader, refusesUnsettled: false };
    return startApp(createApp({ catalog: new Catalog(parts), context }));
  }
  before(async () => {
    server = await DynamodbServer.start();
    await server.createTables();
    app = await start();
  });
  after(async () => {
    await app[Symbol.asyncDispose]();
    await server.stop();
  });

  const send = (method: string, path: string, given: Given = {}) =>
    fetch(app.url + path, {
      method,
      headers: { "content-type": "application/json", ...given.headers },
      ...(given.body !== undefined && { body: textOf(given.body) }),
    });
  const newFields = { name: "LG TV", price: 99 };
  /** As somebody might who writes to the table by other ways. */
  const damage = async (id: number | string, texts: Record<string, string> = {}) => {
    const client = createDynamoDB({ endpoint: server.url, region: localRegion, timeoutMs: 5_000 });
    const { name = "x", price = "1", version = "v1" } = texts;
    const Item = {
      id: { N: String(id) },
      ...{ name: { S: name }, price: { N: price }, version: { S: version } },
    };
    await client.send(new PutItemCommand({ TableName: "products", Item }));
    client.destroy();
  };
  const newProduct = () => ({ id: (ids += 1), name: "Samsung TV", price: 140 });
  const createProduct = async () => {
    const product = newProduct();
    await send("POST", "/data", { body: product });
    return product.id;
  };
  const problemOf = async (answer: Response, status: number) => {
    expect(answer.status).to.equal(status);
    expect(answer.headers.get("content-type")).to.match(/^application\/problem\+json/);
    return (await answer.json()) as Problem;
  };

  for (const [write, read] of [
    ["/data", "/product"],
    ["/catalog/products", "/catalog/products"],
  ] as const) {
    it(`keeps what is posted to ${write} and gives it at ${read}`, async () => {
      const product = newProduct();
      const created = await send("POST", write, { body: product });
      expect(created.status).to.equal(201);
      expect(created.headers.get("location")).to.equal(`/catalog/products/${product.id}`);
      expect(await created.json()).to.deep.equal(product);
      const answer = await send("GET", `${read}/${product.id}`);
      expect(await answer.json()).to.deep.equal(product);
      expect(answer.headers.get("etag")).to.equal(created.headers.get("etag"));
      expect(answer.headers.get("x-cache")).to.equal("bypass");
      const problem = await problemOf(await send("POST", write, { body: product }), 409);
      expect(problem.type).to.equal("/catalog/problems/product-exists");
    });
  }

  it("keeps the largest id that is exact", async () => {
    const product = { id: Number.MAX_SAFE_INTEGER, name: "x", price: 1 };
    expect((await send("POST", "/data", { body: product })).status).to.equal(201);
    expect(await (await send("GET", `/product/${product.id}`)).json()).to.deep.equal(product);
    await send("DELETE", `/catalog/products/${product.id}`);
  });

  it("answers 404 for a product that is not there, never for a malformed id", async () => {
    await problemOf(await send("GET", "/product/9007199254740991"), 404);
    for (const id of ["1abc", "01", "1e3", "0", "-1", "+1", "1.0", "%201", "9007199254740993"]) {
      const problem = await problemOf(await send("GET", `/product/${id}`), 400);
      expect(problem.errors).to.have.nested.property("[0].path", "id");
    }
  });

  for (const [text, kept] of [
    ["0.1", "0.1"],
    ["19.99", "19.99"],
    ["99999999.99", "99999999.99"],
    ["140.00", "140"],
    ["1e2", "100"],
    ["0", "0"],
  ] as const) {
    it(`keeps the price ${text} exactly`, async () => {
      const { id } = newProduct();
      await send("POST", "/data", { body: `{"id":${id},"name":"x","price":${text}}` });
      const answer = await send("GET", `/product/${id}`);
      expect(await answer.text()).to.equal(`{"id":${id},"name":"x","price":${kept}}`);
    });
  }

  for (const [text, reason] of [
    ["1e400", /^price: .*number.*1e400/],
    ['"140"', /^price: .*number.*"140"/],
    ["1.005", /^price: .*at most 2 decimals.*1\.005/],
    ["0.30000000000000004", /^price: .*at most 2 decimals/],
    ["-1", /^price: .*at least 0.*-1/],
    ["-0.01", /^price: .*at least 0/],
    ["100000000", /^price: .*at most 99999999\.99/],
    ["99999999.991", /^price: .*at most 99999999\.99/],
    ["null", /^price: .*number.*null/],
    ["true", /^price: .*number.*true/],
    ["NaN", /Unexpected character in JSON at position \d+/],
  ] as const) {
    it(`refuses the price ${text} and says why`, async () => {
      const { id } = newProduct();
      const answer = await send("POST", "/data", {
        body: `{"id":${id},"name":"x","price":${text}}`,
      });
      const problem = await problemOf(answer, 400);
      const faults = problem.errors?.map(({ path, message }) => `${path}: ${message}`);
      expect(faults?.join() ?? problem.detail).to.match(reason);
      await problemOf(await send("GET", `/product/${id}`), 404);
    });
  }

  it("takes names of 1 to 100 characters, however many code units they have", async () => {
    for (const name of ["x", "x".repeat(100), "😀".repeat(100), "line\nbreak"]) {
      const product = { ...newProduct(), name };
      expect((await send("POST", "/data", { body: product })).status).to.equal(201);
      expect(await (await send("GET", `/product/${product.id}`)).json()).to.deep.equal(product);
    }
    for (const name of ["", "x".repeat(101), "😀".repeat(101), 7, undefined]) {
      const answer = await send("POST", "/data", { body: { ...newProduct(), name } });
      expect((await problemOf(answer, 400)).errors).to.have.nested.property("[0].path", "name");
    }
    const half = await send("POST", "/data", { body: '{"id":1,"name":"\\ud800","price":1}' });
    expect((await problemOf(half, 400)).detail).to.include("Unicode");
  });

  it("refuses ids that are no whole numbers from 1 on, and unknown fields", async () => {
    for (const id of [0, -1, 1.5, "1", 9007199254740992, undefined]) {
      const answer = await send("POST", "/data", { body: { ...newProduct(), id } });
      expect((await problemOf(answer, 400)).errors).to.have.nested.property("[0].path", "id");
    }
    const answer = await send("POST", "/data", { body: { ...newProduct(), colour: "red" } });
    expect((await problemOf(answer, 400)).detail).to.include("colour: unknown field");
  });

  it("answers 304 to a client that has the product as it is", async () => {
    const id = await createProduct();
    const etag = (await send("GET", `/product/${id}`)).headers.get("etag") ?? "";
    for (const held of [etag, `W/${etag}`, `"other", ${etag}`, "*"]) {
      const answer = await send("GET", `/product/${id}`, { headers: { "if-none-match": held } });
      expect(answer.status).to.equal(304);
      expect(await answer.text()).to.equal("");
      expect(answer.headers.get("etag")).to.equal(etag);
    }
    const answer = await send("GET", `/product/${id}`, { headers: { "if-none-match": '"other"' } });
    expect(answer.status).to.equal(200);
  });

  it("puts a product, the same one or a new one", async () => {
    const { id } = newProduct();
    const path = `/catalog/products/${id}`;
    const created = await send("PUT", path, { body: { name: "a", price: 1 } });
    expect([created.status, created.headers.get("location")]).to.deep.equal([201, path]);
    const replaced = await send("PUT", path, { body: { id, name: "b", price: 2 } });
    expect([replaced.status, replaced.headers.get("location")]).to.deep.equal([200, null]);
    expect(replaced.headers.get("etag")).not.to.equal(created.headers.get("etag"));
    expect(await (await send("GET", path)).json()).to.deep.equal({ id, name: "b", price: 2 });
    const other = await send("PUT", path, { body: { id: id + 1, name: "c", price: 3 } });
    expect((await problemOf(other, 400)).detail).to.include(`id: expected ${id}`);
  });

  it("writes under If-Match only what is as its writer knows it", async () => {
    const { id } = newProduct();
    const path = `/catalog/products/${id}`;
    const fields = { name: "a", price: 1 };
    await problemOf(await send("PUT", path, { body: fields, headers: { "if-match": "*" } }), 412);
    const etag = (await send("PUT", path, { body: fields })).headers.get("etag") ?? "";
    for (const stale of ['"other"', `W/${etag}`, '""']) {
      await problemOf(
        await send("PUT", path, { body: fields, headers: { "if-match": stale } }),
        412,
      );
      await problemOf(await send("DELETE", path, { headers: { "if-match": stale } }), 412);
    }
    for (const junk of ["", "other", `${etag} ${etag}`, `${etag},`]) {
      await problemOf(
        await send("PUT", path, { body: fields, headers: { "if-match": junk } }),
        400,
      );
    }
    const next = await send("PUT", path, {
      body: fields,
      headers: { "if-match": `"other",W/"weak",${etag}` },
    });
    expect(next.status).to.equal(200);
    await problemOf(await send("DELETE", path, { headers: { "if-match": etag } }), 412);
    const current = next.headers.get("etag") ?? "";
    const gone = await send("DELETE", path, { headers: { "if-match": current } });
    expect(gone.status).to.equal(204);
  });

  it("adds a product under If-None-Match only where there is none", async () => {
    const { id } = newProduct();
    const path = `/catalog/products/${id}`;
    const ifNew = { "if-none-match": "*" };
    const first = await send("PUT", path, { body: { name: "a", price: 1 }, headers: ifNew });
    expect([first.status, first.headers.get("location")]).to.deep.equal([201, path]);
    const second = await send("PUT", path, { body: { name: "b", price: 2 }, headers: ifNew });
    expect(await problemOf(second, 412)).to.have.property(
      "type",
      "/catalog/problems/product-changed",
    );
    expect(await (await send("GET", path)).json()).to.deep.equal({ id, name: "a", price: 1 });
    await problemOf(await send("DELETE", path, { headers: ifNew }), 412);
    for (const headers of [{ "if-none-match": '"v1"' }, { ...ifNew, "if-match": "*" }]) {
      await problemOf(await send("PUT", path, { body: { name: "c", price: 3 }, headers }), 400);
    }
  });

  it("says which product is stored as none, and lists the others", async () => {
    const id = await createProduct();
    const other = await createProduct();
    const long = "x".repeat(101);
    for (const texts of [{ name: "" }, { name: long }, { version: "a\nb" }, { price: "1.005" }]) {
      await damage(id, texts);
      const problem = await problemOf(await send("GET", `/product/${id}`), 500);
      expect(problem.type).to.equal("/catalog/problems/unreadable-product");
      expect(problem.detail).to.include(`product ${id}`);
    }
    const page = (await (await send("GET", "/catalog/products?limit=100")).json()) as {
      products: { id: number }[];
    };
    const ids = page.products.map((product) => product.id);
    expect(ids).to.include(other).and.not.to.include(id);
    expect((await send("PUT", `/catalog/products/${id}`, { body: newFields })).status).to.equal(
      200,
    );
    expect((await send("GET", `/product/${id}`)).status).to.equal(200);
  });

  it("lists every product past items under ids that no product can have", async () => {
    const id = await createProduct();
    const strange = ["0", "-7", "1.5", "9007199254740993"];
    for (const each of strange) await damage(each);
    const seen: number[] = [];
    for (let cursor: string | undefined = ""; cursor !== undefined;) {
      const answer = await send("GET", `/catalog/products?limit=1${cursor}`);
      expect(answer.status).to.equal(200);
      const page = (await answer.json()) as { products: { id: number }[]; next_cursor?: string };
      seen.push(...page.products.map((product) => product.id));
      cursor = page.next_cursor && `&cursor=${page.next_cursor}`;
    }
    expect(seen).to.include(id);
    expect(seen.filter((each) => each < 1 || !Number.isSafeInteger(each))).to.deep.equal([]);
  });

  it("removes a product", async () => {
    const id = await createProduct();
    const path = `/catalog/products/${id}`;
    expect((await send("DELETE", path)).status).to.equal(204);
    await problemOf(await send("GET", path), 404);
    await problemOf(await send("DELETE", path), 404);
  });

  it("lists every product once, page by page", async () => {
    for (let count = 0; count < 5; count += 1) await createProduct();
    const seen: number[] = [];
    let cursor = "";
    do {
      const answer = await send("GET", `/catalog/products?limit=2${cursor}`);
      const page = (await answer.json()) as { products: { id: number }[]; next_cursor?: string };
      expect(page.products).to.have.length.within(1, 2);
      seen.push(...page.products.map(({ id }) => id));
      cursor = page.next_cursor === undefined ? "" : `&cursor=${page.next_cursor}`;
    } while (cursor !== "");
    expect(seen).to.have.length.greaterThan(4);
    expect(new Set(seen)).to.have.property("size", seen.length);
  });

  it("refuses a cursor that somebody computed for a position which is none", async () => {
    for (const position of ["0", "1.5", "x", "9007199254740993"]) {
      const cursor = createCursor("products").format(position);
      await problemOf(await send("GET", `/catalog/products?cursor=${cursor}`), 400);
    }
  });

  it("refuses limits and cursors that it did not give", async () => {
    for (const query of [
      "limit=0",
      "limit=101",
      "limit=x",
      "limit=",
      "cursor=x",
      "cursor=",
      "page=2",
    ]) {
      await problemOf(await send("GET", `/catalog/products?${query}`), 400);
    }
  });

  it("asks for an API key on every write, and on no read", async () => {
    await using locked = await start(["secret"]);
    const path = `${locked.url}/catalog/products`;
    const product = newProduct();
    const write = (method: string, url: string, headers = {}) =>
      fetch(url, {
        method,
        headers: { "content-type": "application/json", ...headers },
        ...(method !== "DELETE" && { body: JSON.stringify(product) }),
      });
    for (const [method, url] of [
      ["POST", `${locked.url}/data`],
      ["POST", path],
      ["PUT", `${path}/${product.id}`],
      ["DELETE", `${path}/${product.id}`],
    ] as const) {
      const answer = await write(method, url);
      await problemOf(answer, 401);
      expect(answer.headers.get("www-authenticate")).to.match(/^Bearer/);
    }
    expect((await fetch(`${path}/${product.id}`)).status).to.equal(404);
    const answer = await write("POST", path, { authorization: "Bearer secret" });
    expect(answer.status).to.equal(201);
  });

  it("is described by openapi.json", async () => {
    const served: unknown = await (await fetch(`${app.url}/catalog/openapi.json`)).json();
    expect(JSON.parse(await beside("openapi.json"))).to.deep.equal(served);
  });

  it("has its settings in the README", async () => {
    expect(await beside("README.md")).to.include(settingsTable(catalogSettings));
  });
});
