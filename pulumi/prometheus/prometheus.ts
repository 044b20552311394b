import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { container } from "../../shared/contract.ts";
import type { Config } from "../config/parse.ts";
import { fargateService } from "../microservice/fargate-service.ts";
import { SecurityGroup } from "../network/security-group.ts";
import { discoveryGrants } from "../microservice/grants.ts";
import { Image } from "../microservice/image.ts";
import { notFound } from "../ingress/ingress.ts";
import type { Platform } from "../microservice/microservice.ts";
import { ListenerRules } from "../microservice/listener-rules.ts";
import { Task } from "../microservice/task.ts";

export interface PrometheusArgs {
  options: NonNullable<Config["prometheus"]>;
  platform: Platform;
}

const port = 9090;
const build = { context: "prometheus", dockerfile: "prometheus/Dockerfile" };

/** Before the rules of the services, as the lowest priority wins. */
const priorities = { allowed: 1, others: 2 };

/**
 * A Prometheus on the same cluster: it finds the tasks by the API of ECS and scrapes each of them.
 * Only its own host name leads to it, and only from the allowed addresses.
 * Its samples lie on the task's own disk: a new task starts without.
 */
export class Prometheus extends pulumi.ComponentResource {
  readonly url: string;
  readonly image: Image;
  /** Name of the log group. */
  readonly logGroup: pulumi.Output<string>;

  constructor(name: "prometheus", args: PrometheusArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Prometheus", name, {}, opts);
    const { options, platform } = args;
    const { config, network, ingress, cluster } = platform;
    const parent = { parent: this };

    this.url = `${ingress.protocol}://${options.host}`;
    this.image = new Image(name, { config, build }, parent);
    const task = new Task(name, this.#taskArgs(args), parent);
    this.logGroup = task.logGroup.name;
    const securityGroup = this.#securityGroup(name, platform);
    const listenerRules = new ListenerRules(
      name,
      { ...listenerRulesArgs(options), network, ingress },
      parent,
    );
    this.#hideFromOthers(name, args);
    fargateService(
      name,
      {
        cluster,
        network,
        securityGroup,
        task,
        listenerRules,
        // One that remembers, so Spot must not take it away; and never two at once.
        strategies: [{ capacityProvider: "FARGATE", base: 0, weight: 1 }],
        initialTasks: 1,
        deploymentPercent: { min: 0, max: 100 },
        rollbackAlarms: [],
        exec: false,
        tags: { Service: name },
      },
      this,
    );
    this.registerOutputs({ url: this.url });
  }

  #taskArgs({ options, platform }: PrometheusArgs) {
    const { config, cluster } = platform;
    return {
      config,
      image: this.image,
      size: options.size,
      container: {
        port,
        user: "65534:65534",
        healthCommand: ["wget", "-q", "--spider", `http://127.0.0.1:${port}/-/healthy`],
        writable: [{ volume: "samples", path: "/prometheus" }],
      },
      environment: pulumi.output({
        AWS_REGION: config.region,
        CLUSTER_ARN: cluster.arn,
        EXTERNAL_URL: this.url,
        RETENTION: options.retention,
      }),
      secrets: {},
      grants: discoveryGrants<pulumi.Input<string>>(cluster.arn),
    };
  }

  #securityGroup(name: string, { network, ingress, cluster }: Platform): SecurityGroup {
    const { vpcId } = network;
    const securityGroup = new SecurityGroup(
      name,
      { vpcId, description: "Prometheus" },
      { parent: this },
    );
    securityGroup.admit(ingress.securityGroup, port);
    securityGroup.reachApis();
    cluster.securityGroup.admit(securityGroup, container.port);
    return securityGroup;
  }

  /** Without it, a caller who is not allowed would fall through to the services' rules. */
  #hideFromOthers(name: string, { options, platform }: PrometheusArgs): void {
    new aws.lb.ListenerRule(
      `${name}-hidden`,
      {
        listenerArn: platform.ingress.listener.arn,
        priority: priorities.others,
        conditions: [{ hostHeader: { values: [options.host] } }],
        actions: [notFound],
      },
      { parent: this },
    );
  }
}

function listenerRulesArgs({ host, allow }: PrometheusArgs["options"]) {
  return {
    rules: [
      {
        priority: priorities.allowed,
        conditions: [{ hostHeader: { values: [host] } }, { sourceIp: { values: allow } }],
      },
    ],
    port,
    healthPath: "/-/healthy",
  };
}
