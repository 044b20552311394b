import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { cacheMemoryAlarm } from "../alarms/alarms.ts";
import type { Alerts } from "../alarms/alerts.ts";
import type { Cluster } from "../cluster.ts";
import type { Config } from "../config/parse.ts";
import { SecurityGroup } from "../network/security-group.ts";
import type { Network } from "../network/network.ts";
import { Secret } from "./secret.ts";

export interface ValkeyArgs {
  config: Pick<Config, "data" | "protect" | "farewellTag" | "alarms">;
  network: Network;
  /** Whose tasks may reach it. */
  cluster: Cluster;
  alerts: Alerts;
}

const valkeyPort = 6379;

type Shape = Pick<Config["data"]["valkey"], "clusterMode" | "shards" | "replicas">;

/** Valkey behind TLS and a password; with replicas it fails over by itself. */
export class Valkey extends pulumi.ComponentResource {
  /** `rediss://…`, with the password in it. */
  readonly url: Secret;
  /** The services speak the protocol of a cluster to it. */
  readonly isCluster: boolean;

  constructor(name: string, args: ValkeyArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Valkey", name, {}, opts);
    const { network, cluster, alerts } = args;
    const { protect, data, alarms } = args.config;

    const securityGroup = new SecurityGroup(
      name,
      { vpcId: network.vpcId, description: "Valkey" },
      { parent: this },
    );
    securityGroup.admit(cluster.securityGroup, valkeyPort);
    const password = new Secret(
      `${name}-password`,
      { description: "Password of Valkey", protect },
      { parent: this },
    );
    this.isCluster = data.valkey.clusterMode !== "off";
    const group = this.#replicationGroup(name, args, { securityGroup, password });
    const host = this.isCluster ? group.configurationEndpointAddress : group.primaryEndpointAddress;
    this.url = new Secret(
      `${name}-url`,
      {
        description: "Where the services find Valkey",
        value: pulumi.interpolate`rediss://:${password.value}@${host}:${valkeyPort}`,
        protect,
      },
      { parent: this },
    );

    for (const [index, cacheNodeId] of nodeIds(group, data.valkey).entries())
      cacheMemoryAlarm(alerts.scope(`${name}-${index + 1}`, this), {
        cacheMemoryPercent: alarms.cacheMemoryPercent,
        cacheNodeId,
      });

    this.registerOutputs({});
  }

  #replicationGroup(
    name: string,
    { config, network }: ValkeyArgs,
    { securityGroup, password }: { securityGroup: SecurityGroup; password: Secret },
  ) {
    const subnets = new aws.elasticache.SubnetGroup(
      name,
      { subnetIds: network.privateSubnetIds },
      { parent: this },
    );
    const { protect, farewellTag } = config;
    const { nodeType, replicas, clusterMode, snapshotDays } = config.data.valkey;
    const replicated = replicas > 0;
    return new aws.elasticache.ReplicationGroup(
      name,
      {
        description: "Counts and cached products",
        engine: "valkey",
        engineVersion: "8.0",
        nodeType,
        port: valkeyPort,
        ...shape(config.data.valkey),
        // AWS demands it of a cluster even where there is nothing to fail over to.
        automaticFailoverEnabled: replicated || clusterMode === "on",
        multiAzEnabled: replicated,
        subnetGroupName: subnets.name,
        securityGroupIds: [securityGroup.groupId],
        transitEncryptionEnabled: true,
        atRestEncryptionEnabled: true,
        authToken: password.value,
        snapshotRetentionLimit: snapshotDays,
        applyImmediately: !protect,
        tags: farewellTag,
        ...(protect && { finalSnapshotIdentifier: pulumi.interpolate`${subnets.name}-final` }),
      },
      { parent: this, protect },
    );
  }
}

/** Nodes and cluster mode; a group without shards is described as it was before there were any. */
function shape({ clusterMode, shards, replicas }: Shape) {
  if (clusterMode === "off") return { numCacheClusters: 1 + replicas };
  const mode = { parameterGroupName: "default.valkey8.cluster.on" };
  if (clusterMode === "compatible") return { ...mode, clusterMode, numCacheClusters: 1 + replicas };
  const groups = { numNodeGroups: shards, replicasPerNodeGroup: replicas };
  return { ...mode, clusterMode: "enabled", ...groups };
}

/** As metrics know them. A group that became a cluster keeps its first names, so AWS is asked. */
function nodeIds(
  { replicationGroupId, memberClusters }: aws.elasticache.ReplicationGroup,
  { clusterMode, shards, replicas }: Shape,
): pulumi.Output<string>[] {
  return Array.from({ length: shards * (1 + replicas) }, (_, index) =>
    clusterMode === "on"
      ? memberClusters.apply((members) => members.toSorted()[index] ?? "")
      : pulumi.interpolate`${replicationGroupId}-00${index + 1}`,
  );
}
