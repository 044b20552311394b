import { type Resource, type ResourceRule, type StackRule, unless } from "./rule.ts";

const table = "aws:dynamodb/table:Table";
const valkey = "aws:elasticache/replicationGroup:ReplicationGroup";
const bucket = "aws:s3/bucket:Bucket";

export const encrypted: ResourceRule = {
  name: "encrypted",
  description: "Tables and caches are encrypted, at rest and on the way.",
  types: [table, valkey],
  check({ type, props }) {
    if (type === table) {
      const encryption = props["serverSideEncryption"] as { enabled?: boolean } | undefined;
      return unless(encryption?.enabled === true, "its encryption at rest is off");
    }
    return [
      ...unless(props["atRestEncryptionEnabled"] === true, "its encryption at rest is off"),
      ...unless(props["transitEncryptionEnabled"] === true, "it speaks without TLS"),
      ...unless(props["authToken"] !== undefined, "it asks for no password"),
    ];
  },
};

/** What each bucket needs beside it, under the same name. */
const companions = [
  "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
  "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
];

export const privateBuckets: StackRule = {
  name: "private-buckets",
  description: "Every bucket is encrypted and refuses to become public.",
  checkAll(resources) {
    const names = (wanted: string) =>
      new Set(resources.filter(({ type }) => type === wanted).map(({ name }) => name));
    return companions.flatMap((companion) => {
      const covered = names(companion);
      const bare = resources.filter(({ type, name }) => type === bucket && !covered.has(name));
      return bare.map(({ urn }) => ({ urn, message: `it has no ${companion.split(":").at(-1)}` }));
    });
  },
};

/** The second part of a URN: `urn:pulumi:<stack>::…`. */
function stackOf({ urn }: Resource): string | undefined {
  return urn.split(":")[2];
}

export const protectedInProd: ResourceRule = {
  name: "protected-in-prod",
  description: "In the stack prod, data cannot be deleted by mistake and can be restored.",
  types: [table, valkey, "aws:lb/loadBalancer:LoadBalancer"],
  check(resource) {
    if (stackOf(resource) !== "prod") return [];
    const { type, props } = resource;
    if (type === table) return unprotectedTable(props);
    if (type === valkey) return unprotectedCache(props);
    return unless(props["enableDeletionProtection"] === true, "it can be deleted at once");
  },
};

function unprotectedTable(props: Resource["props"]): string[] {
  const recovery = props["pointInTimeRecovery"] as { enabled?: boolean } | undefined;
  return [
    ...unless(props["deletionProtectionEnabled"] === true, "it can be deleted at once"),
    ...unless(recovery?.enabled === true, "it cannot be restored to a point in time"),
  ];
}

function unprotectedCache(props: Resource["props"]): string[] {
  return [
    ...unless(Number(props["snapshotRetentionLimit"] ?? 0) > 0, "it keeps no snapshots"),
    ...unless(props["automaticFailoverEnabled"] === true, "it has no failover"),
  ];
}
