import type { RecordedResource } from "../offline/recording.ts";
import { hoursPerMonth as hours, quietMonth } from "./assumptions.ts";
import { fixed, usage, type Charge } from "./charge.ts";
import { fargateHours } from "./fargate.ts";
import type { Prices } from "./prices.ts";

/** What a resource is judged by besides itself. */
export interface Stack {
  prices: Prices;
  resources: readonly RecordedResource[];
}

type Pricing = (resource: RecordedResource, stack: Stack) => Charge[];

const natGateways: Record<string, (zones: number) => number> = {
  OnePerAz: (zones) => zones,
  Single: () => 1,
  None: () => 0,
};

const network: Pricing = ({ props }, { prices }) => {
  const zones = Number(props["numberOfAvailabilityZones"]);
  const { strategy } = props["natGateways"] as { strategy: string };
  const gateways = natGateways[strategy]?.(zones) ?? zones;
  const specs = props["vpcEndpointSpecs"] as { vpcEndpointType?: string }[];
  const interfaces = specs.filter((spec) => spec.vpcEndpointType === "Interface").length * zones;
  const endpointGb = interfaces === 0 ? 0 : quietMonth.interfaceEndpointGb;
  return [
    fixed("NAT gateways", [gateways * hours, "hour"], prices.natHour),
    usage("NAT gateways", [gateways * quietMonth.natGb, "GB"], prices.natGb),
    fixed("public IPv4 addresses", [gateways * hours, "hour"], prices.publicIpv4Hour),
    fixed("interface endpoints", [interfaces * hours, "hour"], prices.interfaceEndpointHour),
    usage("interface endpoints", [endpointGb, "GB"], prices.interfaceEndpointGb),
  ];
};

const loadBalancer: Pricing = ({ props }, { prices }) => {
  const addresses = (props["subnets"] as unknown[]).length;
  const units = quietMonth.loadBalancerUnits * hours;
  return [
    fixed("load balancer", [hours, "hour"], prices.loadBalancerHour),
    usage("load balancer", [units, "capacity unit hour"], prices.loadBalancerUnitHour),
    usage("load balancer", [quietMonth.internetGb, "GB to the internet"], prices.internetGb),
    fixed("public IPv4 addresses", [addresses * hours, "hour"], prices.publicIpv4Hour),
  ];
};

const service: Pricing = (resource, { prices, resources }) => {
  const { architecture, ...time } = fargateHours(resource, resources);
  const { vcpuHour, gbHour } = prices.fargate[architecture];
  return [
    fixed("Fargate", [time.onDemand.vcpuHours, "vCPU hour"], vcpuHour),
    fixed("Fargate", [time.onDemand.gbHours, "GB hour"], gbHour),
    fixed("Fargate", [time.spot.vcpuHours, "Spot vCPU hour"], vcpuHour * prices.spotShare),
    fixed("Fargate", [time.spot.gbHours, "Spot GB hour"], gbHour * prices.spotShare),
  ];
};

/** A service that writes its own metric to the log pays for it as for any custom metric. */
const taskDefinition: Pricing = ({ props }, { prices }) => {
  const own = /"EMBEDDED_METRICS","value":"on"/.test(String(props["containerDefinitions"]));
  return [fixed("custom metrics", [own ? 1 : 0, "metric"], prices.customMetricMonth)];
};

const cluster: Pricing = ({ props }, { prices, resources }) => {
  const settings = props["settings"] as { value: string }[] | undefined;
  const on = settings?.some(({ value }) => value !== "disabled") === true;
  const services = resources.filter(({ type }) => type === "aws:ecs/service:Service").length;
  const metrics = on ? services * quietMonth.insightsMetricsPerService : 0;
  return [usage("Container Insights", [metrics, "metric"], prices.customMetricMonth)];
};

const valkey: Pricing = ({ props }, { prices }) => {
  const type = String(props["nodeType"]);
  const nodeHour = prices.valkeyNodeHour[type];
  if (nodeHour === undefined)
    throw new Error(`There is no price for ${type}: add it to pulumi/cost/prices.ts.`);
  const shards = Number(props["numNodeGroups"] ?? 1);
  const nodesPerShard =
    props["numNodeGroups"] === undefined
      ? Number(props["numCacheClusters"])
      : 1 + Number(props["replicasPerNodeGroup"]);
  // One snapshot is included.
  const snapshots = Math.max(0, Number(props["snapshotRetentionLimit"] ?? 0) - 1);
  return [
    fixed("Valkey", [shards * nodesPerShard * hours, `${type} hour`], nodeHour),
    usage(
      "Valkey",
      [snapshots * quietMonth.snapshotGb, "GB of snapshots"],
      prices.valkeySnapshotGb,
    ),
  ];
};

