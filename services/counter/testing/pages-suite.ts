import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import type { Browser, Page } from "playwright-core";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { pageFaults } from "../../../shared/tools/testing/browser/page-faults.ts";

/** Who may use the counter's pages, and from where, given a browser and the address of a counter. */
export function describePagesForAll(given: () => { browser: Browser; url: string }): void {
  const withPage = async (use: (page: Page) => Promise<void>) => {
    const { browser } = given();
    // A headless browser that says so is taken for a bot.
    const userAgent = `Mozilla/5.0 (X11; Linux x86_64) Chrome/${browser.version()} Safari/537.36`;
    await using context = await browser.newContext({ userAgent, permissions: ["clipboard-read"] });
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    await use(page);
  };
  const read = async (name: string) =>
    (await (await fetch(`${given().url}/counter/${name}`)).json()) as { count: number };

  for (const path of [
    "/",
    "/counter/a-page.with-a-name~that-is-rather-long_for-320-px",
    "/account",
  ]) {
    it(`can be used by everybody, light and dark, from 320 px to 1440 px: ${path}`, () =>
      withPage(async (page) => {
        await page.goto(given().url + path);
        if (path !== "/account") await page.locator("[data-state=live]").waitFor();
        expect(await pageFaults(page)).to.deep.equal([]);
      }));
  }

  it("let a newcomer put a badge and a counting script on a page elsewhere, by two copied lines", () =>
    withPage(async (page) => {
      await page.goto(`${given().url}/counter/newcomer`);
      const copy = async (name: string) => {
        await page.getByRole("button", { name: `Copy ${name}` }).click();
        await page.getByRole("button", { name: `Copied ${name}` }).waitFor();
        return page.evaluate<string>("navigator.clipboard.readText()");
      };
      const lines = [await copy("HTML"), await copy("Script")];
      expect((await read("newcomer")).count).to.equal(0);

      const site = createServer((_request, response) => {
        response.setHeader("content-type", "text/html");
        response.end(`<!doctype html><title>Elsewhere</title><p>${lines.join("\n")}</p>`);
      });
      await once(site.listen(0, "127.0.0.1"), "listening");
      await page.goto(`http://localhost:${(site.address() as AddressInfo).port}/`);
      const badgeWidth = () => page.evaluate<number>("document.images[0].naturalWidth");
      await pollUntil(async () => (await badgeWidth()) > 60, { what: "the badge is drawn" });
      const shown = () => page.locator("[data-views]").innerText();
      await pollUntil(async () => /^[12]$/.test(await shown()), { what: "the number is shown" });
      // One hit of the badge, and one of the script.
      expect((await read("newcomer")).count).to.equal(2);
      site.closeAllConnections();
      site.close();
    }));
}
