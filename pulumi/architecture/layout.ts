/** What the picture of the architecture shows, and where: data on a grid of 4 units. */
import { serviceNames, services, tables } from "../../shared/contract.ts";

export const WIDTH = 960;

/** Copies of a part, one a zone, as far as the stack's configuration fixes their number. */
export interface Copies {
  dev: number;
  prod: number;
}

export interface Part {
  kind: "vpc" | "public" | "private" | "group" | "outside" | "edge" | "task" | "store" | "aws";
  /** x, y, width and height. */
  box: readonly [number, number, number, number];
  name: string;
  details?: readonly string[];
  copies?: Copies;
  /** Drawn dashed: prod has it, and dev does not. */
  optional?: true;
  /** What the program registers for it: names and types, as the recorded trees write them. */
  resources: readonly string[];
}

export interface Arrow {
  from: string;
  to: string;
  /** From border to border, in horizontal and vertical lines. */
  path: string;
  /** A part that it passes on its way. */
  through?: string;
  /** The security group rules that open this way. */
  rules?: readonly string[];
}

// Each service is a row: what is below moves down with their number.
const ROW = { top: 440, step: 48 };
const tasksEnd = ROW.top + ROW.step * serviceNames.length + 8;
const vpcEnd = tasksEnd + 32;
export const HEIGHT = vpcEnd + 56;

const vpc = ["network  awsx:ec2:Vpc"];
const cached = serviceNames.filter((name) => services[name].redis);
const tableNames = Object.keys(tables);
const ofEach = (names: readonly string[], type: string) => names.map((name) => `${name}  ${type}`);

/** What contains others stands before them. */
export const parts: Readonly<Record<string, Part>> = {
  users: {
    kind: "outside",
    box: [148, 16, 232, 48],
    name: "Users",
    details: ["browsers, API clients"],
    resources: [],
  },
  checks: {
    kind: "outside",
    box: [504, 16, 152, 48],
    name: "Health checks",
    details: ["of Route 53"],
    optional: true,
    resources: ofEach(serviceNames, "aws:route53:HealthCheck").map((each) =>
      each.replace("  ", "-outside  "),
    ),
  },
  people: {
    kind: "outside",
    box: [728, 16, 208, 48],
    name: "People on call",
    details: ["by mail or pager"],
    optional: true,
    resources: ofEach(["alerts", "alerts-tickets"], "aws:sns:TopicSubscription"),
  },
  waf: {
    kind: "edge",
    box: [148, 104, 232, 56],
    name: "WAF",
    details: ["rate limit, managed rules"],
    optional: true,
    resources: ["waf  aws:wafv2:WebAcl", "waf  aws:wafv2:WebAclAssociation"],
  },
  topics: {
    kind: "aws",
    box: [728, 104, 208, 56],
    name: "SNS topics",
    details: ["page, ticket"],
    resources: ofEach(["alerts", "alerts-tickets"], "aws:sns:Topic"),
  },
  vpc: { kind: "vpc", box: [24, 200, 664, vpcEnd - 200], name: "VPC", resources: vpc },
  publicSubnets: {
    kind: "public",
    box: [40, 236, 632, 124],
    name: "Public subnets",
    resources: vpc,
  },
  balancer: {
    kind: "edge",
    box: [56, 268, 416, 76],
    name: "Application Load Balancer",
    details: ["routes by path to the services"],
    copies: { dev: 2, prod: 3 },
    resources: ["load-balancer  aws:lb:LoadBalancer"],
  },
  nat: {
    kind: "edge",
    box: [504, 268, 152, 76],
    name: "NAT gateways",
    details: ["the way out"],
    copies: { dev: 1, prod: 3 },
    resources: vpc,
  },
  privateSubnets: {
    kind: "private",
    box: [40, 376, 632, tasksEnd - 360],
    name: "Private subnets",
    resources: vpc,
  },
  tasks: {
    kind: "group",
    box: [56, 408, 248, tasksEnd - 408],
    name: "ECS Fargate tasks",
    resources: ["cluster  aws:ecs:Cluster", "tasks  aws:ec2:SecurityGroup"],
  },
  ...Object.fromEntries(serviceNames.map((name, index) => [name, servicePart(name, index)])),
  prometheus: {
    kind: "task",
    box: [328, 408, 144, 76],
    name: "Prometheus",
    details: ["scrapes each 5 s"],
    copies: { dev: 0, prod: 1 },
    optional: true,
    resources: ["prometheus  aws:ecs:Service"],
  },
  cache: {
    kind: "store",
    box: [328, tasksEnd - 76, 144, 76],
    name: "Valkey",
    details: [cached.join(", ")],
    copies: { dev: 1, prod: 2 },
    resources: ["cache  aws:elasticache:ReplicationGroup"],
  },
  endpoint: {
    kind: "edge",
    box: [504, 472, 152, 56],
    name: "Gateway endpoint",
    details: ["past the NAT"],
    resources: vpc,
  },
  apis: { kind: "group", box: [728, 200, 208, 244], name: "AWS APIs", resources: [] },
  watch: {
    kind: "aws",
    box: [744, 236, 176, 56],
    name: "CloudWatch",
    details: ["logs, alarms"],
    resources: [
      ...ofEach(serviceNames, "aws:cloudwatch:LogGroup"),
      "load-balancer-errors  aws:cloudwatch:MetricAlarm",
      "dashboard  aws:cloudwatch:Dashboard",
    ],
  },
  secrets: {
    kind: "aws",
    box: [744, 304, 176, 56],
    name: "Secrets Manager",
    details: ["keys, passwords"],
    resources: ofEach(["api-key", "token-key", "cache-url"], "aws:secretsmanager:Secret"),
  },
  registry: {
    kind: "aws",
    box: [744, 372, 176, 56],
    name: "ECR",
    details: ["images"],
    resources: ofEach(serviceNames, "aws:ecr:Repository"),
  },
  database: {
    kind: "store",
    box: [728, 460, 208, vpcEnd - 460],
    name: "DynamoDB",
    details: tableNames,
    resources: ofEach(tableNames, "aws:dynamodb:Table"),
  },
};

