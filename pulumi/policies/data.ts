import { type Resource, type ResourceRule, stackOf, type StackRule, unless } from "./rule.ts";

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
  "aws:s3/bucketPolicy:BucketPolicy",
];

export const privateBuckets: StackRule = {
  name: "private-buckets",
  description: "Every bucket is encrypted, refuses to become public, and has a policy.",
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

export const protectedInProd: ResourceRule = {
  name: "protected-in-prod",
  description:
    "In the stack prod, data cannot be deleted by mistake and can be restored, until a farewell.",
  types: [table, valkey, "aws:lb/loadBalancer:LoadBalancer"],
  check(resource) {
    if (stackOf(resource) !== "prod") return [];
    const { type, props } = resource;
    const { Farewell: farewell } = (props["tags"] ?? {}) as Record<string, string>;
    const deletable = "it can be deleted at once; to take it down, set page-services:farewell";
    const mayGo = (guard: string) =>
      unless(props[guard] === true || farewell === stackOf(resource), deletable);
    if (type === table) return [...mayGo("deletionProtectionEnabled"), ...unrestorable(props)];
    if (type === valkey) return unprotectedCache(props);
    return mayGo("enableDeletionProtection");
  },
};

function unrestorable(props: Resource["props"]): string[] {
  const recovery = props["pointInTimeRecovery"] as { enabled?: boolean } | undefined;
  return unless(recovery?.enabled === true, "it cannot be restored to a point in time");
}

function unprotectedCache(props: Resource["props"]): string[] {
  return [
    ...unless(Number(props["snapshotRetentionLimit"] ?? 0) > 0, "it keeps no snapshots"),
    ...unless(props["automaticFailoverEnabled"] === true, "it has no failover"),
  ];
}

export const tlsOnlyBuckets: ResourceRule = {
  name: "tls-only-buckets",
  description: "A bucket refuses requests without TLS.",
  types: ["aws:s3/bucketPolicy:BucketPolicy"],
  check({ props }) {
    const { Statement } = JSON.parse(String(props["policy"])) as {
      Statement: { Effect: string; Condition?: { Bool?: Record<string, unknown> } }[];
    };
    const refusal = Statement.find(
      ({ Effect, Condition }) =>
        Effect === "Deny" && String(Condition?.Bool?.["aws:SecureTransport"]) === "false",
    );
    return unless(refusal !== undefined, "it answers without TLS");
  },
};

export const rotatedKeys: ResourceRule = {
  name: "rotated-keys",
  description: "A key of one's own is rotated; AWS rotates its own.",
  types: ["aws:kms/key:Key"],
  check({ props }) {
    return unless(props["enableKeyRotation"] === true, "it is never rotated");
  },
};
