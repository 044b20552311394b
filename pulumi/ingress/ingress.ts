import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { container } from "../../shared/contract.ts";
import { accountId } from "../account.ts";
import { AccessLogs } from "./access-logs.ts";
import { Certificate } from "./certificate.ts";
import type { Config } from "../config/parse.ts";
import { blockTag, refuseNewBlock } from "../network/fixed-block.ts";
import { SecurityGroup } from "../network/security-group.ts";
import type { Network } from "../network/network.ts";
import { Waf } from "./waf.ts";

export interface IngressArgs {
  config: Config;
  network: Network;
  /** The hosted zone of the domain, where the deployment may write its records. */
  zoneId: string | undefined;
}

/** A load balancer may only answer with text, HTML, CSS, JavaScript or plain JSON. */
export const notFound = {
  type: "fixed-response",
  fixedResponse: {
    statusCode: "404",
    contentType: "application/json",
    messageBody: JSON.stringify({
      type: "about:blank",
      title: "Not Found",
      status: 404,
      detail: "No service answers at this path.",
    }),
  },
};

const fixedBlock = new pulumi.ResourceHook("fixed-network-block", refuseNewBlock, {
  onDryRun: true,
});

/** By it the policies see that the stack accepts plain HTTP; see `ingress.plainHttp`. */
const plainHttpTag = { PlainHttp: "accepted" };

const redirectToHttps = {
  type: "redirect",
  redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
};

/** The one load balancer: TLS where there is a domain, and 404 for what no rule claims. */
export class Ingress extends pulumi.ComponentResource {
  readonly securityGroup: SecurityGroup;
  readonly loadBalancer: aws.lb.LoadBalancer;
  /** Where the services hang their rules. */
  readonly listener: aws.lb.Listener;
  readonly url: pulumi.Output<string>;
  /** The name in the url. */
  readonly host: pulumi.Output<string>;
  readonly protocol: "http" | "https";

  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Ingress", name, {}, opts);

    const { domain, ingress, name: deployment } = args.config;
    const { zoneId } = args;

    this.securityGroup = this.#securityGroup(args);
    this.loadBalancer = this.#loadBalancer(args);
    if (ingress.waf !== undefined)
      new Waf(
        "waf",
        { ...ingress.waf, deployment, loadBalancerArn: this.loadBalancer.arn },
        { parent: this },
      );

    const certificateArn = this.#certificateArn(args);
    this.protocol = certificateArn === undefined ? "http" : "https";
    this.listener = this.#listeners(certificateArn);
    if (zoneId !== undefined) for (const host of hosts(args)) this.#record(host, zoneId);

    this.host = pulumi.output(domain?.name ?? this.loadBalancer.dnsName);
    this.url = pulumi.interpolate`${this.protocol}://${this.host}`;
    this.registerOutputs({ url: this.url });
  }

  #securityGroup({ network, config }: IngressArgs): SecurityGroup {
    const description = "Load balancer, the only door to the world";
    const { vpcId } = network;
    const securityGroup = new SecurityGroup(
      "load-balancer",
      { vpcId, description },
      { parent: this },
    );
    securityGroup.admitWorld(80);
    if (config.domain !== undefined) securityGroup.admitWorld(443);
    return securityGroup;
  }

  #loadBalancer({ config, network }: IngressArgs): aws.lb.LoadBalancer {
    const { protect } = config;
    const tags = { [blockTag]: config.network.cidr, ...config.farewellTag };
    return new aws.lb.LoadBalancer(
      "load-balancer",
      {
        loadBalancerType: "application",
        subnets: network.publicSubnetIds,
        securityGroups: [this.securityGroup.groupId],
        idleTimeout: container.loadBalancerIdleSeconds,
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
        // The services trust the last entry of x-forwarded-for, so it must be ours.
        xffHeaderProcessingMode: "append",
        enableDeletionProtection: protect,
        ...(config.ingress.accessLogDays > 0 && { accessLogs: this.#accessLogs(config) }),
        tags,
      },
      { parent: this, protect, hooks: { beforeUpdate: [fixedBlock] } },
    );
  }

  #accessLogs({ ingress, region }: Config) {
    const logs = new AccessLogs(
      "access-logs",
      { days: ingress.accessLogDays, region, account: accountId(this) },
      { parent: this },
    );
    return { enabled: true, bucket: logs.bucket };
  }

  #certificateArn(args: IngressArgs): pulumi.Input<string> | undefined {
    const given = args.config.domain?.certificateArn;
    if (given !== undefined) return given;
    const { zoneId } = args;
    if (zoneId === undefined) return undefined;
    return new Certificate("certificate", { names: hosts(args), zoneId }, { parent: this }).arn;
  }

  #listeners(certificateArn?: pulumi.Input<string>): aws.lb.Listener {
    const listener = (name: string, args: Omit<aws.lb.ListenerArgs, "loadBalancerArn">) =>
      new aws.lb.Listener(
        name,
        { loadBalancerArn: this.loadBalancer.arn, ...args },
        { parent: this },
      );
    const port80 = { port: 80, protocol: "HTTP" };
    if (certificateArn === undefined) {
      void pulumi.log.warn(
        "ingress.plainHttp: API keys and answers travel unencrypted. " +
          "Set a domain for anything else than a trial.",
        this,
      );
      return listener("http", { ...port80, defaultActions: [notFound], tags: plainHttpTag });
    }
    listener("http", { ...port80, defaultActions: [redirectToHttps] });
    return listener("https", {
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      certificateArn,
      defaultActions: [notFound],
    });
  }

  #record(host: string, zoneId: string): void {
    const { dnsName, zoneId: loadBalancerZone } = this.loadBalancer;
    const alias = { name: dnsName, zoneId: loadBalancerZone, evaluateTargetHealth: true };
    new aws.route53.Record(
      host,
      { zoneId, name: host, type: "A", aliases: [alias] },
      { parent: this },
    );
  }
}

/** What the certificate and the zone have to hold. */
function hosts({ config: { domain, prometheus } }: IngressArgs): string[] {
  if (domain === undefined) return [];
  return prometheus === undefined ? [domain.name] : [domain.name, prometheus.host];
}
