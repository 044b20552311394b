import type { RecordedResource } from "../offline/recording.ts";
import { hoursPerMonth } from "./assumptions.ts";

interface TaskHours {
  vcpuHours: number;
  gbHours: number;
}

/** What the fewest tasks of a service use in a month. */
export interface FargateHours {
  architecture: "ARM64" | "X86_64";
  onDemand: TaskHours;
  spot: TaskHours;
}

interface Strategy {
  capacityProvider: string;
  base: number;
  weight: number;
}

/** The hours of a service with as many tasks as it starts with, which are its fewest. */
export function fargateHours(
  { name, props }: RecordedResource,
  resources: readonly RecordedResource[],
): FargateHours {
  const family = String(props["taskDefinition"]).split("/").at(-1)?.split(":")[0];
  const task = resources.find(
    (each) =>
      each.type === "aws:ecs/taskDefinition:TaskDefinition" && each.props["family"] === family,
  );
  if (task === undefined) throw new Error(`The service ${name} runs an unknown task: ${family}.`);
  const platform = task.props["runtimePlatform"] as { cpuArchitecture: "ARM64" | "X86_64" };
  const architecture = platform.cpuArchitecture;
  const vcpu = Number(task.props["cpu"]) / 1024;
  const gb = Number(task.props["memory"]) / 1024;
  const hours = (tasks: number): TaskHours => ({
    vcpuHours: tasks * vcpu * hoursPerMonth,
    gbHours: tasks * gb * hoursPerMonth,
  });
  const tasks = Number(props["desiredCount"]);
  const spot = spotTasks(tasks, props["capacityProviderStrategies"] as Strategy[]);
  return { architecture, onDemand: hours(tasks - spot), spot: hours(spot) };
}

/** First the bases, then by weight: a share, as ECS reaches the weights only on the long run. */
function spotTasks(tasks: number, strategies: readonly Strategy[]): number {
  const bases = sum(strategies, "base");
  const weights = sum(strategies, "weight");
  const spot = strategies.filter((each) => each.capacityProvider === "FARGATE_SPOT");
  const based = Math.min(tasks, sum(spot, "base"));
  if (weights === 0) return based;
  return based + (Math.max(0, tasks - bases) * sum(spot, "weight")) / weights;
}

function sum(strategies: readonly Strategy[], field: "base" | "weight"): number {
  return strategies.reduce((total, each) => total + each[field], 0);
}
