/** A metric as a service describes it in Prometheus' text format. */
export interface Metric {
  name: string;
  help: string;
  type: string;
  /** Beside those that Prometheus adds. */
  labels: readonly string[];
}

export interface Panel {
  title: string;
  /** In PromQL. */
  expression: string;
  legend: string;
  /** As Grafana names it. */
  unit: string;
}

/** Of Node's many metrics those that tell whether a process has too much to do. */
const ofNode: Readonly<Record<string, string>> = {
  nodejs_eventloop_lag_p99_seconds: "s",
  process_resident_memory_bytes: "bytes",
  process_cpu_seconds_total: "short",
};

/** What `/metrics` describes, in its order. */
export function readMetrics(text: string): Metric[] {
  return [...text.matchAll(/^# HELP (\S+) (.*)\n# TYPE \S+ (\w+)$/gm)].map(
    ([, name = "", help = "", type = ""]) => {
      const sample = new RegExp(`^${name}(?:_count)?\\{([^}]*)\\}`, "m").exec(text)?.[1] ?? "";
      const labels = [...sample.matchAll(/(\w+)="/g)].map(([, label = ""]) => label);
      return { name, help, type, labels };
    },
  );
}

/** A panel for each of a service's own metrics, after its requests, and a few of its processes. */
export function panelsOf(service: string, metrics: readonly Metric[]): Panel[] {
  const own = metrics.filter(({ name }) => !/^(nodejs_|process_|http_request)/.test(name));
  const nodes = metrics.filter(({ name }) => name in ofNode);
  return [...requestPanels(service), ...[...own, ...nodes].map((each) => panelOf(service, each))];
}

function requestPanels(service: string): Panel[] {
  const durations = "http_request_duration_seconds";
  const rate = (suffix: string) => `rate(${durations}_${suffix}{service="${service}"}[1m])`;
  return [
    {
      title: "Requests a second, by route and status",
      expression: `sum by (route, status) (${rate("count")})`,
      legend: "{{route}} {{status}}",
      unit: "reqps",
    },
    {
      title: "Response time of 95 in 100, by route",
      expression: `histogram_quantile(0.95, sum by (le, route) (${rate("bucket")}))`,
      legend: "{{route}}",
      unit: "s",
    },
  ];
}

function panelOf(service: string, { name, help, type, labels }: Metric): Panel {
  const series = `${name}{service="${service}"}`;
  const shown = ["instance", ...labels];
  return {
    title: type === "counter" ? `A second: ${help}` : help,
    expression:
      type === "counter"
        ? `sum by (${shown.join(", ")}) (rate(${series}[1m]))`
        : `max by (${shown.join(", ")}) (${series})`,
    legend: shown.map((label) => `{{${label}}}`).join(" "),
    unit: ofNode[name] ?? "short",
  };
}

const width = 12;
const height = 8;

/** A dashboard as Grafana reads it from a file, or takes it by import; its source is a variable. */
export function createDashboard(service: string, panels: readonly Panel[]) {
  const datasource = { type: "prometheus", uid: "${source}" };
  return {
    uid: `page-services-${service}`,
    title: `Page services: ${service}`,
    tags: ["page-services"],
    schemaVersion: 39,
    refresh: "10s",
    time: { from: "now-30m", to: "now" },
    templating: { list: [{ name: "source", type: "datasource", query: "prometheus" }] },
    panels: panels.map(({ title, expression, legend, unit }, index) => ({
      id: index + 1,
      type: "timeseries",
      title,
      datasource,
      gridPos: {
        ...{ w: width, h: height },
        ...{ x: (index % 2) * width, y: Math.floor(index / 2) * height },
      },
      fieldConfig: { defaults: { unit }, overrides: [] },
      targets: [{ refId: "A", datasource, expr: expression, legendFormat: legend }],
    })),
  };
}
