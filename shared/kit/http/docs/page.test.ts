import { expect } from "chai";
import { z } from "zod";
import { docsPage } from "./page.ts";
import { escapeHtml } from "../html.ts";
import { ORIGIN } from "./request.ts";
import { describeApi } from "./openapi.ts";
import { problemCatalogue, problemList } from "./problem-page.ts";
import { type Route, route } from "../route.ts";

const kind = z.enum(["big", "small"]);
const fields = { id: z.int().min(1), kind, note: z.string().optional() };
const example = { id: 1, kind: "big", note: "it's new" };
const NewThing = z.strictObject(fields).meta({ id: "NewThing", examples: [example] });
const Thing = z
  .object(fields)
  .meta({ id: "Thing", description: "A thing, identified by `id`.", examples: [example] });

const routes: readonly Route[] = [
  route({
    method: "PUT",
    paths: ["/things/{id}"],
    operationId: "putThing",
    summary: "Keeps a <thing>",
    apiKey: true,
    params: z.object({
      id: z
        .string()
        .regex(/^\d+$/)
        .meta({ examples: ["7"] }),
    }),
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
  const page = docsPage({
    service: "catalog",
    document: describeApi(about, routes),
    problems: list,
  });

  it("escapes every text, and shows what stands between backticks as code", () => {
    expect(page).to.include("<title>Things &amp; more API</title>");
    expect(page).to.include("Keeps a &lt;thing&gt;").and.to.not.include("<thing>");
    expect(page).to.include("All <code>things</code>.");
  });

  it("tells each parameter's place, type, limits and default", () => {
    expect(page).to.include(
      "<code>depth</code> <small>query · optional · integer, 0 to 9 · by default <code>2</code></small></dt><dd>How deep.",
    );
    expect(page).to.include("<code>id</code> <small>path · string");
  });

  it("has an example to paste, with the key, the path filled in and the body quoted", () => {
    expect(page).to.include(
      escapeHtml(
        `curl '${ORIGIN}/things/7' \\\n  -X PUT \\\n  -H "authorization: Bearer $API_KEY" \\\n` +
          "  -H 'content-type: application/json' \\\n" +
          `  -d '{"id":1,"kind":"big","note":"it'\\''s new"}'`,
      ),
    );
  });

  it("links schemas, and tells their fields", () => {
    expect(page).to.match(/<code>200<\/code> <small><a href="#Thing">Thing<\/a>.*Kept\. .*etag/);
    expect(page).to.include('<section id="Thing"><h3>Thing</h3>');
    expect(page).to.include("<code>&quot;big&quot;</code> or <code>&quot;small&quot;</code>");
    expect(page).to.include("<code>note</code> <small>optional · string");
  });

  it("leads nowhere that is not on the page, loads nothing, and runs only its own script", () => {
    const targets = [...page.matchAll(/href="#([^"]+)"/g)].map(([, id = ""]) => id);
    expect(targets).to.include.members(["putThing", "Thing", "problems"]);
    expect(targets.filter((id) => !page.includes(`id="${id}"`))).to.deep.equal([]);
    expect(page).to.not.match(
      /<script(?! type="module">)|<link(?! rel="icon" href="data:)|<img|src=|@import|url\(/,
    );
  });
});
