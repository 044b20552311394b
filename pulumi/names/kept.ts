import { replacingInputs } from "../lifecycle/replacing-inputs.ts";
import type { RecordedResource, Recording } from "../offline/recording.ts";

/** Types whose replacement loses data or an address. */
const keptTypes = [
  "aws:dynamodb/table:Table",
  "aws:ecr/repository:Repository",
  "aws:elasticache/replicationGroup:ReplicationGroup",
  "aws:lb/loadBalancer:LoadBalancer",
];

/** What a later version of the program must keep: its URN, and what it is. */
export interface Kept {
  urn: string;
  identity: Record<string, unknown>;
}

export function keptResources({ resources }: Pick<Recording, "resources">): Kept[] {
  const kept = resources.filter(({ type }) => keptTypes.includes(type));
  return kept
    .map((each) => ({ urn: each.urn, identity: identityOf(each) }))
    .sort((a, b) => (a.urn < b.urn ? -1 : 1));
}

/** What the released resources would lose in this recording, in words; empty when nothing. */
export function losses(released: readonly Kept[], { resources }: Pick<Recording, "resources">) {
  return released.flatMap(({ urn, identity }) => {
    const today = resources.find((each) => each.urn === urn || each.aliases.includes(urn));
    if (today === undefined) return [`${urn} is gone: give its successor an alias`];
    const [before, after] = [identity, identityOf(today)].map((each) => JSON.stringify(each));
    return before === after ? [] : [`${urn} would be replaced: ${before} became ${after}`];
  });
}

/** What this recording has and nothing guards yet: a later version could rename it unnoticed. */
export function unguarded(released: readonly Kept[], { resources }: Pick<Recording, "resources">) {
  const known = new Set(released.map(({ urn }) => urn));
  return resources
    .filter(({ type }) => keptTypes.includes(type))
    .filter(({ urn, aliases }) => ![urn, ...aliases].some((each) => known.has(each)))
    .map(({ urn }) => `${urn} is new: run node pulumi/names/write-released.ts`);
}

/** The inputs that force a replacement; of a table's key the type as well. */
function identityOf({ type, props }: RecordedResource): Record<string, unknown> {
  const inputs = [...(replacingInputs[type] ?? []), "attributes"].filter((each) => each in props);
  return Object.fromEntries(inputs.map((input) => [input, props[input]]));
}
