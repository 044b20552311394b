import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { expect } from "chai";

/** Suites that start their Redis by redis-under-test.ts, each with the least that passes of it. */
const SUITES = [
  { file: "services/counter/testing/counter-store.test.ts", atLeast: 30 },
  { file: "services/counter/redis/redis-store.test.ts", atLeast: 20 },
  { file: "services/catalog/redis/product-cache.test.ts", atLeast: 15 },
];
/** Tests that need one Redis which can be cut off. */
const OF_ONE_SERVER = "that loses its Redis|unheard";

describe("On a Redis cluster of three primaries with replicas", () => {
  for (const { file, atLeast } of SUITES) {
    it(`passes ${file}`, async () => {
      const options = ["--no-parallel", "--reporter", "json", "--grep", OF_ONE_SERVER, "--invert"];
      const env = { ...process.env, REDIS_CLUSTER: "on" };
      const run = promisify(execFile)("node_modules/.bin/mocha", [...options, file], { env });
      // It exits with the number of failures; what failed is in its report all the same.
      const { stdout } = await run.catch((error: unknown) => error as { stdout: string });
      const report = JSON.parse(stdout) as {
        stats: { passes: number };
        failures: { fullTitle: string; err: { message: string } }[];
      };
      const failed = report.failures.map(({ fullTitle, err }) => `${fullTitle}: ${err.message}`);
      expect(failed).to.deep.equal([]);
      expect(report.stats.passes).to.be.at.least(atLeast);
    });
  }
});
