import type { ServiceContract } from "../../shared/contract.ts";
import type { Fault } from "./faults.ts";

/** Listener rules below this priority are Prometheus' own. */
export const lowestPriority = 10;

/** An ALB's limits on the contract: one to five values a rule, and every priority once. */
export function contractFaults(contracts: Readonly<Record<string, ServiceContract>>): Fault[] {
  return Object.entries(contracts).flatMap(([name, contract], i, all) => {
    const earlier = all.slice(0, i).find(([, { priority }]) => priority === contract.priority);
    return [...pathFaults(name, contract), ...priorityFaults(name, contract, earlier?.[0])];
  });
}

function pathFaults(name: string, { paths }: ServiceContract): Fault[] {
  const key = `services.${name}.paths of shared/contract.ts`;
  const longest = paths.find((path) => path.length > 128);
  if (longest !== undefined)
    return [
      { key, expected: "patterns of at most 128 characters", got: longest, remedy: "shorten it" },
    ];
  if (paths.length >= 1 && paths.length <= 5) return [];
  const expected = "1 to 5 patterns, as many as a listener rule holds";
  return [{ key, expected, got: `${paths.length}`, remedy: "cover several with one * pattern" }];
}

function priorityFaults(name: string, { priority }: ServiceContract, earlier?: string): Fault[] {
  const found = {
    key: `services.${name}.priority of shared/contract.ts`,
    got: `${priority}`,
    remedy: "choose the next free multiple of 10",
  };
  if (earlier !== undefined)
    return [{ ...found, expected: `a priority other than that of ${earlier}` }];
  if (priority >= lowestPriority && priority <= 50_000) return [];
  return [{ ...found, expected: `a priority from ${lowestPriority} to 50000` }];
}
