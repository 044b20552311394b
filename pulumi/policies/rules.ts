import { confinedContainers, fargateSizes, safeDeployments, shortNames } from "./compute.ts";
import { encrypted, privateBuckets, protectedInProd } from "./data.ts";
import { logRetention, namedActions, wiredAlarms } from "./operations.ts";
import type { Rule } from "./rule.ts";
import { closedToTheWorld, fewConditionValues, modernTls, uniquePriorities } from "./traffic.ts";

/** What every deployment has to hold to; run by the tests, the offline preview and CrossGuard. */
export const rules: readonly Rule[] = [
  uniquePriorities,
  fewConditionValues,
  closedToTheWorld,
  modernTls,
  shortNames,
  fargateSizes,
  confinedContainers,
  safeDeployments,
  encrypted,
  privateBuckets,
  protectedInProd,
  namedActions,
  logRetention,
  wiredAlarms,
];
