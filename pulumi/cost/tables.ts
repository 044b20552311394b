import { hoursPerMonth, quietMonth } from "./assumptions.ts";
import type { Charge } from "./charge.ts";
import { totalUsd } from "./estimate.ts";
import { priceList } from "./prices.ts";

/** The bill of one stack, line by line, with what it assumes. */
export function costText(charges: readonly Charge[]): string {
  const rows = (nature: Charge["nature"]) =>
    charges
      .filter((charge) => charge.nature === nature)
      .map(({ kind, quantity, unit, unitUsd }) => {
        const amount = `${rounded(quantity)} × ${unit} at ${rounded(unitUsd)}`;
        return `  ${kind.padEnd(22)} ${amount.padEnd(52)} ${money(quantity * unitUsd).padStart(9)}`;
      });
  const total = (name: string, part: readonly Charge[]) =>
    `${name.padEnd(77)} ${money(totalUsd(part)).padStart(9)}`;
  return [
    "Fixed: what it costs to stand there, with the fewest tasks of each service",
    ...rows("fixed"),
    "Usage: what an almost idle month adds",
    ...rows("usage"),
    "",
    total("Fixed, a month", of(charges, "nature", "fixed")),
    total("With the usage of a quiet month", charges),
    "",
    ...assumptions(),
  ].join("\n");
}

/** What the estimates stand on, for the reader to judge. */
export function assumptions(): string[] {
  const amounts = Object.entries(quietMonth).map(([name, amount]) => `${name} ${amount}`);
  return [
    `US dollars by ${priceList.source}, as of ${priceList.asOf}.`,
    `To compare: the pricing pages of ${priceList.pages}.`,
    `A month has ${hoursPerMonth} hours. A quiet month: ${amounts.join(", ")}.`,
  ];
}

/** The bills of several stacks side by side, by kind of resource, as Markdown. */
export function costTable(bills: Readonly<Record<string, readonly Charge[]>>): string {
  const stacks = Object.values(bills);
  const all = stacks.flat();
  const row = (name: string, parts: readonly (readonly Charge[])[], how = "") =>
    line([name, ...parts.map((part) => whole(totalUsd(part))), how]);
  const kinds = [...new Set(all.map(({ kind }) => kind))];
  const fixedParts = stacks.map((charges) => of(charges, "nature", "fixed"));
  return [
    line(["resource", ...Object.keys(bills), "unit prices"]),
    line(["---", ...stacks.map(() => "---:"), "---"]),
    ...kinds.map((kind) => {
      const parts = stacks.map((charges) => of(charges, "kind", kind));
      return row(kind, parts, unitPrices(of(all, "kind", kind)));
    }),
    row("**together, in a quiet month**", stacks),
    row("of it fixed", fixedParts),
  ].join("\n");
}

/** What a change costs, by kind of resource, as Markdown; the kinds that stay the same are left out. */
export function costDifference(before: readonly Charge[], after: readonly Charge[]): string {
  const kinds = [...new Set([...before, ...after].map(({ kind }) => kind))];
  const row = (name: string, was: readonly Charge[], is: readonly Charge[]) => {
    const sums = [totalUsd(was), totalUsd(is), totalUsd(is) - totalUsd(was)];
    return line([name, ...sums.slice(0, 2).map(money), signed(sums[2] ?? 0)]);
  };
  const changed = kinds.filter(
    (kind) =>
      money(totalUsd(of(before, "kind", kind))) !== money(totalUsd(of(after, "kind", kind))),
  );
  return [
    line(["a month, in US dollars", "before", "after", "difference"]),
    line(["---", "---:", "---:", "---:"]),
    ...changed.map((kind) => row(kind, of(before, "kind", kind), of(after, "kind", kind))),
    row("together, with the usage of a quiet month", before, after),
  ].join("\n");
}

function of<Field extends "kind" | "nature">(
  charges: readonly Charge[],
  field: Field,
  value: Charge[Field],
): Charge[] {
  return charges.filter((charge) => charge[field] === value);
}

function unitPrices(charges: readonly Charge[]): string {
  const prices = charges.map(({ unit, unitUsd }) => `${rounded(unitUsd)} per ${unit}`);
  return [...new Set(prices)].join(", ");
}

function line(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** At most five decimals, and none that are 0. */
function rounded(amount: number): string {
  return String(Number(amount.toFixed(5)));
}

function money(usd: number): string {
  return usd.toFixed(2);
}

function whole(usd: number): string {
  return usd === 0 ? "–" : usd.toFixed(usd < 1 ? 2 : 0);
}

function signed(usd: number): string {
  return `${usd < 0 ? "−" : "+"}${money(Math.abs(usd))}`;
}
