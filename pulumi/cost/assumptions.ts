export const hoursPerMonth = 730;

/** What an almost idle stack uses in a month. Whoever has more traffic multiplies. */
export const quietMonth = {
  /** Mean capacity units of the load balancer. */
  loadBalancerUnits: 0.1,
  /** From the load balancer to the internet. */
  internetGb: 10,
  /** Through each NAT gateway. */
  natGb: 5,
  /** Through all interface endpoints of the VPC together. */
  interfaceEndpointGb: 5,
  wafMillionRequests: 1,
  /** Of each table. */
  tableMillionWrites: 1,
  tableMillionReads: 1,
  tableGb: 1,
  /** Of each log group. */
  logGb: 1,
  /** Of each repository, each bucket, and each day's snapshot that is kept. */
  repositoryGb: 1,
  bucketGb: 1,
  snapshotGb: 0.1,
  /**
   * Metrics that Container Insights writes for each service, its share of the cluster's included.
   * `enhanced` writes more of them at a lower price each: take this as a guess.
   */
  insightsMetricsPerService: 16,
} as const;
