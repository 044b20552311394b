import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { Fleet } from "../testing/fleet.ts";

describe("The top pages of two instances", () => {
  for (const store of ["redis", "dynamodb"] as const) {
    it(`reach each of them by itself, counted in ${store}, without unlisted ones`, async function () {
      this.timeout(120_000);
      await using fleet = await Fleet.start({ instances: 0, store });
      const env = { UNLISTED_PAGES: "secret,home" };
      await fleet.startService({ env });
      await fleet.startService({ env });
      for (const [index, url] of fleet.urls.entries())
        for (const page of [`own-${index}`, "both", "secret"])
          await fetch(`${url}/counter/${page}/hits`, { method: "POST" });
      for (const url of fleet.urls) {
        const pages = await pollUntil(
          async () => {
            const answer = await fetch(`${url}/counter?order=top`);
            const list = ((await answer.json()) as { pages: { page: string }[] }).pages;
            return list.length === 3 && list.map(({ page }) => page);
          },
          { what: "all pages are listed", timeoutMs: 60_000, intervalMs: 250 },
        );
        expect(pages).to.deep.equal(["both", "own-0", "own-1"]);
      }
    });
  }
});
