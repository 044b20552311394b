import type { RecordedResource, Recording } from "../offline/recording.ts";

/** Types whose replacement loses data or an address → the inputs that force one. */
const identities: Readonly<Record<string, readonly string[]>> = {
  "aws:dynamodb/table:Table": ["hashKey", "attributes"],
  "aws:ecr/repository:Repository": ["name", "encryptionConfigurations"],
  "aws:elasticache/replicationGroup:ReplicationGroup": ["port", "atRestEncryptionEnabled"],
  "aws:lb/loadBalancer:LoadBalancer": ["loadBalancerType", "name"],
};

/** What a later version of the program must keep: its URN, and what it is. */
export interface Kept {
  urn: string;
  identity: Record<string, unknown>;
}

export function keptResources({ resources }: Pick<Recording, "resources">): Kept[] {
  const kept = resources.filter(({ type }) => type in identities);
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

function identityOf({ type, props }: RecordedResource): Record<string, unknown> {
  const inputs = identities[type] ?? [];
  return Object.fromEntries(inputs.map((input) => [input, props[input]]));
}
