import { randomInt } from "node:crypto";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { Fleet } from "../testing/fleet.ts";

const PAGES = 8;
const CALLS = 400;
/** Most numbers that a killed instance skips, beside the hits it had in flight; each is a view. */
const SKIPPED = 32;

/** What one caller of a page knows of its hits since it was last removed. */
interface Known {
  counted: number;
  /** Calls without an answer: they may have been counted. */
  inDoubt: number;
}

describe("The days of three instances", () => {
  for (const store of ["redis", "dynamodb"] as const) {
    it(`have every hit counted in ${store}, over sets, removals and a killed instance`, async function () {
      this.timeout(300_000);
      await using fleet = await Fleet.start({ instances: 3, store });
      const anyUrl = () => fleet.urls[randomInt(fleet.urls.length)] ?? "";
      const call = (method: string, path: string, body?: object) =>
        fetch(`${anyUrl()}/counter/${path}`, {
          method,
          headers: { "user-agent": "Firefox", "content-type": "application/json" },
          ...(body && { body: JSON.stringify(body) }),
        }).then(
          ({ status }) => status,
          () => undefined,
        );

      /** A removal without an answer is sent again: it leaves nothing in doubt. */
      async function remove(page: string): Promise<void> {
        const isRemoved = async () => (await call("DELETE", page)) === 204;
        await pollUntil(isRemoved, { what: `${page} is removed` });
      }
      async function use(page: string): Promise<Known> {
        let known: Known = { counted: 0, inDoubt: 0 };
        for (let calls = 0; calls < CALLS; calls += 1) {
          const choice = randomInt(100);
          if (choice < 2) await call("PUT", page, { count: randomInt(1_000_000) });
          else if (choice < 3) {
            await remove(page);
            known = { counted: 0, inDoubt: 0 };
          } else if ((await call("POST", `${page}/hits`)) === 201) known.counted += 1;
          else known.inDoubt += 1;
        }
        return known;
      }
      async function replaceOne(): Promise<void> {
        const [killed] = fleet.services.splice(0, 1);
        await killed?.kill();
        await fleet.startService();
      }

      const pages = Array.from({ length: PAGES }, () => fleet.newPage());
      const [known] = await Promise.all([Promise.all(pages.map(use)), replaceOne()]);
      for (const [index, page] of pages.entries()) {
        const { counted, inDoubt } = known[index] ?? { counted: NaN, inDoubt: NaN };
        const sum = async () => {
          const answer = await fetch(`${anyUrl()}/counter/${page}/days?last=2`);
          const { days } = (await answer.json()) as { days: { count: number }[] };
          return days.reduce((total, { count }) => total + count, 0);
        };
        // The last roll-up, and an answer that repeats what was read.
        await pollUntil(async () => (await sum()) >= counted, { what: `${page} has its hits` });
        expect(await sum(), page).to.be.within(counted, counted + inDoubt + SKIPPED);
      }
    });
  }
});