function servicePart(name: string, index: number): Part {
  return {
    kind: "task",
    box: [72, ROW.top + ROW.step * index, 216, 40],
    name,
    copies: { dev: 1, prod: 3 },
    resources: [`${name}  aws:ecs:Service`],
  };
}

const world = ["world-to-load-balancer-80", "world-to-load-balancer-443"];

export const arrows: readonly Arrow[] = [
  { from: "users", to: "balancer", path: "M264 64V268", through: "waf", rules: world },
  { from: "checks", to: "waf", path: "M580 64V132H380" },
  { from: "balancer", to: "tasks", path: "M264 344V408", rules: ["load-balancer-to-tasks"] },
  {
    from: "balancer",
    to: "prometheus",
    path: "M400 344V408",
    rules: ["load-balancer-to-prometheus"],
  },
  { from: "prometheus", to: "tasks", path: "M328 446H304", rules: ["prometheus-to-tasks"] },
  {
    from: "tasks",
    to: "cache",
    path: `M304 ${tasksEnd - 38}H328`,
    rules: ["tasks-to-cache"],
  },
  { from: "tasks", to: "endpoint", path: "M304 500H504", rules: ["tasks-to-apis"] },
  { from: "tasks", to: "nat", path: "M304 500H488V306H504", rules: ["tasks-to-apis"] },
  { from: "prometheus", to: "nat", path: "M472 446H488V306H504", rules: ["prometheus-to-apis"] },
  { from: "nat", to: "apis", path: "M656 306H728" },
  { from: "endpoint", to: "database", path: "M656 500H728" },
  { from: "watch", to: "topics", path: "M832 236V160" },
  { from: "topics", to: "people", path: "M832 104V64" },
];
