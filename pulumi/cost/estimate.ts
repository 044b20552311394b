import type { RecordedResource } from "../offline/recording.ts";
import type { Charge } from "./charge.ts";
import { free } from "./free-types.ts";
import { pricesByRegion } from "./prices.ts";
import { pricings } from "./pricing.ts";

/**
 * The monthly bill of a stack, each line once, in the order of the price list.
 * @throws when a region, a type of resource or a size has no price.
 */
export function estimate(resources: readonly RecordedResource[], region: string): Charge[] {
  const prices = pricesByRegion[region];
  if (prices === undefined)
    throw new Error(
      `There are no prices for ${region}, only for ${Object.keys(pricesByRegion).join(" and ")}: ` +
        "add them to pulumi/cost/prices.ts.",
    );
  const billed = resources.filter(({ custom, remote }) => custom || remote);
  const unknown = billed.find(({ type }) => !(type in pricings) && !free.has(type));
  if (unknown !== undefined)
    throw new Error(
      `It is not known what a ${unknown.type} costs: ` +
        "add it to pulumi/cost/pricing.ts or to pulumi/cost/free-types.ts.",
    );
  const charges = Object.entries(pricings).flatMap(([type, pricing]) =>
    billed
      .filter((each) => each.type === type)
      .flatMap((each) => pricing(each, { prices, resources })),
  );
  return merge(charges.filter(({ quantity }) => quantity > 0));
}

export function totalUsd(charges: readonly Charge[]): number {
  return charges.reduce((total, { quantity, unitUsd }) => total + quantity * unitUsd, 0);
}

/** Adds up the charges that differ in their quantity alone. */
function merge(charges: readonly Charge[]): Charge[] {
  const lines = Map.groupBy(charges, ({ kind, nature, unit }) => `${nature} ${kind} ${unit}`);
  return [...lines.values()].map(([first, ...others]) => ({
    ...(first as Charge),
    quantity: [first, ...others].reduce((total, each) => total + (each?.quantity ?? 0), 0),
  }));
}
