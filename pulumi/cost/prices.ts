/** List prices of one region in US dollars. An hour, a GB or a month is one of what the name says. */
export interface Prices {
  fargate: Record<"ARM64" | "X86_64", { vcpuHour: number; gbHour: number }>;
  /** Share of the On-Demand price that Spot costs. It moves from day to day: an estimate. */
  spotShare: number;
  natHour: number;
  natGb: number;
  interfaceEndpointHour: number;
  interfaceEndpointGb: number;
  publicIpv4Hour: number;
  loadBalancerHour: number;
  loadBalancerUnitHour: number;
  internetGb: number;
  wafAclMonth: number;
  wafRuleMonth: number;
  wafMillionRequests: number;
  /**
   * One node of Valkey, by type. Those of `m7g.large` and `r7g.large` are from memory, 2026-11: nobody
   * has compared them with the pricing page yet.
   */
  valkeyNodeHour: Record<string, number>;
  valkeySnapshotGb: number;
  tableMillionWrites: number;
  tableMillionReads: number;
  tableGb: number;
  tableBackupGb: number;
  secretMonth: number;
  alarmMonth: number;
  dashboardMonth: number;
  customMetricMonth: number;
  /** Of an endpoint on AWS; an option is TLS. */
  healthCheckMonth: number;
  healthCheckOptionMonth: number;
  logGb: number;
  bucketGb: number;
  repositoryGb: number;
}

/** Where the numbers come from. No program reads them: check them when the month is old. */
export const priceList = {
  asOf: "2026-11",
  source: "AWS' On-Demand list prices, entered by hand, without tax, discounts and free tiers",
  /** The pricing pages to compare them with. */
  pages:
    "VPC, Elastic Load Balancing, Fargate, ElastiCache, WAF, Secrets Manager, CloudWatch, " +
    "DynamoDB, ECR, Route 53 and S3",
} as const;

const everywhere = {
  fargate: {
    ARM64: { vcpuHour: 0.03238, gbHour: 0.00356 },
    X86_64: { vcpuHour: 0.04048, gbHour: 0.004445 },
  },
  spotShare: 0.3,
  interfaceEndpointGb: 0.01,
  publicIpv4Hour: 0.005,
  loadBalancerUnitHour: 0.008,
  internetGb: 0.09,
  wafAclMonth: 5,
  wafRuleMonth: 1,
  wafMillionRequests: 0.6,
  valkeySnapshotGb: 0.085,
  secretMonth: 0.4,
  alarmMonth: 0.1,
  dashboardMonth: 3,
  customMetricMonth: 0.3,
  healthCheckMonth: 0.5,
  healthCheckOptionMonth: 1,
  bucketGb: 0.023,
  repositoryGb: 0.1,
};

export const pricesByRegion: Readonly<Record<string, Prices>> = {
  "us-east-1": {
    ...everywhere,
    natHour: 0.045,
    natGb: 0.045,
    interfaceEndpointHour: 0.01,
    loadBalancerHour: 0.0225,
    valkeyNodeHour: {
      "cache.t4g.micro": 0.0128,
      "cache.t4g.small": 0.0256,
      "cache.t4g.medium": 0.052,
      "cache.m7g.large": 0.1264,
      "cache.r7g.large": 0.1752,
    },
    tableMillionWrites: 0.625,
    tableMillionReads: 0.125,
    tableGb: 0.25,
    tableBackupGb: 0.2,
    logGb: 0.5,
  },
  "eu-west-1": {
    ...everywhere,
    natHour: 0.048,
    natGb: 0.048,
    interfaceEndpointHour: 0.011,
    loadBalancerHour: 0.0252,
    valkeyNodeHour: {
      "cache.t4g.micro": 0.0136,
      "cache.t4g.small": 0.0272,
      "cache.t4g.medium": 0.0552,
      "cache.m7g.large": 0.1392,
      "cache.r7g.large": 0.1944,
    },
    tableMillionWrites: 0.705,
    tableMillionReads: 0.141,
    tableGb: 0.283,
    tableBackupGb: 0.226,
    logGb: 0.57,
  },
};
