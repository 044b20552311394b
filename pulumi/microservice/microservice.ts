import * as pulumi from "@pulumi/pulumi";
import {
  container,
  containerEnvironment,
  containerSecrets,
  deployedRateLimits,
  type ServiceContract,
  type ServiceName,
  type TableAction,
} from "../../shared/contract.ts";
import { cpuAlarm, healthAlarms, logAlarm, trafficAlarms } from "../alarms/alarms.ts";
import type { AlarmScope } from "../alarms/alarm.ts";
import type { Alerts } from "../alarms/alerts.ts";
import {
  commonSignals,
  countLines,
  failures,
  type LogMetricArgs,
  ownSignals,
} from "../alarms/log-metrics.ts";
import { saveLogQueries } from "../alarms/log-queries.ts";
import type { Cluster } from "../cluster.ts";
import type { Config } from "../config/parse.ts";
import type { Statement } from "../policy-document.ts";
import { collectorEndpoint, traceGrant } from "./collector.ts";
import { execWritable, serviceHealthCommand } from "./container.ts";
import type { Watched } from "../alarms/dashboard.ts";
import type { Data } from "../data/tables.ts";
import { fargateService } from "./fargate-service.ts";
import { execGrant, tableGrant } from "./grants.ts";
import { Image } from "./image.ts";
import type { Ingress } from "../ingress/ingress.ts";
import type { Network } from "../network/network.ts";
import { ListenerRules } from "./listener-rules.ts";
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
  tokenKey: Secret;
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
  /** Name of the log group. */
  readonly logGroup: pulumi.Output<string>;
  /** For the dashboard. */
  readonly watched: pulumi.Output<Watched>;

  constructor(name: ServiceName, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Microservice", name, {}, opts);
    const { contract, options, platform } = args;
    const { config, network, cluster } = platform;
    const parent = { parent: this };

    this.image = new Image(name, { config, build: buildOf(name) }, parent);
    const task = new Task(name, taskArgs(this.image, args), parent);
    const rules = { ...platform, ...listenerRulesArgs(contract) };
    const listenerRules = new ListenerRules(name, rules, parent);

    const scope = platform.alerts.scope(name, this);
    const { dimensions } = listenerRules.metrics;
    const logged = { deployment: config.name, logGroup: task.logGroup, parent: this };
    this.logGroup = task.logGroup.name;
    saveLogQueries(name, logged);
    const failed = countLines(name, failures, logged);
    const traffic = { thresholds: config.alarms, dimensions, failures: failed };
    const alarms = trafficAlarms(scope, traffic);
    const service = fargateService(
      name,
      {
        cluster,
        network,
        securityGroup: cluster.securityGroup,
        task,
        listenerRules,
        strategies: cluster.strategies,
        initialTasks: options.tasks.min,
        deploymentPercent: { min: 100, max: 200 },
        rollbackAlarms: [alarms.errors, alarms.latency],
        exec: config.cluster.exec,
        tags: { Service: name, Metrics: "scrape" },
      },
      this,
    );
    healthAlarms(scope, { dimensions, service, mayRest: mayRest(options) });
    const tasks = { ClusterName: cluster.clusterName, ServiceName: service.name };
    cpuAlarm(scope, { cpuPercent: config.alarms.cpuPercent, dimensions: tasks });
    new Scaling(
      name,
      {
        cluster,
        service,
        tasks: options.tasks,
        policies: options.scaling,
        source: sourceOf(listenerRules, args),
      },
      parent,
    );

    this.url = pulumi.interpolate`${platform.ingress.url}/${name}`;
    this.watched = pulumi.output({
      name,
      cluster: cluster.clusterName,
      service: service.name,
      loadBalancer: dimensions.LoadBalancer,
      targetGroup: dimensions.TargetGroup,
      logGroup: this.logGroup,
      signals: watchSignals(scope, contract, logged),
    });
    this.registerOutputs({ url: this.url });
  }
}

/** @returns the names of the metrics, for the dashboard */
function watchSignals(
  scope: AlarmScope,
  { signals = [] }: ServiceContract,
  logged: LogMetricArgs,
): string[] {
  const watched = [...commonSignals, ...signals.map((signal) => ownSignals[signal])];
  return watched.map((signal) => {
    const metric = countLines(scope.name, signal, logged);
    logAlarm(scope, { ...signal, metric });
    return metric.metricName;
  });
}

/** Where the scaling policies find what they steer by. */
function sourceOf({ metrics }: ListenerRules, { contract, platform }: MicroserviceArgs) {
  return { ...metrics, metric: contract.scalingMetric, deployment: platform.config.name };
}

function buildOf(name: ServiceName) {
  return { context: "..", dockerfile: "../services/Dockerfile", args: { SERVICE: name } };
}

function listenerRulesArgs({ rules }: ServiceContract) {
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
  const { config, data, cache, apiKey, tokenKey } = platform;
  const publishesMetric = options.scaling.some(({ kind }) => kind === "metric");
  const set = data.tableNames.apply((tableNames) =>
    containerEnvironment(contract, {
      region: config.region,
      tableNames,
      isRedisCluster: cache?.isCluster,
      trustedHops: 1,
      drainSeconds: container.drainSeconds,
      deployment: config.name,
      publishesMetric,
      traces: config.tracing && {
        endpoint: config.tracing.endpoint ?? collectorEndpoint,
        percent: config.tracing.percent,
      },
    }),
  );
  const collectorImage = config.tracing?.image;
  return {
    config,
    image,
    size: options.size,
    container: {
      port: container.port,
      user: "1000:1000",
      healthCommand: serviceHealthCommand,
      writable: config.cluster.exec ? execWritable : [],
    },
    environment: set.apply((own) => ({
      ...deployedRateLimits,
      ...options.environment,
      ...own,
    })),
    secrets: containerSecrets(contract, {
      redisUrl: cache?.url,
      apiKeys: apiKey,
      tokenKeys: tokenKey,
    }),
    collectorImage,
    grants: [
      ...grantsOf(contract, data),
      ...(collectorImage === undefined ? [] : [traceGrant<pulumi.Input<string>>()]),
      ...(config.cluster.exec ? [execGrant<pulumi.Input<string>>()] : []),
    ],
  };
}

/** Whether its bounds let it stand without any task. */
function mayRest({ tasks, scaling }: MicroserviceArgs["options"]): boolean {
  const fewest = scaling.map((policy) => (policy.kind === "schedule" ? policy.min : tasks.min));
  return Math.min(tasks.min, ...fewest) === 0;
}

function grantsOf(contract: ServiceContract, { tables }: Data): Statement<pulumi.Input<string>>[] {
  const touched = Object.entries(contract.tables) as [
    keyof typeof tables,
    readonly TableAction[],
  ][];
  return touched.map(([table, actions]) => tableGrant(tables[table].arn, actions));
}
