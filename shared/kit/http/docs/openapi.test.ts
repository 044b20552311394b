import { expect } from "chai";
import { z } from "zod";
import { startApp, testContext } from "../../../tools/testing/start-app.ts";
import { route } from "../route.ts";
import { createServiceApp } from "../service-app.ts";
import type { ApiDocument } from "./openapi.ts";

const Thing = z.strictObject({ name: z.string() }).meta({ id: "Thing" });
const routes = [
  route({
    method: "PUT",
    paths: ["/things/{id}", "/catalog/things/{id}"],
    operationId: "putThing",
    summary: "Keeps a thing",
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    body: Thing,
    apiKey: true,
    replies: { 200: { description: "Kept", schema: Thing } },
    handle: (ctx, { body }) => void (ctx.body = body),
  }),
];
const about = { service: "catalog", title: "Things", description: "For a test." } as const;

function start(apiKeys: readonly string[]) {
  const context = testContext({ http: { ...testContext().http, apiKeys } });
  return startApp(createServiceApp(about, routes, context));
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
      "#/components/schemas/Thing",
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
    expect(document.components.schemas).to.include.keys("Thing", "Problem");
  });

  it("says of a problem what is always the same, and which headers come with it", async () => {
    await using app = await start(["key"]);
    const answer = await fetch(`${app.url}/things/7`, { method: "PUT", body: "{}" });
    const problem = (await answer.json()) as Record<string, unknown>;
    const document = (await (await fetch(`${app.url}/catalog/openapi.json`)).json()) as ApiDocument;
    const { responses, schemas } = document.components;
    const headers = Object.keys(responses["Unauthorized"]?.headers ?? {});
    expect(headers).to.deep.equal(["x-request-id", "cache-control", "www-authenticate"]);
    for (const name of headers) expect(answer.headers.has(name), name).to.equal(true);
    expect(schemas["UnauthorizedProblem"]).to.nested.include({
      "properties.type.const": problem["type"],
      "properties.title.const": problem["title"],
      "properties.status.const": answer.status,
    });
    expect(document.paths["/things/{id}"]?.["put"]?.responses["401"]).to.deep.equal({
      $ref: "#/components/responses/Unauthorized",
    });
  });

  it("is there for people too, and the page may load nothing", async () => {
    await using app = await start([]);
    const answer = await fetch(`${app.url}/catalog/docs`);
    expect(await answer.text()).to.include("/things/{id}");
    expect(answer.headers.get("content-security-policy")).to.include("default-src 'none'");
  });
});
