import { earlierTwin, mostConditionValues } from "../limits/listener-rules.ts";
import { type ResourceRule, stackOf, type StackRule, unless } from "./rule.ts";

const listenerRule = "aws:lb/listenerRule:ListenerRule";

export const uniquePriorities: StackRule = {
  name: "unique-priorities",
  description: "Every listener rule has a priority of its own.",
  checkAll(resources) {
    const rules = resources.filter(({ type }) => type === listenerRule);
    return rules.flatMap(({ urn, props }, i) => {
      const twin = earlierTwin(rules, i, (rule) => rule.props["priority"]);
      if (twin === undefined) return [];
      return [{ urn, message: `${twin.name} has priority ${String(props["priority"])} already` }];
    });
  },
};

export const fewConditionValues: ResourceRule = {
  name: "few-condition-values",
  description: "A listener rule has no more condition values than an ALB takes.",
  types: [listenerRule],
  check({ props }) {
    const conditions = (props["conditions"] ?? []) as Record<string, { values?: unknown[] }>[];
    const kinds = conditions.flatMap((condition) => Object.values(condition));
    const count = kinds.reduce((sum, { values }) => sum + (values?.length ?? 0), 0);
    const most = mostConditionValues;
    return unless(count <= most, `it has ${count} condition values, at most ${most} are allowed`);
  },
};

/** The one group that the world may reach goes by this name, on these ports. */
const door = { name: /^world-to-load-balancer/, ports: [80, 443] };

export const closedToTheWorld: ResourceRule = {
  name: "closed-to-the-world",
  description: "Only the load balancer's security group is open to the world, on 80 and 443.",
  types: [
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    "aws:ec2/securityGroup:SecurityGroup",
  ],
  check({ name, props }) {
    const { cidrIpv4, cidrIpv6, fromPort, toPort, ingress } = props as {
      cidrIpv4?: string;
      cidrIpv6?: string;
      fromPort?: number;
      toPort?: number;
      ingress?: unknown[];
    };
    if (ingress !== undefined && ingress.length > 0)
      return ["it lists ingress inline, where no rule sees who it lets in"];
    if (cidrIpv4 !== "0.0.0.0/0" && cidrIpv6 !== "::/0") return [];
    const onePort = fromPort === toPort && door.ports.includes(fromPort ?? 0);
    return unless(door.name.test(name) && onePort, "it lets the whole world in");
  },
};

export const modernTls: ResourceRule = {
  name: "modern-tls",
  description: "An HTTPS listener speaks TLS 1.2 or 1.3 only.",
  types: ["aws:lb/listener:Listener"],
  check({ props }) {
    if (props["protocol"] !== "HTTPS") return [];
    const policy = String(props["sslPolicy"]);
    return unless(/^ELBSecurityPolicy-TLS13-1-[23]-/.test(policy), `its policy is ${policy}`);
  },
};

export const tlsForKeys: ResourceRule = {
  name: "tls-for-keys",
  description: "Plain HTTP only redirects, except where a stack other than prod accepts it.",
  types: ["aws:lb/listener:Listener"],
  check(resource) {
    const { protocol, defaultActions, tags } = resource.props as {
      protocol?: string;
      defaultActions?: { type?: string }[];
      tags?: Record<string, string>;
    };
    if (protocol !== "HTTP") return [];
    if (defaultActions?.every(({ type }) => type === "redirect") === true) return [];
    const accepted = tags?.["PlainHttp"] === "accepted" && stackOf(resource) !== "prod";
    return unless(accepted, "it takes API keys without TLS");
  },
};
