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

/** Valkey behind TLS and a password; with replicas it fails over by itself. */
export class Valkey extends pulumi.ComponentResource {
  /** `rediss://…`, with the password in it. */
  readonly url: Secret;

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
    const group = this.#replicationGroup(name, args, { securityGroup, password });
    this.url = new Secret(
      `${name}-url`,
      {
        description: "Where the services find Valkey",
        value: pulumi.interpolate`rediss://:${password.value}@${group.primaryEndpointAddress}:${valkeyPort}`,
        protect,
      },
      { parent: this },
    );

    for (let node = 1; node <= 1 + data.valkey.replicas; node += 1)
      cacheMemoryAlarm(alerts.scope(`${name}-${node}`, this), {
        cacheMemoryPercent: alarms.cacheMemoryPercent,
        cacheNodeId: pulumi.interpolate`${group.replicationGroupId}-00${node}`,
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
    const { nodeType, replicas, snapshotDays } = config.data.valkey;
    const replicated = replicas > 0;
    return new aws.elasticache.ReplicationGroup(
      name,
      {
        description: "Counts and cached products",
        engine: "valkey",
        engineVersion: "8.0",
        nodeType,
        port: valkeyPort,
        numCacheClusters: 1 + replicas,
        automaticFailoverEnabled: replicated,
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
