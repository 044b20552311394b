import { container } from "../../shared/contract.ts";

/** The log group that a container writes to. */
export interface Log {
  group: string;
  region: string;
}

interface Writable {
  volume: string;
  path: string;
}

export interface ContainerArgs {
  name: string;
  image: string;
  port: number;
  /** `<uid>:<gid>`, not root. */
  user: string;
  environment: Readonly<Record<string, string>>;
  /** Environment name → where ECS finds the value in Secrets Manager. */
  secrets: Readonly<Record<string, string>>;
  log: Log;
  /** Run inside the container; a status other than 0 is unhealthy. */
  healthCommand: readonly string[];
  command?: readonly string[];
  /** Directories that it may write to, though the rest of the file system is read-only. */
  writable?: readonly Writable[];
}

/**
 * The container definition of a task, ready for JSON. Lists are sorted, so that the same container
 * always gives the same text and a deployment changes only what changed.
 */
export function containerDefinition(args: ContainerArgs) {
  const { writable = [] } = args;
  return {
    name: args.name,
    image: args.image,
    essential: true,
    ...(args.command && { command: args.command }),
    portMappings: [{ containerPort: args.port, protocol: "tcp" }],
    environment: sorted(args.environment).map(([name, value]) => ({ name, value })),
    secrets: sorted(args.secrets).map(([name, valueFrom]) => ({ name, valueFrom })),
    user: args.user,
    ...confined,
    mountPoints: writable.map(({ volume, path }) => ({
      sourceVolume: volume,
      containerPath: path,
    })),
    stopTimeout: container.stopTimeoutSeconds,
    healthCheck: {
      command: ["CMD", ...args.healthCommand],
      interval: 10,
      timeout: 5,
      retries: 3,
      startPeriod: 30,
    },
    logConfiguration: logTo(args.log, args.name),
  };
}

/** What no container may do. */
export const confined = {
  readonlyRootFilesystem: true,
  // Reaps what the health checks leave behind, and passes SIGTERM on.
  linuxParameters: { initProcessEnabled: true, capabilities: { drop: ["ALL"] } },
};

export function logTo({ group, region }: Log, prefix: string) {
  return {
    logDriver: "awslogs",
    options: {
      "awslogs-group": group,
      "awslogs-region": region,
      "awslogs-stream-prefix": prefix,
      // A slow log must never stall a request.
      mode: "non-blocking",
      "max-buffer-size": "4m",
    },
  };
}

/** Asks the service itself, with the only program that its image is sure to hold. */
export const serviceHealthCommand = [
  "node",
  "--eval",
  `fetch("http://127.0.0.1:${container.port}${container.healthPath}")` +
    ".then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))",
];

/** Where the agent of ECS Exec writes, in a container whose file system is read-only. */
export const execWritable: readonly Writable[] = [
  { volume: "exec-agent", path: "/managed-agents" },
  { volume: "exec-state", path: "/var/lib/amazon/ssm" },
  { volume: "exec-log", path: "/var/log/amazon/ssm" },
];

function sorted(record: Readonly<Record<string, string>>): [string, string][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}
