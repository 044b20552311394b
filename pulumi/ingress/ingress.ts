import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { container } from "../../shared/contract.ts";
import { AccessLogs } from "./access-logs.ts";
import { Certificate } from "./certificate.ts";
import type { Config } from "../config/parse.ts";
import { Firewall } from "../network/security-group.ts";
import type { Network } from "../network/network.ts";
import { Waf } from "./waf.ts";

export interface IngressArgs {
  config: Pick<Config, "domain" | "ingress" | "prometheus" | "protect">;
  network: Network;
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

const redirectToHttps = {
  type: "redirect",
  redirect: { protocol: "HTTPS", port: "443", statusCode: "HTTP_301" },
};

/** The one load balancer: TLS where there is a domain, and 404 for what no rule claims. */
export class Ingress extends pulumi.ComponentResource {
  readonly firewall: Firewall;
  readonly loadBalancer: aws.lb.LoadBalancer;
  /** Where the services hang their rules. */
  readonly listener: aws.lb.Listener;
  readonly url: pulumi.Output<string>;
  readonly protocol: "http" | "https";

  constructor(name: string, args: IngressArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Ingress", name, {}, opts);

    const { domain, ingress } = args.config;

    this.firewall = this.#firewall(args);
    this.loadBalancer = this.#loadBalancer(args);
    if (ingress.waf !== undefined)
      new Waf("waf", { ...ingress.waf, loadBalancerArn: this.loadBalancer.arn }, { parent: this });

    const zoneId = this.#zoneId(domain?.zone);
    const certificateArn = this.#certificateArn(args, zoneId);
    this.protocol = certificateArn === undefined ? "http" : "https";
    this.listener = this.#listeners(certificateArn);
    if (zoneId !== undefined) for (const host of hosts(args)) this.#record(host, zoneId);

    const host = domain?.name ?? this.loadBalancer.dnsName;
    this.url = pulumi.interpolate`${this.protocol}://${host}`;
    this.registerOutputs({ url: this.url });
  }

  #firewall({ network, config }: IngressArgs): Firewall {
    const description = "Load balancer, the only door to the world";
    const { vpcId } = network;
    const firewall = new Firewall("load-balancer", { vpcId, description }, { parent: this });
    firewall.admitWorld(80);
    if (config.domain !== undefined) firewall.admitWorld(443);
    return firewall;
  }

  #loadBalancer({ config, network }: IngressArgs): aws.lb.LoadBalancer {
    const { protect } = config;
    return new aws.lb.LoadBalancer(
      "load-balancer",
      {
        loadBalancerType: "application",
        subnets: network.publicSubnetIds,
        securityGroups: [this.firewall.groupId],
        idleTimeout: container.loadBalancerIdleSeconds,
        dropInvalidHeaderFields: true,
        desyncMitigationMode: "strictest",
        // The services trust the last entry of x-forwarded-for, so it must be ours.
        xffHeaderProcessingMode: "append",
        enableDeletionProtection: protect,
        ...(config.ingress.accessLogDays > 0 && { accessLogs: this.#accessLogs(config) }),
      },
      { parent: this, protect },
    );
  }

  #accessLogs({ ingress, protect }: IngressArgs["config"]) {
    const logs = new AccessLogs(
      "access-logs",
      { days: ingress.accessLogDays, protect },
      { parent: this },
    );
    return { enabled: true, bucket: logs.bucket };
  }

  #zoneId(zone?: string): pulumi.Output<string> | undefined {
    if (zone === undefined) return undefined;
    return aws.route53.getZoneOutput({ name: zone }, { parent: this }).zoneId;
  }

  #certificateArn(
    args: IngressArgs,
    zoneId?: pulumi.Output<string>,
  ): pulumi.Input<string> | undefined {
    const given = args.config.domain?.certificateArn;
    if (given !== undefined) return given;
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
    if (certificateArn === undefined)
      return listener("http", { ...port80, defaultActions: [notFound] });
    listener("http", { ...port80, defaultActions: [redirectToHttps] });
    return listener("https", {
      port: 443,
      protocol: "HTTPS",
      sslPolicy: "ELBSecurityPolicy-TLS13-1-2-Res-2021-06",
      certificateArn,
      defaultActions: [notFound],
    });
  }

  #record(host: string, zoneId: pulumi.Output<string>): void {
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
