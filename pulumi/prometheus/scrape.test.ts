import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { env, serviceNames } from "../../shared/contract.ts";
import { ChildProcess } from "../../shared/tools/local/processes/child-process.ts";
import { findFreePort } from "../../shared/tools/local/processes/free-port.ts";
import {
  type Instance,
  planInstances,
  startInstances,
} from "../../shared/tools/local/instances.ts";
import { startLocalStores } from "../../shared/tools/local/stores/local-stores.ts";
import { panelsOf, readMetrics } from "../../shared/tools/grafana/dashboard.ts";
import { pollUntil } from "../../shared/tools/local/processes/poll-until.ts";

const here = import.meta.dirname;

interface Sample {
  metric: Record<string, string>;
  value: [number, string];
}

interface ScrapeConfig {
  aws_sd_configs?: unknown;
  static_configs?: { targets: string[]; labels: Record<string, string> }[];
}

/** What discovery in ECS would say of an instance, were it a task. */
function discovered({ service, port }: Instance, id: string, more: Record<string, string>) {
  const labels = {
    __meta_ecs_tag_service_Service: service,
    __meta_ecs_last_status: "RUNNING",
    __meta_ecs_task_arn: `arn:aws:ecs:eu-west-1:123456789012:task/cluster/${id}`,
    __meta_ecs_availability_zone: "eu-west-1a",
    ...more,
  };
  return { targets: [`127.0.0.1:${port}`], labels };
}

/** Our configuration, with these targets in the place of discovery. */
async function configure(directory: string, targets: ReturnType<typeof discovered>[]) {
  const text = await readFile(path.join(here, "prometheus.yml"), "utf8");
  const config = parse(text) as { scrape_configs: ScrapeConfig[] };
  for (const job of config.scrape_configs) {
    delete job.aws_sd_configs;
    job.static_configs = targets;
  }
  await writeFile(path.join(directory, "template.yml"), stringify(config));
  await copyFile(path.join(here, "start.sh"), path.join(directory, "start.sh"));
}

async function startPrometheus(directory: string, port: number): Promise<ChildProcess> {
  const prometheus = await ChildProcess.start({
    name: "prometheus",
    command: path.join(directory, "start.sh"),
    args: [`--web.listen-address=127.0.0.1:${port}`],
    env: {
      DATA_DIRECTORY: directory,
      AWS_REGION: "eu-west-1",
      CLUSTER_ARN: "none",
      EXTERNAL_URL: `http://127.0.0.1:${port}`,
      RETENTION: "1d",
    },
  });
  await prometheus.waitForLine(/Server is ready/, 20_000);
  return prometheus;
}

describe("Prometheus before the local stack", () => {
  const started = new AsyncDisposableStack();
  let url: string;
  let instances: readonly Instance[];

  before(async function () {
    this.timeout(60_000);
    const directory = await mkdtemp(path.join(tmpdir(), "scrape-"));
    started.defer(() => rm(directory, { recursive: true }));
    const stores = await startLocalStores({ dataDir: directory });
    for (const server of stores.servers) started.use(server);
    instances = await planInstances(1);
    const services = await startInstances(instances, stores.addresses, {
      env: { [env.drainSeconds]: "0" },
    });
    for (const service of services) started.use(service);
    const tagged = instances.map((instance, i) =>
      discovered(instance, `0${i}`, { __meta_ecs_tag_service_Metrics: "scrape" }),
    );
    await configure(directory, [...tagged, ...instances.map((each) => discovered(each, "ff", {}))]);
    const port = await findFreePort();
    started.use(await startPrometheus(directory, port));
    url = `http://127.0.0.1:${port}`;
  });

  after(async function () {
    this.timeout(60_000);
    await started.disposeAsync();
  });

  async function query(expression: string): Promise<Sample[]> {
    const response = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
    const { data } = (await response.json()) as { data: { result: Sample[] } };
    return data.result;
  }

  it("scrapes every task whose service asks for it, and no other", async () => {
    const samples = await pollUntil(
      async () => {
        const up = await query("up == 1");
        return up.length === serviceNames.length && up;
      },
      { what: "every service is scraped", timeoutMs: 20_000, intervalMs: 200 },
    );
    expect(samples.map(({ metric }) => metric["service"])).to.have.members([...serviceNames]);
    const targets = await fetch(`${url}/api/v1/targets?state=active`);
    const { data } = (await targets.json()) as { data: { activeTargets: unknown[] } };
    expect(data.activeTargets).to.have.lengthOf(serviceNames.length);
  });

  it("knows every metric and expression of the dashboards for Grafana", async function () {
    this.timeout(60_000);
    for (const { service, port: own } of instances) {
      const text = await (await fetch(`http://127.0.0.1:${own}/metrics`)).text();
      const metrics = readMetrics(text);
      const panels = panelsOf(service, metrics);
      expect(panels.length, service).to.be.within(8, 40);
      for (const { expression } of panels) {
        const answer = await fetch(`${url}/api/v1/query?query=${encodeURIComponent(expression)}`);
        expect(answer.status, expression).to.equal(200);
        const [series = ""] = /\w+\{service="[^"]+"\}/.exec(expression) ?? [];
        // One that counts by a label has no sample before the first event.
        if (!new RegExp(`^${series.replace(/\{.*/, "")}[ {]`, "m").test(text)) continue;
        const known = await query(`count(${series})`);
        expect(known, `${series}, which ${service} exports`).to.have.lengthOf(1);
      }
    }
  });

  it("knows a task by its id and its zone, and has Node's own metrics of each", async () => {
    const heap = await query("nodejs_external_memory_bytes");
    expect(heap).to.have.lengthOf(serviceNames.length);
    for (const { metric, value } of heap) {
      expect(metric["instance"]).to.match(/^0\d$/);
      expect(metric["zone"]).to.equal("eu-west-1a");
      expect(Number(value[1])).to.be.greaterThan(0);
    }
  });
});
