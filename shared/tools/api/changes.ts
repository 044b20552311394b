import { isDeepStrictEqual } from "node:util";
import type { Fact, Facts } from "./facts.ts";

/** The API of a service, as it was when it was released. */
export interface Release {
  version: string;
  facts: Facts;
}

/** What is wrong with the version number, given what has changed; empty when nothing is. */
export function versionFaults(released: Release, now: Release): string[] {
  const breaking = breakingChanges(released.facts, now.facts);
  const [before, after] = [released, now].map(({ version }) => version.split(".").map(Number));
  const hasNewMajor = (after?.[0] ?? 0) > (before?.[0] ?? 0);
  if (hasNewMajor) return [];
  if (breaking.length > 0) return breaking.map((change) => `${change}: this breaks clients`);
  const isSame = isDeepStrictEqual(released.facts, now.facts);
  return isSame || now.version !== released.version
    ? []
    : [`the API has additions, and its version is still ${now.version}: raise the minor number`];
}

/** Changes by which a client of the released API could fail, in words. */
export function breakingChanges(released: Facts, now: Facts): string[] {
  const changed = Object.entries(released).flatMap(([place, before]) => {
    const after = now[place];
    if (after === undefined) return [`${place} is gone`];
    return lossesOf(place, before, after).map((loss) => `${place} ${loss}`);
  });
  const demanded = Object.entries(now)
    .filter(([place, { required }]) => required === true && isNewDemand(place, released))
    .map(([place]) => `${place} is new and required`);
  return [...changed, ...demanded];
}

/** In something that clients send already: a new operation may ask for what it likes. */
function isNewDemand(place: string, released: Facts): boolean {
  if (place in released || !isRequest(place)) return false;
  const [whole = ""] = place.split(/\.| request /);
  return Object.keys(released).some((known) => known === whole || known.startsWith(`${whole}.`));
}

function lossesOf(place: string, before: Fact, after: Fact): string[] {
  return [
    ...(before.is === after.is ? [] : [`was ${before.is}, is ${after.is}`]),
    ...(isRequest(place) ? lossesOfRequest(before, after) : lossesOfAnswer(before, after)),
  ];
}

/** What was sent before must still be taken. */
function lossesOfRequest(before: Fact, after: Fact): string[] {
  return [
    ...(after.required === true && before.required !== true ? ["is required now"] : []),
    ...((after.min ?? -Infinity) > (before.min ?? -Infinity) ? ["begins later"] : []),
    ...((after.max ?? Infinity) < (before.max ?? Infinity) ? ["ends earlier"] : []),
    ...(includesAll(after.values, before.values) ? [] : ["has other values"]),
  ];
}

/** What was answered before must still be there, and nothing that clients do not know. */
function lossesOfAnswer(before: Fact, after: Fact): string[] {
  return [
    ...(before.required === true && after.required !== true ? ["may be missing now"] : []),
    ...(includesAll(before.values, after.values) ? [] : ["has other values"]),
  ];
}

/** Whether each of the values is among those that are allowed; undefined allows any. */
function includesAll(
  allowed: readonly unknown[] | undefined,
  values: readonly unknown[] | undefined,
): boolean {
  if (allowed === undefined) return true;
  return values?.every((value) => allowed.includes(value)) ?? false;
}

const isRequest = (place: string) => place.startsWith("request ") || place.includes(" request ");
