import type { RecordedResource } from "../offline/recording.ts";

/** What each metric shows in a minute; "missing" for no data at all. */
type Readings = Readonly<Record<string, number | "missing">>;

interface Scenario {
  what: string;
  /** What is different from a good day: by the service whose metric it is, `*` for every one. */
  readings: Readonly<Record<string, Readings>>;
}

/** A minute of a service with some traffic, when all is well. Metrics that are not here have no data. */
const goodDay: Readings = {
  RequestCount: 600,
  TargetResponseTime: 0.05,
  HealthyHostCount: 3,
  UnHealthyHostCount: 0,
  CPUUtilization: 30,
  DatabaseMemoryUsagePercentage: 40,
  HealthCheckStatus: 1,
};

const allTasksGone: Readings = {
  HealthyHostCount: "missing",
  UnHealthyHostCount: "missing",
  RequestCount: "missing",
  TargetResponseTime: "missing",
  CPUUtilization: "missing",
  HTTPCode_ELB_5XX_Count: 600,
  HealthCheckStatus: 0,
};

/** What may stop, and what of it the platform and the services then show. */
const scenarios: readonly Scenario[] = [
  { what: "nothing", readings: {} },
  {
    what: "Redis is away",
    // The catalog goes on without its cache.
    readings: {
      counter: { FailedRequests: 600 },
      cache: { DatabaseMemoryUsagePercentage: "missing" },
    },
  },
  {
    what: "Redis is full",
    readings: {
      counter: { FailedRequests: 600, RefusedWrites: 600 },
      cache: { DatabaseMemoryUsagePercentage: 100 },
    },
  },
  {
    what: "Redis comes back empty",
    readings: { counter: { MissingNumbers: 10 } },
  },
  {
    what: "DynamoDB is away",
    // Cached products are served, and reserved numbers are given out for some time.
    readings: {
      catalog: { FailedRequests: 120, OpenCircuits: 60 },
      "stream-guard": { FailedRequests: 600, OpenCircuits: 60 },
    },
  },
  {
    what: "a table throttles",
    readings: { products: { ReadThrottleEvents: 50 } },
  },
  {
    what: "one task of several hangs",
    readings: { catalog: { HealthyHostCount: 2, UnHealthyHostCount: 1 } },
  },
  { what: "every task of the catalog stops", readings: { catalog: allTasksGone } },
  { what: "every task of every service stops", readings: { "*": allTasksGone } },
  {
    what: "the name or the certificate fails",
    readings: {
      "*": { RequestCount: "missing", TargetResponseTime: "missing", HealthCheckStatus: 0 },
    },
  },
  {
    what: "more comes than the catalog can take",
    readings: { catalog: { CPUUtilization: 99, TargetResponseTime: 3, OverloadedRequests: 200 } },
  },
  { what: "a deployment fails", readings: { "*": { TriggeredRules: 1 } } },
];

interface Alarm {
  metricName?: string;
  metricQueries?: { id: string; metric?: { metricName: string }; expression?: string }[];
  threshold: number;
  comparisonOperator: string;
  treatMissingData?: string;
  datapointsToAlarm: number;
  alarmDescription: string;
  alarmActions: string[];
}

/** The alarm's own minutes, the one under way, and one until CloudWatch has its numbers. */
const minutesOf = ({ datapointsToAlarm }: Alarm) => datapointsToAlarm + 2;

/** For each scenario the alarms that ring, as a table. */
export function ringsTable(resources: readonly RecordedResource[]): string {
  const alarms = resources.filter(
    ({ type, props }) =>
      type === "aws:cloudwatch/metricAlarm:MetricAlarm" &&
      "alarmActions" in props &&
      isForPeople(props),
  );
  const rows = scenarios.map(({ what, readings }) => {
    const ringing = alarms.filter((alarm) => rings(alarm, readings));
    const named = (isPage: boolean) =>
      ringing.filter(({ props }) => isTicket(props) !== isPage).map(({ name }) => name);
    const minutes = ringing.map(({ props }) => minutesOf(props as unknown as Alarm));
    const first = minutes.length === 0 ? "–" : String(Math.min(...minutes));
    return `| ${[what, list(named(true)), list(named(false)), first].join(" | ")} |`;
  });
  return [
    "| what stops | pages | tickets | rings within, minutes |",
    "| --- | --- | --- | --- |",
    ...rows,
  ].join("\n");
}

/** Alarms that only move the number of tasks tell nobody. */
function isForPeople({ alarmActions }: Record<string, unknown>): boolean {
  return (alarmActions as string[]).every((action) => action.includes(":sns:"));
}

function isTicket({ alarmActions }: Record<string, unknown>): boolean {
  return (alarmActions as string[]).every((action) => action.includes("tickets"));
}

function list(names: readonly string[]): string {
  return names.length === 0 ? "–" : names.toSorted().join(", ");
}

function rings({ name, props }: RecordedResource, readings: Scenario["readings"]): boolean {
  const alarm = props as unknown as Alarm;
  const owner = Object.keys(readings).find((each) => name.startsWith(`${each}-`));
  const own = { ...goodDay, ...readings["*"], ...(owner && readings[owner]) };
  // The load balancer belongs to all of them.
  const ofBalancer = name.startsWith("load-balancer-") ? Object.values(readings) : [];
  const value = valueOf(alarm, Object.assign({}, own, ...ofBalancer) as Readings);
  if (value === "missing") return alarm.treatMissingData === "breaching";
  return alarm.comparisonOperator === "LessThanThreshold"
    ? value < alarm.threshold
    : value >= alarm.threshold;
}

function valueOf(alarm: Alarm, readings: Readings): number | "missing" {
  if (alarm.metricName !== undefined) return read(alarm.metricName, readings);
  const queries = alarm.metricQueries ?? [];
  const values = new Map(
    queries.flatMap(({ id, metric }) => (metric ? [[id, read(metric.metricName, readings)]] : [])),
  );
  return evaluate(queries.find(({ expression }) => expression)?.expression ?? "", values);
}

/** What the service's log tells is named by the deployment and the service as well. */
function read(metricName: string, readings: Readings): number | "missing" {
  return readings[metricName.split("-", 1)[0] ?? ""] ?? "missing";
}

/** `IF(a >= 1, …, 0)`, where `…` is a metric, or the share of one in another in percent. */
function evaluate(text: string, values: ReadonlyMap<string, number | "missing">) {
  const shape = /^IF\((\w+) >= (\d+), (?:100 \* (\w+) \/ )?(\w+), 0\)$/.exec(text);
  if (shape === null) throw new Error(`alarms/rings.ts cannot evaluate ${text}`);
  const [, guard = "", least = "", part, whole = ""] = shape;
  const value = (id: string) => values.get(id) ?? "missing";
  const given = value(guard);
  if (given === "missing") return "missing";
  if (given < Number(least)) return 0;
  const [over, under] = [part === undefined ? 1 : value(part), value(whole)];
  if (over === "missing" || under === "missing") return "missing";
  return part === undefined ? under : (100 * over) / under;
}
