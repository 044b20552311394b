import type { ListenerRule, ServiceContract } from "../../shared/contract.ts";
import type { Fault } from "./faults.ts";

/** Listener rules below this priority are Prometheus' own. */
export const lowestPriority = 10;

/** One listener rule of the contract, by its place there. */
interface Placed extends ListenerRule {
  service: string;
  key: string;
}

/** An ALB's limits on the contract: one to five values a rule, and every priority once. */
export function contractFaults(contracts: Readonly<Record<string, ServiceContract>>): Fault[] {
  const placed = Object.entries(contracts).flatMap(([service, { rules }]) =>
    rules.map((rule, index) => ({
      ...rule,
      service,
      key: `services.${service}.rules[${index}]`,
    })),
  );
  return placed.flatMap((rule, i) => {
    const earlier = placed.slice(0, i).find(({ priority }) => priority === rule.priority);
    return [...pathFaults(rule), ...priorityFaults(rule, earlier)];
  });
}

function pathFaults({ key: rule, paths }: Placed): Fault[] {
  const key = `${rule}.paths of shared/contract.ts`;
  const longest = paths.find((path) => path.length > 128);
  if (longest !== undefined)
    return [
      { key, expected: "patterns of at most 128 characters", got: longest, remedy: "shorten it" },
    ];
  if (paths.length >= 1 && paths.length <= 5) return [];
  const expected = "1 to 5 patterns, as many as a listener rule holds";
  return [{ key, expected, got: `${paths.length}`, remedy: "cover several with one * pattern" }];
}

function priorityFaults({ key, priority }: Placed, earlier: Placed | undefined): Fault[] {
  const found = {
    key: `${key}.priority of shared/contract.ts`,
    got: `${priority}`,
    remedy: "choose the next free multiple of 10",
  };
  if (earlier !== undefined)
    return [{ ...found, expected: `a priority other than that of ${earlier.service}` }];
  if (priority >= lowestPriority && priority <= 50_000) return [];
  return [{ ...found, expected: `a priority from ${lowestPriority} to 50000` }];
}
