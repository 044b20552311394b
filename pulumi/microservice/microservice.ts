import * as pulumi from "@pulumi/pulumi";
import {
  container,
  containerEnvironment,
  containerSecrets,
  type ServiceContract,
  type ServiceName,
  type TableAction,
} from "../../shared/contract.ts";
import { cpuAlarm, trafficAlarms } from "../alarms/alarms.ts";
import type { Alerts } from "../alarms/alerts.ts";
import type { Cluster } from "../cluster.ts";
import type { Config } from "../config/parse.ts";
import { serviceHealthCommand } from "./container.ts";
import type { Watched } from "../alarms/dashboard.ts";
import type { Data } from "../data/tables.ts";
import { fargateService } from "./fargate-service.ts";
import { tableGrant } from "./grants.ts";
import { Image } from "./image.ts";
import type { Ingress } from "../ingress/ingress.ts";
import type { Network } from "../network/network.ts";
import { Route } from "./listener-rule.ts";
import { Scaling } from "../scaling/scaling.ts";
import type { Secret } from "../data/secret.ts";
import { Task } from "./task.ts";
import type { Valkey } from "../data/valkey.ts";

/** What every service of the deployment shares. */
export interface Platform {
  config: Config;
  network: Network;
  ingress: Ingress;
  cluster: Cluster;
  alerts: Alerts;
  data: Data;
  cache: Valkey | undefined;
  apiKey: Secret;
}

export interface MicroserviceArgs {
  contract: ServiceContract;
  options: Config["services"][ServiceName];
  platform: Platform;
}

/** One service of the contract, from its image to its alarms. Its folder bears the same name. */
export class Microservice extends pulumi.ComponentResource {
  readonly url: pulumi.Output<string>;
  readonly image: Image;
  /** For the dashboard. */
  readonly watched: pulumi.Output<Watched>;

  constructor(name: ServiceName, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Microservice", name, {}, opts);
    const { contract, options, platform } = args;
    const { config, network, ingress, cluster, alerts } = platform;
    const parent = { parent: this };

    this.image = new Image(name, { config, build: buildOf(name) }, parent);
    const task = new Task(name, taskArgs(this.image, args), parent);
    const route = new Route(name, { ...routeArgs(contract), network, ingress }, parent);

    const scope = { name, alerts, parent: this };
    const alarms = trafficAlarms(scope, route.metrics.dimensions);
    const service = fargateService(
      name,
      {
        cluster,
        network,
        firewall: cluster.firewall,
        task,
        route,
        strategies: cluster.strategies,
        initialTasks: options.tasks.min,
        deploymentPercent: { min: 100, max: 200 },
        rollbackAlarms: [alarms.errors, alarms.latency],
        tags: { Service: name, Metrics: "scrape" },
      },
      this,
    );
    cpuAlarm(scope, { ClusterName: cluster.clusterName, ServiceName: service.name });
    new Scaling(
      name,
      {
        cluster,
        service,
        tasks: options.tasks,
        policies: options.scaling,
        source: { ...route.metrics, metric: contract.scalingMetric, deployment: config.name },
      },
      parent,
    );

    this.url = pulumi.interpolate`${ingress.url}/${name}`;
    this.watched = pulumi.output({
      name,
      cluster: cluster.clusterName,
      service: service.name,
      loadBalancer: route.metrics.dimensions.LoadBalancer,
      targetGroup: route.metrics.dimensions.TargetGroup,
    });
    this.registerOutputs({ url: this.url });
  }
}

function buildOf(name: ServiceName) {
  return { context: "..", dockerfile: "../services/Dockerfile", args: { SERVICE: name } };
}

function routeArgs({ rules }: ServiceContract) {
  return {
    rules: rules.map(({ paths, priority }) => ({
      priority,
      conditions: [{ pathPattern: { values: [...paths] } }],
    })),
    port: container.port,
    healthPath: container.healthPath,
  };
}

function taskArgs(image: Image, { contract, options, platform }: MicroserviceArgs) {
  const { config, data, cache, apiKey } = platform;
  const publishesMetric = options.scaling.some(({ kind }) => kind === "metric");
  const set = data.tableNames.apply((tableNames) =>
    containerEnvironment(contract, {
      region: config.region,
      tableNames,
      trustedHops: 1,
      drainSeconds: container.drainSeconds,
      publishMetricAs: publishesMetric ? config.name : undefined,
    }),
  );
  return {
    config,
    image,
    size: options.size,
    container: { port: container.port, user: "1000:1000", healthCommand: serviceHealthCommand },
    environment: set.apply((own) => ({ ...options.environment, ...own })),
    secrets: containerSecrets(contract, { redisUrl: cache?.url, apiKeys: apiKey }),
    grants: grantsOf(contract, data),
  };
}

function grantsOf(contract: ServiceContract, { tables }: Data) {
  const touched = Object.entries(contract.tables) as [
    keyof typeof tables,
    readonly TableAction[],
  ][];
  return touched.map(([table, actions]) => tableGrant(tables[table].arn, actions));
}
