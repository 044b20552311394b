import { expect } from "chai";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { z } from "zod";
import { route } from "../../../kit/http/route.ts";
import { createServiceApp } from "../../../kit/http/service-app.ts";
import { createLocalPage } from "../../local/local-page.ts";
import { pageFaults } from "./page-faults.ts";
import { type RunningApp, startApp, testContext, testService } from "../start-app.ts";

const Thing = z.object({ id: z.string(), size: z.int() });
const example = { id: "7", size: 3 };

/** One operation of each kind that the pages show. */
const routes = [
  route({
    method: "PUT",
    paths: ["/things/{id}", "/catalog/things/{id}"],
    operationId: "putThing",
    summary: "Keeps a thing",
    description: "With its `size`.",
    apiKey: true,
    params: z.object({ id: z.string().meta({ examples: ["7"] }) }),
    query: z.strictObject({ depth: z.string().optional() }),
    requestHeaders: { "if-match": "Only where it is this one." },
    body: z.strictObject({ size: z.int() }).meta({ id: "NewThing", examples: [{ size: 3 }] }),
    replies: {
      200: { description: "Kept", schema: Thing.meta({ id: "Thing", examples: [example] }) },
    },
    handle(ctx, { params, body }) {
      ctx.body = { ...params, ...body, key: ctx.get("authorization") };
    },
  }),
];

/** The pages that every service has, and the home page of the local stack, in a browser. */
export function describeDocsPages(given: () => Browser): void {
  describe("the documentation", () => {
    let app: RunningApp;
    before(
      async () => (app = await startApp(createServiceApp(testService, routes, testContext()))),
    );
    after(() => app[Symbol.asyncDispose]());

    async function open(options: BrowserContextOptions, use: (page: Page) => Promise<void>) {
      await using context = await given().newContext(options);
      const page = await context.newPage();
      page.setDefaultTimeout(30_000);
      await page.goto(`${app.url}/catalog/docs`);
      await use(page);
    }

    it("suits every reader, light and dark, from 320 px on", () =>
      open({}, async (page) => {
        await page.locator("summary").first().click();
        await page.getByRole("button", { name: "Send" }).first().click();
        await page.locator("output").getByText("200 OK").waitFor();
        expect(await pageFaults(page)).to.deep.equal([]);
        for (const path of ["/docs", "/catalog/problems/invalid-input"]) {
          await page.goto(app.url + path);
          expect(await pageFaults(page), path).to.deep.equal([]);
        }
        const port = Number(new URL(app.url).port);
        const stores = { dynamodb: "dynalite, data in /a/long/path/to/the/data", redis: "none" };
        const instances = [{ name: "things", service: "catalog", port } as const];
        await page.setContent(await createLocalPage({ port, instances, stores }));
        expect(await pageFaults(page), "local").to.deep.equal([]);
      })).timeout(60_000);

    it("sends an example as the reader changed it, and shows the answer", () =>
      open({}, async (page) => {
        const faults: string[] = [];
        page.on("console", (message) => message.type() === "error" && faults.push(message.text()));
        const form = page.locator("form").first();
        await page.locator("summary").first().click();
        await form.getByLabel("id").fill("a b");
        await form.getByLabel("API key").fill("secret");
        await form.getByLabel("Body").fill(`{ "size": 4 }`);
        await form.getByRole("button", { name: "Send" }).click();
        await form.getByText('"id": "a b",\n  "size": 4,\n  "key": "Bearer secret"').waitFor();
        await form.getByLabel("Body").fill("{");
        await form.getByRole("button", { name: "Send" }).click();
        await form.getByText('"type": "/catalog/problems/malformed-body"').waitFor();
        expect(faults.filter((text) => !text.includes("400"))).to.deep.equal([]);
      }));

    it("copies a command that calls the origin which the reader sees", () =>
      open({ permissions: ["clipboard-read"] }, async (page) => {
        await page.getByRole("button", { name: "Copy Request" }).first().click();
        await page.getByText("Copied").waitFor();
        const copied = await page.evaluate<string>("navigator.clipboard.readText()");
        expect(copied).to.include(`curl '${app.url}/things/7' \\\n  -X PUT \\\n`);
      }));

    it("can be read without its script, and begins with a way past the links", () =>
      open({ javaScriptEnabled: false }, async (page) => {
        expect(await page.getByText("curl").first().isVisible()).to.equal(true);
        expect(await page.locator("summary, button").filter({ visible: true }).count()).to.equal(0);
        await page.keyboard.press("Tab");
        expect(await page.locator(":focus").innerText()).to.equal("Skip to the content");
        expect(await page.locator(":focus").boundingBox())
          .to.have.property("width")
          .above(100);
      }));
  });
}
