import { expect } from "chai";
import type { Browser, Page, Route } from "playwright-core";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";

const NEXT = "**/counter/v1/next";

/** What `/account` does in a browser, given one, and the address of a counter. */
export function describeAccountPage(given: () => { browser: Browser; url: string }): void {
  describe("where a user has a number", () => {
    const faults: string[] = [];
    let page: Page;

    before(async () => {
      const { browser, url } = given();
      page = await browser.newPage({ viewport: { width: 320, height: 640 } });
      page.setDefaultTimeout(30_000);
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) faults.push(message.text());
      });
      page.on("pageerror", (error) => faults.push(error.message));
      await page.goto(`${url}/account`);
    });
    after(() => page.close());
    afterEach(() => expect(faults).to.deep.equal([]));

    const press = (...keys: string[]) =>
      keys.reduce((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
    const focused = () =>
      page.evaluate<string>(
        "document.activeElement.id || document.activeElement.textContent.trim()",
      );
    const shows = (id: "number" | "message", text: string) =>
      page.locator(`#${id}`).getByText(text, { exact: true }).waitFor();
    /** Waits until the page takes the next request. */
    const isIdle = () =>
      page.locator("#next:not([aria-disabled=true])").waitFor({ state: "attached" });
    const overflow = () =>
      page.evaluate<number>(
        "document.documentElement.scrollWidth - document.documentElement.clientWidth",
      );

    async function fill(password: string): Promise<void> {
      await page.locator("#email").focus();
      await press("Control+A");
      await page.keyboard.type("ada@example.com");
      await press("Tab");
      await page.keyboard.type(password);
    }

    it("registers, raises the number, sets it and logs out by keyboard alone", async () => {
      await press("Tab");
      expect(await focused()).to.equal("email");
      await fill("correct horse");
      await press("Tab", "Tab");
      expect(await focused()).to.equal("Register");
      await press("Enter");
      await shows("number", "0");
      await isIdle();
      expect(await focused()).to.equal("next");
      await press("Enter");
      await shows("number", "1");
      await isIdle();
      expect(await focused()).to.equal("next");

      await press("Tab", "Tab");
      expect(await focused()).to.equal("current");
      await page.keyboard.type("999999999999998");
      await press("Enter");
      await shows("number", "999,999,999,999,998");
      await shows("message", "The next number is 999999999999999.");
      expect(await overflow()).to.equal(0);
      await isIdle();
      await press("Shift+Tab");
      expect(await focused()).to.equal("leave");
      await press("Enter");
      await shows("message", "Logged out.");
      expect(await focused()).to.equal("email");
    });

    it("says that the password is wrong, and lets in with the right one", async () => {
      await fill("wrong horse");
      await press("Enter");
      await shows("message", "No user has this email and this password.");
      await isIdle();
      await page.locator("#password").fill("correct horse");
      await press("Enter");
      await shows("number", "999,999,999,999,998");
      await isIdle();
    });

    it("says when there is no higher number", async () => {
      await press("Enter");
      await shows("number", "999,999,999,999,999");
      await isIdle();
      await press("Enter");
      await shows("message", "There is no higher number. Set a lower one.");
      await isIdle();
      await page.locator("#current").fill("5");
      await press("Enter");
      await shows("number", "5");
      await isIdle();
    });

    it("counts once when a button is pressed while it works", async () => {
      const held: Route[] = [];
      await page.route(NEXT, (route) => void held.push(route));
      await page.locator("#next").focus();
      await press("Enter", "Enter", "Enter");
      await page.locator("#next[aria-disabled=true]").waitFor();
      await pollUntil(() => held.length > 0, { what: "The page sends a request" });
      await Promise.all(held.map((route) => route.continue()));
      await page.unroute(NEXT);
      await shows("number", "6");
      await isIdle();
      expect(held).to.have.lengthOf(1);
    });

    it("counts once when the answer is lost, and the button is pressed again", async () => {
      await page.route(NEXT, (route) => route.fetch().finally(() => route.abort()));
      await press("Enter");
      await shows("message", "The service does not answer. Try again in a moment.");
      await isIdle();
      await page.unroute(NEXT);
      await press("Enter");
      await shows("number", "7");
      await isIdle();
      await press("Enter");
      await shows("number", "8");
      await isIdle();
    });

    it("runs no script but its own", async () => {
      await page.evaluate(`document.head.append(
        Object.assign(document.createElement("script"), { textContent: "globalThis.ran = 1" }))`);
      expect(await page.evaluate("globalThis.ran")).to.equal(undefined);
      await pollUntil(() => faults.length > 0, { what: "The browser says why" });
      expect(faults.splice(0).join()).to.include("Content Security Policy");
    });

    it("asks to log in again when the token is not accepted any more", async () => {
      await page.route(NEXT, (route) =>
        route.continue({ headers: { ...route.request().headers(), authorization: "Bearer old" } }),
      );
      await press("Enter");
      await shows("message", "Your login has ended. Log in again.");
      expect(await focused()).to.equal("email");
      expect(await overflow()).to.equal(0);
    });

    it("takes an email and a number as the API does", async () => {
      const [email, password] = ["ünï@bücher.example", "correct horse"];
      await page.locator("#email").fill(email);
      await page.locator("#password").fill(password);
      await page.locator("button[value=register]").click();
      await shows("number", "0");
      await isIdle();
      const body = new URLSearchParams({ email, password });
      const login = await fetch(`${given().url}/login`, { method: "POST", body });
      expect(login.status).to.equal(200);
      await page.locator("#current").fill("1e3");
      await press("Enter");
      await shows("number", "1,000");
    });
  });
}
