import type { ListenerRule, ServiceContract } from "../../shared/contract.ts";
import type { Fault } from "./faults.ts";
import {
  earlierTwin,
  highestPriority,
  longestPattern,
  mostConditionValues,
} from "../limits/listener-rules.ts";

/** Listener rules below this priority are Prometheus' own. */
const lowestPriority = 10;

/** One listener rule of the contract, by its place there. */
interface Placed extends ListenerRule {
  service: string;
  key: string;
}

/** As long as a target group's name may be, before Pulumi makes it unique. */
const LONGEST_NAME = 24;

/** The limits of AWS on the contract: names, path patterns, and every priority once. */
export function contractFaults(contracts: Readonly<Record<string, ServiceContract>>): Fault[] {
  const placed = Object.entries(contracts).flatMap(([service, { rules }]) =>
    rules.map((rule, index) => ({
      ...rule,
      service,
      key: `services.${service}.rules[${index}]`,
    })),
  );
  return [
    ...Object.keys(contracts).flatMap(nameFaults),
    ...placed.flatMap((rule, i) => [
      ...pathFaults(rule, placed.slice(0, i)),
      ...priorityFaults(
        rule,
        earlierTwin(placed, i, ({ priority }) => priority),
      ),
    ]),
  ];
}

function nameFaults(service: string): Fault[] {
  if (/^[a-z][a-z0-9-]*$/.test(service) && service.length <= LONGEST_NAME) return [];
  const expected = `1 to ${LONGEST_NAME} lower-case letters, digits and -`;
  const remedy = "rename the service and its folder";
  return [{ key: `services.${service} of shared/contract.ts`, expected, got: service, remedy }];
}

function pathFaults({ key: rule, paths }: Placed, earlier: readonly Placed[]): Fault[] {
  const key = `${rule}.paths of shared/contract.ts`;
  const longest = paths.find((path) => path.length > longestPattern);
  if (longest !== undefined) {
    const expected = `patterns of at most ${longestPattern} characters`;
    return [{ key, expected, got: longest, remedy: "shorten it" }];
  }
  const relative = paths.find((path) => !path.startsWith("/"));
  if (relative !== undefined)
    return [{ key, expected: "patterns that start with /", got: relative, remedy: "add the /" }];
  const owner = earlier.find((other) => other.paths.some((path) => paths.includes(path)));
  if (owner !== undefined) {
    const twice = paths.find((path) => owner.paths.includes(path)) ?? "";
    const expected = `patterns that ${owner.service} does not claim`;
    return [{ key, expected, got: twice, remedy: "remove it from one of the two" }];
  }
  if (paths.length >= 1 && paths.length <= mostConditionValues) return [];
  const expected = `1 to ${mostConditionValues} patterns, as many as a listener rule holds`;
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
  if (priority >= lowestPriority && priority <= highestPriority) return [];
  return [{ ...found, expected: `a priority from ${lowestPriority} to ${highestPriority}` }];
}
