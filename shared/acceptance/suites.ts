import { type ServiceName, serviceNames } from "../contract.ts";
import { catalogChecks } from "./catalog-checks.ts";
import type { Check, Suite } from "./check.ts";
import { commonChecks, coverageCheck } from "./common-checks.ts";
import { counterChecks } from "./counter-checks.ts";
import { edgeChecks } from "./edge-checks.ts";
import { streamChecks } from "./stream-checks.ts";

/** What is special about a service. One that is not here is still held to what all have in common. */
const ownChecks: Partial<Record<ServiceName, readonly Check[]>> = {
  counter: counterChecks,
  catalog: catalogChecks,
  "stream-guard": streamChecks,
};

export const suites: readonly Suite[] = [
  ...serviceNames.map((name) => ({ name, checks: [...commonChecks(name), ...own(name)] })),
  { name: "everything else", checks: edgeChecks },
];

function own(service: ServiceName): readonly Check[] {
  const checks = ownChecks[service];
  return checks === undefined ? [] : [...checks, coverageCheck(service)];
}