const table: Pricing = ({ props }, { prices }) => {
  const recovery = props["pointInTimeRecovery"] as { enabled?: boolean } | undefined;
  const backupGb = recovery?.enabled === true ? quietMonth.tableGb : 0;
  return [
    usage("DynamoDB", [quietMonth.tableMillionWrites, "million writes"], prices.tableMillionWrites),
    usage("DynamoDB", [quietMonth.tableMillionReads, "million reads"], prices.tableMillionReads),
    usage("DynamoDB", [quietMonth.tableGb, "GB"], prices.tableGb),
    usage("DynamoDB", [backupGb, "GB of backups"], prices.tableBackupGb),
  ];
};

const webAcl: Pricing = ({ props }, { prices }) => [
  fixed("WAF", [1, "list"], prices.wafAclMonth),
  fixed("WAF", [(props["rules"] as unknown[]).length, "rule"], prices.wafRuleMonth),
  usage("WAF", [quietMonth.wafMillionRequests, "million requests"], prices.wafMillionRequests),
];

/** An alarm is paid for each metric that it looks at. */
const alarm: Pricing = ({ props }, { prices }) => {
  const queries = (props["metricQueries"] ?? []) as { metric?: unknown }[];
  const metrics = queries.filter(({ metric }) => metric !== undefined).length;
  return [fixed("alarms", [Math.max(1, metrics), "alarm metric"], prices.alarmMonth)];
};

/** Target tracking creates an alarm for each direction; step scaling has its alarms in the program. */
const scalingPolicy: Pricing = ({ props }, { prices }) => {
  const alarms = props["policyType"] === "TargetTrackingScaling" ? 2 : 0;
  return [fixed("alarms", [alarms, "alarm metric"], prices.alarmMonth)];
};

/** The types that cost something, in the order of the table. */
export const pricings: Readonly<Record<string, Pricing>> = {
  "awsx:ec2:Vpc": network,
  "aws:lb/loadBalancer:LoadBalancer": loadBalancer,
  "aws:ecs/service:Service": service,
  "aws:elasticache/replicationGroup:ReplicationGroup": valkey,
  "aws:wafv2/webAcl:WebAcl": webAcl,
  "aws:secretsmanager/secret:Secret": (_, { prices }) => [
    fixed("secrets", [1, "secret"], prices.secretMonth),
  ],
  "aws:cloudwatch/metricAlarm:MetricAlarm": alarm,
  "aws:route53/healthCheck:HealthCheck": ({ props }, { prices }) => [
    fixed("outside check", [1, "health check"], prices.healthCheckMonth),
    // HTTPS is an optional feature with a price of its own.
    fixed(
      "outside check",
      [props["type"] === "HTTPS" ? 1 : 0, "option"],
      prices.healthCheckOptionMonth,
    ),
  ],
  "aws:cloudwatch/logMetricFilter:LogMetricFilter": (_, { prices }) => [
    fixed("failures", [1, "metric"], prices.customMetricMonth),
  ],
  "aws:appautoscaling/policy:Policy": scalingPolicy,
  "aws:cloudwatch/dashboard:Dashboard": (_, { prices }) => [
    fixed("dashboard", [1, "dashboard"], prices.dashboardMonth),
  ],
  "aws:ecs/taskDefinition:TaskDefinition": taskDefinition,
  "aws:ecs/cluster:Cluster": cluster,
  "aws:dynamodb/table:Table": table,
  "aws:cloudwatch/logGroup:LogGroup": (_, { prices }) => [
    usage("logs", [quietMonth.logGb, "GB"], prices.logGb),
  ],
  "aws:ecr/repository:Repository": (_, { prices }) => [
    usage("images", [quietMonth.repositoryGb, "GB"], prices.repositoryGb),
  ],
  "aws:s3/bucket:Bucket": (_, { prices }) => [
    usage("access logs", [quietMonth.bucketGb, "GB"], prices.bucketGb),
  ],
};
