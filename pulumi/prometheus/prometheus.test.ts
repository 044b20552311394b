import { execFile } from "node:child_process";
import { copyFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { parse, stringify } from "yaml";
import { container } from "../../shared/contract.ts";

const run = promisify(execFile);
const clusterArn = "arn:aws:ecs:eu-west-1:123456789012:cluster/cluster-0123456";
const here = import.meta.dirname;

interface ScrapeConfig {
  metrics_path: string;
  aws_sd_configs?: Record<string, unknown>[];
  static_configs?: { targets: string[] }[];
}

interface PrometheusConfig {
  global: { scrape_interval: string };
  scrape_configs: ScrapeConfig[];
}

/** Starts the container's entry point with a Prometheus that only prints its arguments. */
async function start(directory: string): Promise<string> {
  await copyFile(path.join(here, "start.sh"), path.join(directory, "start.sh"));
  await copyFile(path.join(here, "prometheus.yml"), path.join(directory, "template.yml"));
  await writeFile(path.join(directory, "prometheus"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const { stdout } = await run(path.join(directory, "start.sh"), {
    env: {
      PATH: `${directory}:${process.env["PATH"] ?? ""}`,
      DATA_DIRECTORY: directory,
      AWS_REGION: "eu-west-1",
      CLUSTER_ARN: clusterArn,
      EXTERNAL_URL: "https://prometheus.example.com",
      RETENTION: "7d",
    },
  });
  return stdout.trim();
}

/** What promtool says to a configuration. @throws with its words when it refuses. */
async function promtool(directory: string, config: PrometheusConfig): Promise<string> {
  const file = path.join(directory, "checked.yml");
  await writeFile(file, stringify(config));
  try {
    return (await run("promtool", ["check", "config", file])).stdout;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new Error("promtool is missing: apt-get install prometheus", { cause: error });
  }
}

describe("the configuration of Prometheus", () => {
  let directory: string;
  let config: PrometheusConfig;
  let commandLine: string;

  before(async () => {
    directory = await mkdtemp(path.join(tmpdir(), "prometheus-"));
    commandLine = await start(directory);
    const text = await readFile(path.join(directory, "prometheus.yml"), "utf8");
    config = parse(text) as PrometheusConfig;
  });

  after(() => rm(directory, { recursive: true }));

  it("scrapes every 5 seconds, at the path of the contract", () => {
    expect(config.global.scrape_interval).to.equal("5s");
    expect(config.scrape_configs[0]?.metrics_path).to.equal(container.metricsPath);
  });

  it("finds the tasks of its own cluster by the API of ECS", () => {
    expect(config.scrape_configs[0]?.aws_sd_configs).to.deep.equal([
      {
        role: "ecs",
        region: "eu-west-1",
        clusters: [clusterArn],
        port: container.port,
        refresh_interval: "15s",
      },
    ]);
  });

  it("holds before promtool, whose Debian version knows all but the discovery in ECS", async () => {
    const scrape_configs = config.scrape_configs.map(({ aws_sd_configs: _, ...rest }) => ({
      ...rest,
      static_configs: [{ targets: ["127.0.0.1:8080"] }],
    }));
    expect(await promtool(directory, { ...config, scrape_configs })).to.contain("SUCCESS");
  });

  it("is put before Prometheus with the retention and the address of the deployment", () => {
    expect(commandLine.split(" ")).to.deep.equal([
      `--config.file=${directory}/prometheus.yml`,
      `--storage.tsdb.path=${directory}/data`,
      "--storage.tsdb.retention.time=7d",
      "--web.external-url=https://prometheus.example.com",
    ]);
  });
});
