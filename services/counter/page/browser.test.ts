import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { build } from "esbuild";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { describeDocsPages } from "../../../shared/tools/testing/browser/docs-pages-suite.ts";
import { launchBrowser } from "../../../shared/tools/testing/browser/launch-browser.ts";
import { pageScript } from "./page-script.ts";
import { describeAccountPage } from "../testing/account-page-suite.ts";
import { describePagesForAll } from "../testing/pages-suite.ts";

/** A module of this room, as a bundler makes it for the image. */
async function importMinified(name: string): Promise<{ pageScript: string }> {
  const built = await build({
    entryPoints: [fileURLToPath(new URL(name, import.meta.url))],
    ...{ bundle: true, minify: true, format: "esm", platform: "node", write: false },
  });
  const code = Buffer.from(built.outputFiles[0]!.contents).toString("base64");
  return (await import(`data:text/javascript;base64,${code}`)) as { pageScript: string };
}

describe("The counter's pages in a browser", () => {
  const cleanUps = new AsyncDisposableStack();
  let service: ServiceProcess;
  let browser: Browser;

  before(async function () {
    this.timeout(60_000);
    browser = cleanUps.use(await launchBrowser());
    const redis = cleanUps.use(await RedisServer.start());
    const dynamodb = cleanUps.use(await DynamodbServer.start());
    await dynamodb.createTables();
    const env = serviceEnvironment("counter", { dynamodbUrl: dynamodb.url, redisUrl: redis.url });
    service = cleanUps.use(await ServiceProcess.start("counter", { env }));
  });
  after(() => cleanUps.disposeAsync());

  /** Opens the page as a person would: a headless browser that says so is taken for a bot. */
  async function withPage(
    options: BrowserContextOptions,
    use: (page: Page) => Promise<void>,
  ): Promise<void> {
    const userAgent = `Mozilla/5.0 (X11; Linux x86_64) Chrome/${browser.version()} Safari/537.36`;
    await using context = await browser.newContext({ userAgent, ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await use(page);
  }

  async function open(page: Page): Promise<void> {
    await page.goto(service.url);
    await page.locator("[data-state=live]").waitFor();
  }

  const text = (page: Page, id: string) => page.locator(`#${id}`).innerText();
  const numberIn = async (page: Page, id: string) =>
    Number((await text(page, id)).replaceAll(",", ""));
  const jsonOf = async (path: string) =>
    (await (await fetch(service.url + path)).json()) as Record<string, unknown>;
  const hit = () => fetch(`${service.url}/counter/home/hits`, { method: "POST" });

  it("counts up when somebody else views the page", () =>
    withPage({}, async (page) => {
      await open(page);
      const atFirst = await numberIn(page, "count");
      for (let i = 0; i < 3; i += 1) expect((await hit()).status).to.equal(201);
      await pollUntil(async () => (await numberIn(page, "count")) === atFirst + 3, {
        what: "The page shows three more",
      });
      expect(await numberIn(page, "last-minute")).to.equal(atFirst + 3);
      expect(await numberIn(page, "last-ten-minutes")).to.equal(atFirst + 3);
      expect(await page.title()).to.match(/^[\d,]+ · Views of home$/);
      expect(await page.locator("#preview").textContent()).to.match(
        new RegExp(`views: ${atFirst + 3}\\s+views\\s+${atFirst + 3}\\s`),
      );
    }));

  it("shows the number and the chart without JavaScript", () =>
    withPage({ javaScriptEnabled: false }, async (page) => {
      await page.goto(service.url);
      expect(await numberIn(page, "count")).to.be.greaterThan(0);
      expect(await text(page, "state")).to.match(/^As of \d\d:\d\d:\d\d UTC$/);
      const bars = page.locator("#minutes .bar:not([height='0'])");
      expect(await bars.count()).to.be.greaterThan(0);
      for (const role of ["button", "slider", "textbox"] as const) {
        const shown = page.getByRole(role).and(page.locator(":not([readonly])"));
        expect(await shown.count(), role).to.equal(0);
      }
      expect(await page.getByLabel("Markdown", { exact: true }).inputValue()).to.include(
        `${service.url}/counter/`,
      );
    }));

  it("keeps to its security policy, and calls only its own server", () =>
    withPage({}, async (page) => {
      const faults: string[] = [];
      const origins = new Set<string>();
      page.on("console", (message) => {
        if (message.type() === "error") faults.push(message.text());
      });
      page.on("pageerror", (error) => faults.push(error.message));
      page.on("request", (request) => origins.add(new URL(request.url()).origin));
      await open(page);
      await page.getByRole("button", { name: "Copy HTML" }).click();
      expect(faults).to.deep.equal([]);
      expect([...origins].filter((origin) => origin !== "null")).to.deep.equal([service.url]);

      await page.evaluate(`document.head.append(
        Object.assign(document.createElement("script"), { textContent: "globalThis.ran = 1" }))`);
      expect(await page.evaluate("globalThis.ran")).to.equal(undefined);
      await pollUntil(() => faults.join().includes("Content Security Policy"), {
        what: "The browser says why it ran no foreign script",
      });
    }));

  it("runs as well when the service is bundled and minified", () =>
    withPage({}, async (page) => {
      const faults: string[] = [];
      page.on("pageerror", (error) => faults.push(error.message));
      const { pageScript: bundled } = await importMinified("page-script.ts");
      await page.route(`${service.url}/`, async (route) => {
        const response = await route.fetch();
        const body = (await response.text()).replace(pageScript, () => bundled);
        expect(body).to.include(bundled);
        await route.fulfill({ response, body });
      });
      await open(page);
      await page.getByLabel("Label").fill("reads");
      expect(await page.locator("#preview").textContent()).to.match(/^\s*reads: \d/);
      await page.getByLabel("Last 10 minutes, bar by bar").press("Home");
      expect(await page.locator("#minutes .readout").innerText()).to.include(
        "9 minutes ago: 0 views",
      );
      expect(faults).to.deep.equal([]);
    }));

  it("lets the chart be read bar by bar, by keyboard and by mouse", () =>
    withPage({}, async (page) => {
      await open(page);
      const field = page.getByLabel("Last 10 minutes, bar by bar");
      const readout = page.locator("#minutes .readout");
      const summary = await readout.innerText();
      expect(summary).to.match(/^At most \d+ in 10 seconds$/);
      await field.press("End");
      expect(await readout.innerText()).to.match(/^\d\d:\d\d:\d0 UTC, now: \d+ views?$/);
      await field.press("ArrowLeft");
      const [spoken, shown] = await page.evaluate<[string, string]>(`[
        document.querySelector("#minutes input").getAttribute("aria-valuetext"),
        document.querySelector("#minutes .readout").innerText]`);
      expect(spoken).to.equal(shown);
      expect(shown).to.match(/^\d\d:\d\d:\d0 UTC, 10 s ago: \d+ views?$/);
      await field.blur();
      expect(await readout.innerText()).to.match(/^At most/);
      const box = await field.boundingBox();
      await page.mouse.move(box!.x + 1, box!.y + 9);
      expect(await readout.innerText()).to.match(/ UTC, 9 minutes ago: \d+ views?$/);
      await page.mouse.move(0, 0);
      expect(await readout.innerText()).to.match(/^At most/);
    }));

  it("shows any other page without counting or making it", () =>
    withPage({}, async (page) => {
      await page.goto(`${service.url}/counter/never-opened`);
      await page.locator("[data-state=live]").waitFor();
      expect(await numberIn(page, "count")).to.equal(0);
      await page.reload();
      const { count } = await jsonOf("/counter/never-opened?estimate=true");
      expect(count).to.equal(0);
      expect(await jsonOf("/counter?limit=100")).not.to.satisfy((list: object) =>
        JSON.stringify(list).includes("never-opened"),
      );
    }));

  it("makes the badge that the form describes", () =>
    withPage({}, async (page) => {
      await open(page);
      await page.getByLabel("Label").fill("a & b");
      await page.getByLabel("Style").selectOption("plastic");
      await page.getByLabel("Colour").fill("#0055aa");
      await page.getByLabel("Each look at it counts").uncheck();
      const address = `${service.url}/counter/home/badge.svg?label=a+%26+b&color=0055aa&style=plastic&count=false`;
      expect(await page.getByLabel("Markdown", { exact: true }).inputValue()).to.equal(
        `![a & b](${address})`,
      );
      const before = await numberIn(page, "count");
      const drawn = await (await fetch(address)).text();
      const preview = await page.locator("#preview").innerHTML();
      expect(drawn.match(/#0055aa|a &amp; b|fill-opacity/g)).to.deep.equal(
        preview.match(/#0055aa|a &amp; b|fill-opacity/g),
      );
      expect((await jsonOf("/counter/home"))["count"]).to.equal(before);
    }));

  it("copies a snippet that draws a badge", () =>
    withPage({ permissions: ["clipboard-read"] }, async (page) => {
      await open(page);
      const button = page.getByRole("button", { name: /Markdown/ });
      await button.click();
      await button.getByText("Copied").waitFor();
      const copied = await page.evaluate<string>("navigator.clipboard.readText()");
      expect(copied).to.equal(`![views](${service.url}/counter/home/badge.svg)`);
      const badge = await fetch(/\((.*)\)/.exec(copied)![1]!);
      expect(badge.headers.get("content-type")).to.equal("image/svg+xml");
    }));

  it("draws badges whose text fits its box", () =>
    withPage({}, async (page) => {
      for (const label of [
        "views",
        "WWWW@@mm%%",
        "iiiillll....",
        "Besucher höchstens",
        "閲覧回数",
      ]) {
        await page.goto(`${service.url}/counter/fit/badge.svg?label=${encodeURIComponent(label)}`);
        const room = await page.evaluate<number[]>(`
          const boxes = document.querySelectorAll("path");
          Array.from(document.querySelectorAll("text"), (text, index) =>
            boxes[index].getBBox().width - text.getComputedTextLength());`);
        expect(Math.min(...room), label).to.be.greaterThan(4);
      }
    }));

  it("follows the colour scheme of the reader", () => {
    const paper = "getComputedStyle(document.documentElement).backgroundColor";
    const seen = new Set<string>();
    return withPage({}, async (page) => {
      await open(page);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme });
        seen.add(await page.evaluate<string>(paper));
      }
      expect([...seen]).to.deep.equal(["rgb(250, 249, 247)", "rgb(22, 20, 18)"]);
    });
  });

  it("fits a phone, and does not move when the reader wants no motion", () =>
    withPage({ viewport: { width: 390, height: 844 }, reducedMotion: "reduce" }, async (page) => {
      await open(page);
      expect(await page.evaluate("document.documentElement.scrollWidth")).to.equal(390);
      expect(await page.evaluate("document.getAnimations().length")).to.equal(0);
      await page.emulateMedia({ reducedMotion: "no-preference" });
      expect(await page.evaluate("document.getAnimations().length")).to.equal(1);
    }));

  it("leaves its place on the stream while nobody sees it", () =>
    withPage({}, async (page) => {
      const hide = (hidden: boolean) =>
        page.evaluate(`
          Object.defineProperty(document, "hidden", { value: ${hidden}, configurable: true });
          document.dispatchEvent(new Event("visibilitychange"));`);
      const listeners = async () => {
        const metrics = await (await fetch(`${service.url}/metrics`)).text();
        return Number(/^counter_listeners (\d+)$/m.exec(metrics)?.[1]);
      };
      await open(page);
      await pollUntil(async () => (await listeners()) === 1, { what: "Only this page listens" });
      await hide(true);
      await pollUntil(async () => (await listeners()) === 0, { what: "Nobody listens" });
      const { count } = (await (await hit()).json()) as { count: number };
      await hide(false);
      await pollUntil(async () => (await numberIn(page, "count")) === count, {
        what: "The page shows what it missed",
      });
    }));

  it("says that it is not live while the server is away, and goes on by itself", () =>
    withPage({}, async (page) => {
      await open(page);
      const atFirst = await numberIn(page, "count");
      await service.kill();
      await page.getByText("Not live, reconnecting").waitFor();
      await service.start();
      expect((await hit()).status).to.equal(201);
      await page.locator("[data-state=live]").waitFor();
      await pollUntil(async () => (await numberIn(page, "count")) === atFirst + 1, {
        what: "The page shows the hit that came after",
      });
    }));

  // Here, for they need the same browser and service, which cost more than their tests.
  describeAccountPage(() => ({ browser, url: service.url }));
  describePagesForAll(() => ({ browser, url: service.url }));
  describeDocsPages(() => browser);
});
