import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { container } from "../../shared/contract.ts";
import type { Ingress } from "../ingress/ingress.ts";
import type { Network } from "../network/network.ts";

interface RuleArgs {
  /** Unique on the listener; the lowest that matches wins. */
  priority: number;
  /** All must hold; together they have at most five values. */
  conditions: aws.types.input.lb.ListenerRuleCondition[];
}

export interface ListenerRulesArgs {
  network: Network;
  ingress: Ingress;
  /** Any of them leads to the tasks; the first one bears the name of the service. */
  rules: readonly RuleArgs[];
  port: number;
  healthPath: string;
}

/** The listener rules of one service, and the target group behind them. */
export class ListenerRules extends pulumi.ComponentResource {
  readonly targetGroup: aws.lb.TargetGroup;
  /** Until they are there, ECS refuses the target group. */
  readonly rules: readonly aws.lb.ListenerRule[];
  readonly port: number;
  /** How CloudWatch and the autoscaler tell the metrics of this service apart. */
  readonly metrics: {
    dimensions: { LoadBalancer: pulumi.Output<string>; TargetGroup: pulumi.Output<string> };
    /** `app/…/targetgroup/…` */
    resourceLabel: pulumi.Output<string>;
  };

  constructor(name: string, args: ListenerRulesArgs, opts?: pulumi.ComponentResourceOptions) {
    const earlierNames = { aliases: [{ type: "page-services:index:Route" }] };
    super("page-services:index:ListenerRules", name, {}, pulumi.mergeOptions(earlierNames, opts));

    this.targetGroup = new aws.lb.TargetGroup(
      name,
      {
        vpcId: args.network.vpcId,
        targetType: "ip",
        protocol: "HTTP",
        port: args.port,
        // As long as a stopping task keeps serving, and a little more.
        deregistrationDelay: container.drainSeconds + 5,
        healthCheck: {
          path: args.healthPath,
          matcher: "200",
          interval: 10,
          timeout: 5,
          healthyThreshold: 2,
          unhealthyThreshold: 3,
        },
      },
      { parent: this },
    );
    const actions = [{ type: "forward", targetGroupArn: this.targetGroup.arn }];
    const listenerArn = args.ingress.listener.arn;
    this.rules = args.rules.map(
      (rule, index) =>
        new aws.lb.ListenerRule(
          index === 0 ? name : `${name}-${rule.priority}`,
          { listenerArn, ...rule, actions },
          { parent: this },
        ),
    );

    this.port = args.port;
    const { arnSuffix: loadBalancer } = args.ingress.loadBalancer;
    const { arnSuffix: targetGroup } = this.targetGroup;
    this.metrics = {
      dimensions: { LoadBalancer: loadBalancer, TargetGroup: targetGroup },
      resourceLabel: pulumi.interpolate`${loadBalancer}/${targetGroup}`,
    };
    this.registerOutputs({});
  }
}
