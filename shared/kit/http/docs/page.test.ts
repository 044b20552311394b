import { expect } from "chai";
import { z } from "zod";
import { docsPage } from "./page.ts";
import { describeApi } from "./openapi.ts";
import { problemCatalogue, problemList } from "./problem-page.ts";
import { type Route, route } from "../route.ts";

const kind = z.enum(["big", "small"]);
const fields = { id: z.int().min(1), kind, note: z.string().optional() };
const NewThing = z.strictObject(fields).meta({ id: "NewThing" });
const Thing = z.object(fields).meta({ id: "Thing", description: "A thing, identified by `id`." });

const routes: readonly Route[] = [
  route({
    method: "PUT",
    paths: ["/things/{id}"],
    operationId: "putThing",
    summary: "Keeps a <thing>",
    apiKey: true,
    params: z.object({ id: z.string().regex(/^\d+$/) }),
    query: z.strictObject({ depth: z.int().min(0).max(9).default(2).describe("How deep.") }),
    body: NewThing,
    replies: { 200: { description: "Kept", schema: Thing, headers: { etag: "Its version" } } },
    handle: () => undefined,
  }),
];

describe("docsPage", () => {
  const about = {
    service: "catalog",
    title: "Things & more",
    version: "1.2.3",
    description: "All `things`.",
  } as const;
  const list = problemList("catalog", problemCatalogue(routes).values());
  const page = docsPage(describeApi(about, routes), list);

  it("escapes every text, and shows what stands between backticks as code", () => {
    expect(page).to.include("<title>Things &amp; more</title>");
    expect(page).to.include("Keeps a &lt;thing&gt;").and.to.not.include("<thing>");
    expect(page).to.include("All <code>things</code>.");
  });

  it("tells each parameter's place, type, limits and default", () => {
    expect(page).to.include(
      "<code>depth</code> <small>query, optional</small><td>integer, 0 to 9, else <code>2</code><td>How deep.",
    );
    expect(page).to.include("<code>id</code> <small>path</small><td>string");
  });

  it("has an example to paste, with the key, the path filled in and a body that is allowed", () => {
    expect(page).to.include(
      "curl -X PUT &quot;$URL/things/1&quot; \\\n  -H &quot;authorization: Bearer $API_KEY&quot; \\\n" +
        "  -H &#39;content-type: application/json&#39; -d " +
        "&#39;{&quot;id&quot;:1,&quot;kind&quot;:&quot;big&quot;}&#39;",
    );
  });

  it("links schemas, and tells their fields", () => {
    expect(page).to.match(/<code>200<\/code><td><a href="#Thing">Thing<\/a><td>Kept<br>.*etag/);
    expect(page).to.include('<section id="Thing"><h3>Thing</h3>');
    expect(page).to.include("<code>&quot;big&quot;</code> or <code>&quot;small&quot;</code>");
    expect(page).to.include("<code>note</code> <small>optional</small>");
  });

  it("leads nowhere that is not on the page, and loads and runs nothing", () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id = ""]) => id);
    expect(targets).to.include.members(["putThing", "Thing", "Problem"]);
    expect(targets.filter((id) => !page.includes(`id="${id}"`))).to.deep.equal([]);
    expect(page).to.not.match(/<script|<link|<img|src=|@import|url\(/);
  });
});
