import { expect } from "chai";
import { z } from "zod";
import { startApp, testContext, testService } from "../../../tools/testing/start-app.ts";
import { route } from "../route.ts";
import { createServiceApp } from "../service-app.ts";
import { type JsonObject, toJsonSchema } from "./json-schema.ts";
import { type ApiDocument, problemTypesOf } from "./openapi.ts";

const NewThing = z.strictObject({ name: z.string() }).meta({ id: "NewThing" });
const Thing = z.object({ name: z.string() }).meta({ id: "Thing" });
const routes = [
  route({
    method: "PUT",
    paths: ["/things/{id}", "/catalog/things/{id}"],
    operationId: "putThing",
    summary: "Keeps a thing",
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    body: NewThing,
    apiKey: true,
    replies: { 200: { description: "Kept", schema: Thing } },
    handle: (ctx, { body }) => void (ctx.body = body),
  }),
];
function start(apiKeys: readonly string[]) {
  const context = testContext({ http: { ...testContext().http, apiKeys } });
  return startApp(createServiceApp(testService, routes, context));
}

describe("the API description", () => {
  it("holds the public routes, their schemas, problems and key, and no operational route", async () => {
    await using app = await start([]);
    const answer = await fetch(`${app.url}/catalog/openapi.json`);
    const document = (await answer.json()) as ApiDocument;
    expect(Object.keys(document.paths)).to.deep.equal([
      "/things/{id}",
      "/catalog/things/{id}",
      "/catalog/status",
    ]);
    const operation = document.paths["/things/{id}"]?.put;
    expect(operation).to.have.nested.property(
      "requestBody.content.application/json.schema.$ref",
      "#/components/schemas/NewThing",
    );
    expect(operation).to.have.property("security");
    expect(Object.keys(operation?.responses ?? {})).to.deep.equal([
      "200",
      "400",
      "401",
      "413",
      "415",
      "500",
      "default",
    ]);
    expect(document.components.schemas).to.include.keys("NewThing", "Thing", "Problem");
  });

  it("says of a problem what is always the same, and which headers come with it", async () => {
    await using app = await start(["key"]);
    const answer = await fetch(`${app.url}/things/7`, { method: "PUT", body: "{}" });
    const problem = (await answer.json()) as Record<string, unknown>;
    const document = (await (await fetch(`${app.url}/catalog/openapi.json`)).json()) as ApiDocument;
    const { responses, schemas } = document.components;
    const described = responses["Unauthorized"]?.headers;
    for (const name of ["x-request-id", "cache-control", "www-authenticate"]) {
      expect(described).to.include.keys(name);
      expect(answer.headers.has(name), name).to.equal(true);
    }
    expect(schemas["UnauthorizedProblem"]).to.nested.include({
      "properties.type.const": problem["type"],
      "properties.title.const": problem["title"],
      "properties.status.const": answer.status,
    });
    expect(document.paths["/things/{id}"]?.["put"]?.responses["401"]).to.deep.equal({
      $ref: "#/components/responses/Unauthorized",
    });
  });

  it("leads from the type of each problem to a page that explains the kind", async () => {
    await using app = await start([]);
    const document = (await (await fetch(`${app.url}/catalog/openapi.json`)).json()) as ApiDocument;
    const types = problemTypesOf(document);
    expect(types).to.include("/catalog/problems/invalid-input").and.to.have.length.above(5);
    for (const type of [...types, "/catalog/problems/too-many-requests"]) {
      const page = await fetch(app.url + type);
      expect(page.headers.get("content-type"), type).to.match(/^text\/html/);
      expect(page.headers.get("content-security-policy")).to.include("script-src 'none'");
      expect(await page.text()).to.include(`<code>${type}</code>`);
    }
    const unknown = await fetch(`${app.url}/catalog/problems/none`);
    expect(await unknown.json()).to.include({ status: 404, type: "/catalog/problems/not-found" });
  });

  it("gives an operation's name to its first path; the others are deprecated", async () => {
    await using app = await start([]);
    const { paths } = (await (
      await fetch(`${app.url}/catalog/openapi.json`)
    ).json()) as ApiDocument;
    expect(paths["/things/{id}"]?.["put"]).to.include({ operationId: "putThing" });
    expect(paths["/things/{id}"]?.["put"]).to.not.have.property("deprecated");
    const alias = { operationId: "putThingAtCatalogThings", deprecated: true };
    expect(paths["/catalog/things/{id}"]?.["put"]).to.include(alias);
    const [first, other] = await Promise.all(
      ["/things/7", "/catalog/things/7"].map((path) => fetch(app.url + path, { method: "PUT" })),
    );
    expect(first?.headers.has("deprecation")).to.equal(false);
    expect(other?.headers.get("deprecation")).to.match(/^@\d{10}$/);
    expect(other?.headers.get("link")).to.equal('</things/7>; rel="successor-version"');
  });

  it("closes requests and leaves answers open, and refuses one name for two schemas", () => {
    const schemas: JsonObject = {};
    toJsonSchema(NewThing, "input", schemas);
    toJsonSchema(Thing, "output", schemas);
    expect(schemas["NewThing"]).to.have.property("additionalProperties", false);
    expect(schemas["Thing"]).to.not.have.property("additionalProperties");
    expect(() => toJsonSchema(NewThing, "output", schemas)).to.throw("NewThing");
  });

  it("states the format and the bounds of each number", () => {
    const schema = z.object({
      small: z.int().min(0).max(9),
      large: z.int().min(0),
      price: z.number(),
    });
    expect(toJsonSchema(schema, "output", {})["properties"]).to.deep.equal({
      small: { type: "integer", minimum: 0, maximum: 9, format: "int32" },
      large: { type: "integer", minimum: 0, maximum: 2 ** 53 - 1, format: "int64" },
      price: { type: "number", format: "double" },
    });
  });

  it("is there for people too, and the page may load nothing", async () => {
    await using app = await start([]);
    const answer = await fetch(`${app.url}/catalog/docs`);
    expect(await answer.text()).to.include("/things/{id}");
    expect(answer.headers.get("content-security-policy")).to.include("default-src 'none'");
  });
});
