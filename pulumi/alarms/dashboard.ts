import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { insightsUrl, logQueries } from "./log-queries.ts";

/** One service by the names under which CloudWatch knows it. */
export interface Watched {
  name: string;
  cluster: string;
  service: string;
  loadBalancer: string;
  targetGroup: string;
  logGroup: string;
  /** Metrics of what its log tells. */
  signals: readonly string[];
}

export interface DashboardArgs {
  /** Unique in the account: dashboards belong to no region. */
  dashboardName: string;
  region: string;
  services: pulumi.Input<Watched>[];
}

/** One page with what the services do: a row each, users' view on the left, tasks on the right. */
export class Dashboard extends pulumi.ComponentResource {
  readonly url: string;

  constructor(name: string, args: DashboardArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Dashboard", name, {}, opts);
    const { region, dashboardName } = args;

    const body = pulumi.all(args.services).apply((all) => dashboardBody(region, all));
    new aws.cloudwatch.Dashboard(
      name,
      { dashboardName, dashboardBody: body.apply((each) => JSON.stringify(each)) },
      { parent: this },
    );

    const home = `https://${region}.console.aws.amazon.com/cloudwatch/home?region=${region}`;
    this.url = `${home}#dashboards/dashboard/${dashboardName}`;
    this.registerOutputs({ url: this.url });
  }
}

const width = 8;
const height = 6;
/** Of the line of links above. */
const linksHeight = 2;

/** The widgets in rows of three, one row a service, below the ways into its log. */
export function dashboardBody(region: string, services: readonly Watched[]) {
  const links = {
    ...{ type: "text", x: 0, y: 0, width: 3 * width, height: linksHeight },
    properties: { markdown: services.map((service) => logLinks(region, service)).join("  \n") },
  };
  const rows = services.map((service) => [traffic(service), latency(service), tasks(service)]);
  const widgets = rows.flatMap((row, y) =>
    row.map((properties, x) => ({
      type: "metric",
      x: x * width,
      y: linksHeight + y * height,
      width,
      height,
      properties: { region, view: "timeSeries", period: 60, ...properties },
    })),
  );
  return { widgets: [links, ...widgets] };
}

function logLinks(region: string, { name, logGroup }: Watched): string {
  const links = Object.entries(logQueries).map(
    ([about, query]) => `[${about}](${insightsUrl(region, logGroup, query)})`,
  );
  return `**Log of ${name}**: ${links.join(" · ")}`;
}

function traffic({ name, loadBalancer, targetGroup, signals }: Watched) {
  const on = ["LoadBalancer", loadBalancer, "TargetGroup", targetGroup];
  const metrics = ["RequestCount", "HTTPCode_Target_4XX_Count", "HTTPCode_Target_5XX_Count"];
  return {
    title: `${name}: requests a minute`,
    stat: "Sum",
    metrics: [
      ...metrics.map((metric) => ["AWS/ApplicationELB", metric, ...on]),
      ...signals.map((signal) => ["PageServices", signal]),
    ],
  };
}

function latency({ name, loadBalancer, targetGroup }: Watched) {
  const on = ["LoadBalancer", loadBalancer, "TargetGroup", targetGroup];
  return {
    title: `${name}: response time, seconds`,
    metrics: ["p50", "p95", "p99"].map((stat) => [
      "AWS/ApplicationELB",
      "TargetResponseTime",
      ...on,
      { stat, label: stat },
    ]),
  };
}

function tasks({ name, cluster, service, loadBalancer, targetGroup }: Watched) {
  const of = ["ClusterName", cluster, "ServiceName", service];
  const on = ["LoadBalancer", loadBalancer, "TargetGroup", targetGroup];
  return {
    title: `${name}: CPU and memory in percent, healthy tasks`,
    stat: "Average",
    metrics: [
      ["AWS/ECS", "CPUUtilization", ...of],
      ["AWS/ECS", "MemoryUtilization", ...of],
      ["AWS/ApplicationELB", "HealthyHostCount", ...on, { yAxis: "right" }],
    ],
  };
}
