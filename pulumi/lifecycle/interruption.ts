import type { Step } from "./plan.ts";

interface Effect {
  type: string;
  ops: readonly Step["op"][];
  /** Only where one of these inputs changes. */
  keys?: readonly string[];
  text: string;
}

const lost = ["replace", "delete"] as const;

/** What users or operators feel, the worst first. Everything else happens behind a running service. */
const effects: readonly Effect[] = [
  {
    type: "awsx:ec2:Vpc",
    ops: lost,
    text: "AWS refuses it half-way: the network is in use; make a new stack",
  },
  {
    type: "awsx:ec2:Vpc",
    ops: ["update"],
    keys: ["natGateways"],
    text: "calls of the tasks to the internet break off",
  },
  { type: "aws:dynamodb/table:Table", ops: lost, text: "loses the table's data" },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    ops: ["delete"],
    text: "the cache's counts and products are gone; the counter moves to DynamoDB",
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    ops: ["replace"],
    text: "the new cache starts empty",
  },
  {
    type: "aws:elasticache/replicationGroup:ReplicationGroup",
    ops: ["update"],
    keys: ["nodeType", "engineVersion"],
    text: "Valkey is away for seconds while its nodes are exchanged",
  },
  { type: "aws:lb/loadBalancer:LoadBalancer", ops: lost, text: "**interrupts**: another address" },
  { type: "aws:lb/listener:Listener", ops: lost, text: "**interrupts**: a port closes" },
  {
    type: "aws:lb/listenerRule:ListenerRule",
    ops: ["replace"],
    text: "**interrupts**: 404 on the old port until the rules are on the new one",
  },
  {
    type: "aws:lb/listener:Listener",
    ops: ["update"],
    keys: ["defaultActions"],
    text: "plain HTTP is redirected, or served again",
  },
  { type: "aws:route53/record:Record", ops: lost, text: "an old host name ends" },
  { type: "aws:ecs/service:Service", ops: ["delete"], text: "a service ends" },
  {
    type: "aws:ecs/service:Service",
    ops: ["update"],
    keys: ["taskDefinition", "networkConfiguration", "capacityProviderStrategies"],
    text: "rolling deployment, without a gap",
  },
];

/** What is felt of the steps; `none` where nothing is. */
export function interruption(steps: readonly Step[]): string {
  const felt = effects.filter(({ type, ops, keys }) =>
    steps.some(
      (step) =>
        step.type === type &&
        ops.includes(step.op) &&
        (keys === undefined || step.keys.some((key) => keys.includes(key))),
    ),
  );
  return felt.length === 0 ? "no effect" : felt.map(({ text }) => text).join("; ");
}
