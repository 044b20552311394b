import { confinedContainers, fargateSizes, safeDeployments, shortNames } from "./compute.ts";
import { encrypted, privateBuckets, protectedInProd, rotatedKeys, tlsOnlyBuckets } from "./data.ts";
import {
  flowLogs,
  logRetention,
  namedActions,
  namedRunbook,
  ownAccountOnly,
  wiredAlarms,
} from "./operations.ts";
import type { Rule } from "./rule.ts";
import {
  closedToTheWorld,
  fewConditionValues,
  modernTls,
  tlsForKeys,
  uniquePriorities,
} from "./traffic.ts";

/** What every deployment has to hold to; run by the tests, the offline preview and CrossGuard. */
export const rules: readonly Rule[] = [
  uniquePriorities,
  fewConditionValues,
  closedToTheWorld,
  modernTls,
  tlsForKeys,
  shortNames,
  fargateSizes,
  confinedContainers,
  safeDeployments,
  encrypted,
  privateBuckets,
  tlsOnlyBuckets,
  rotatedKeys,
  protectedInProd,
  namedActions,
  ownAccountOnly,
  flowLogs,
  logRetention,
  wiredAlarms,
  namedRunbook,
];
