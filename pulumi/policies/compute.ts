import { sizeFault } from "../limits/fargate.ts";
import { type ResourceRule, unless } from "./rule.ts";

const taskDefinition = "aws:ecs/taskDefinition:TaskDefinition";

/** Longest physical names, from which automatic naming takes 8 characters. */
const nameLimits: Record<string, number> = {
  "aws:lb/loadBalancer:LoadBalancer": 32,
  "aws:lb/targetGroup:TargetGroup": 32,
  "aws:elasticache/replicationGroup:ReplicationGroup": 40,
  "aws:iam/role:Role": 64,
  "aws:iam/rolePolicy:RolePolicy": 128,
};

export const shortNames: ResourceRule = {
  name: "short-names",
  description: "Names stay within the limits of AWS, after Pulumi has made them unique.",
  types: Object.keys(nameLimits),
  check({ type, name, props }) {
    const given = props["name"] ?? props["replicationGroupId"];
    const limit = nameLimits[type] ?? Infinity;
    const [text, most] = typeof given === "string" ? [given, limit] : [name, limit - 8];
    return unless(text.length <= most, `"${text}" is longer than ${most} characters`);
  },
};

export const fargateSizes: ResourceRule = {
  name: "fargate-sizes",
  description: "CPU and memory of a task are a pair that Fargate offers.",
  types: [taskDefinition],
  check({ props }) {
    const wrong = sizeFault(Number(props["cpu"]), Number(props["memory"]));
    return wrong === undefined ? [] : [`its ${wrong.of} is not ${wrong.expected}`];
  },
};

export const confinedContainers: ResourceRule = {
  name: "confined-containers",
  description: "Containers run without root, on a read-only file system, with digests as images.",
  types: [taskDefinition],
  check({ props }) {
    const containers = JSON.parse(String(props["containerDefinitions"])) as {
      name: string;
      image: string;
      user?: string;
      readonlyRootFilesystem?: boolean;
    }[];
    return containers.flatMap(({ name, image, user, readonlyRootFilesystem }) => [
      ...unless(readonlyRootFilesystem === true, `${name} may write to its file system`),
      ...unless(!/^(root|0)?(:|$)/.test(user ?? ""), `${name} runs as root`),
      ...unless(image.includes("@sha256:"), `${name} names its image by a tag that may move`),
    ]);
  },
};

export const safeDeployments: ResourceRule = {
  name: "safe-deployments",
  description: "A service rolls a bad deployment back, has no public address and no launch type.",
  types: ["aws:ecs/service:Service"],
  check({ props }) {
    const { deploymentCircuitBreaker, networkConfiguration, launchType, waitForSteadyState } =
      props as {
        deploymentCircuitBreaker?: { enable?: boolean; rollback?: boolean };
        networkConfiguration?: { assignPublicIp?: boolean };
        launchType?: string;
        waitForSteadyState?: boolean;
      };
    const { enable, rollback } = deploymentCircuitBreaker ?? {};
    return [
      ...unless(enable === true && rollback === true, "its circuit breaker is off"),
      ...unless(networkConfiguration?.assignPublicIp !== true, "its tasks get public addresses"),
      ...unless(launchType === undefined, "a launch type rules its capacity providers out"),
      ...unless(waitForSteadyState === true, "nobody waits to see whether it becomes steady"),
    ];
  },
};
