import { parseArgs } from "node:util";
import { oneOf, optionalUrl, readSettings, text, wholeNumber } from "../../kit/config.ts";
import { env, tables } from "../../contract.ts";
import { logLevels } from "../../kit/process/log.ts";

const MAX_INSTANCES = 16;

/** What `npm start` itself reads of the environment. */
const startSettings = {
  port: wholeNumber({
    env: env.port,
    meaning: "port of the gateway",
    unit: "a TCP port",
    min: 1,
    max: 65_535,
    default: 8_080,
  }),
  dataDir: text({
    env: "DATA_DIR",
    meaning: "folder below which the stores keep their data",
    default: ".data",
  }),
  redisUrl: optionalUrl({
    env: env.redisUrl,
    meaning: "a Redis that runs already; unset for one of our own",
    protocols: ["redis:", "rediss:"],
  }),
  logLevel: oneOf({
    env: "LOG_LEVEL",
    meaning: "least severe level of the services' logs that is shown",
    values: logLevels,
    default: "warn",
  }),
};

/** What the stack alone decides: where its stores are and where its services listen. */
const ownVariables = new Set<string>([
  ...[env.port, env.redisUrl, env.redisCluster, env.dynamodbEndpoint, env.awsRegion],
  ...Object.values(tables).map((table) => table.env),
]);

/** @throws Error naming every fault of the environment, or that of the command line */
export function readStartSettings(args: readonly string[], environment: NodeJS.ProcessEnv) {
  // Who asks for the access log wants to see it.
  const logLevel = environment.ACCESS_LOG === "all" ? { LOG_LEVEL: "info" } : {};
  const settings = readSettings(startSettings, { ...logLevel, ...environment });
  const { instances, "redis-cluster": redisCluster, watch, traces, help } = readArguments(args);
  return {
    ...settings,
    instances: countInstances(instances),
    redisCluster,
    watch,
    traces,
    help,
    /** Reaches every service as it is: `API_KEYS`, `STREAM_LIMIT`, `COUNTER_STORE` … */
    env: passedOn(environment),
  };
}

const options = {
  instances: { type: "string", default: "1" },
  "redis-cluster": { type: "boolean", default: false },
  watch: { type: "boolean", default: false },
  traces: { type: "boolean", default: false },
  help: { type: "boolean", default: false },
} as const;

export const startUsage = [
  "Usage: npm start -- [--instances 1]   the whole system on this machine, until Ctrl-C",
  "       npm run dev                    the same; a service restarts when its files change",
  "                      [--redis-cluster]   Redis is a cluster: three primaries, a replica each",
  "                      [--traces]      traces every request: pages below /local/traces",
  "Environment: PORT (8080), DATA_DIR (.data), REDIS_URL, LOG_LEVEL (warn), and what the services read",
].join("\n");

function readArguments(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options }).values;
  } catch (error) {
    const [reason = ""] = error instanceof Error ? error.message.split(". ", 1) : [];
    throw new Error(`${reason}. npm start -- --help says which options there are.`);
  }
}

function countInstances(instances: string): number {
  const count = /^\d{1,3}$/.test(instances) ? Number(instances) : 0;
  if (count >= 1 && count <= MAX_INSTANCES) return count;
  throw new Error(
    `--instances: expected a whole number, 1 to ${MAX_INSTANCES}, got "${instances}"`,
  );
}

function passedOn(environment: NodeJS.ProcessEnv): Record<string, string> {
  const isPassed = (name: string) => !ownVariables.has(name) && !name.startsWith("AWS_");
  return Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) =>
      value !== undefined && isPassed(name) ? [[name, value]] : [],
    ),
  );
}
