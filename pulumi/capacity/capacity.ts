// What a load needs: npm run capacity -- --hits 10000 --pages 100000 --reads 5000 --streams 20000
import { parseArgs } from "node:util";
import { priceList, pricesByRegion } from "../cost/prices.ts";
import { assumed, measured } from "./measured.ts";
import { capacityFor } from "./model.ts";
import { capacityTable } from "./table.ts";

const usage =
  "Usage: npm run capacity -- [--hits 100] [--pages 1000] [--reads 50] [--streams 200] [--region eu-west-1]";
const options = {
  hits: { type: "string", default: "100" },
  pages: { type: "string", default: "1000" },
  reads: { type: "string", default: "50" },
  streams: { type: "string", default: "200" },
  region: { type: "string", default: "eu-west-1" },
} as const;

try {
  const { values } = parseArgs({ options });
  const prices = pricesByRegion[values.region];
  if (prices === undefined) {
    const known = Object.keys(pricesByRegion).join(" or ");
    throw new Error(`--region: expected ${known}, got "${values.region}"`);
  }
  const load = {
    hits: readAmount("hits", values.hits, 0),
    pages: readAmount("pages", values.pages, 1),
    reads: readAmount("reads", values.reads, 0),
    streams: readAmount("streams", values.streams, 0),
  };
  console.log(capacityTable([{ load, capacity: capacityFor(load, prices) }]));
  console.log(`\nPrices as of ${priceList.asOf}. Measured: ${listOf(measured)}.`);
  console.log(`Assumed: ${listOf(assumed)}.`);
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n${usage}`);
  process.exitCode = 1;
}

function readAmount(name: string, text: string, least: number): number {
  const amount = /^\d{1,12}$/.test(text) ? Number(text) : -1;
  if (amount >= least) return amount;
  throw new Error(`--${name}: expected a whole number from ${least}, got "${text}"`);
}

function listOf(amounts: Readonly<Record<string, number>>): string {
  return Object.entries(amounts)
    .map(([name, amount]) => `${name} ${amount}`)
    .join(", ");
}
