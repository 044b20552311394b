import { access, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { parse } from "yaml";
import {
  container,
  containerEnvironment,
  containerSecrets,
  env,
  serviceNames,
  services as contracts,
  tables,
} from "../../contract.ts";
import { localRegion } from "../local/stores/local-aws.ts";
import { localTableNames } from "../local/stores/table-names.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFile(`${root}${path}`, "utf8");

interface ComposeService {
  image?: string;
  command?: string[];
  build?: { dockerfile: string; target?: string; args?: Record<string, string> };
  environment?: Record<string, string>;
  depends_on?: Record<string, unknown> | string[];
  ports?: string[];
  volumes?: string[];
  read_only?: boolean;
  cap_drop?: string[];
}

interface Compose {
  services: Record<string, ComposeService>;
  configs: Record<"prometheus" | "grafana-source" | "grafana-dashboards", { content: string }>;
}

interface Scrape {
  global: { scrape_interval: string };
  scrape_configs: [{ static_configs: { targets: string[]; labels: { service: string } }[] }];
}

describe("compose.yaml", () => {
  let compose: Compose;
  before(async () => {
    compose = parse(await read("compose.yaml"), { merge: true }) as Compose;
  });
  /** A service of the contract may be left out here. */
  const included = () => serviceNames.filter((name) => name in compose.services);
  const service = (name: string): ComposeService => compose.services[name] ?? {};

  it("runs services of the contract from their production images, as ECS does", () => {
    expect(included()).to.include.members(["counter", "catalog", "stream-guard"]);
    for (const name of included()) {
      expect(service(name), name).to.deep.include({
        image: `page-services/${name}`,
        read_only: true,
        cap_drop: ["ALL"],
      });
      expect(service(name).build).to.deep.include({
        dockerfile: "services/Dockerfile",
        args: { SERVICE: name },
      });
      expect(service("gateway").depends_on).to.have.property(name);
    }
  });

  it("gives each service what a deployed container gets, but for what is the default", () => {
    const place = {
      region: localRegion,
      tableNames: localTableNames(),
      dynamodbEndpoint: "http://dynamodb:8000",
      trustedHops: 1,
      drainSeconds: container.drainSeconds,
      deployment: "local",
      traces: { endpoint: "http://jaeger:4318", percent: 100 },
    };
    const secrets = { redisUrl: "redis://redis:6379", apiKeys: "${API_KEYS:-}" };
    for (const name of included()) {
      const deployed = {
        ...containerEnvironment(contracts[name], place),
        ...containerSecrets(contracts[name], secrets),
      };
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...given } =
        service(name).environment ?? {};
      expect(AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY, name).to.equal("local");
      const left = Object.keys(deployed).filter((variable) => !(variable in given));
      const defaults = Object.values(tables).map((table) => table.env);
      expect([
        env.port,
        env.trustedHops,
        env.drainSeconds,
        env.deployment,
        ...defaults,
      ]).to.include.members(left);
      // Only with its profile there is somebody to send them to.
      expect(deployed, name).to.include({ ...given, TRACES: "otlp" });
      expect(given, name).to.include({ TRACES: "${TRACES:-off}" });
    }
  });

  it("makes the tables, and answers on 8080, with programs that are in the repository", async () => {
    for (const name of ["tables", "gateway"]) {
      const [program, script = ""] = service(name).command ?? [];
      expect(program).to.equal("node");
      await access(`${root}${script}`);
      expect(service(name).build).to.include({ target: "repository" });
    }
    expect(service("gateway").ports).to.deep.equal([`127.0.0.1:8080:${container.port}`]);
    const ports = Object.values(compose.services).flatMap(({ ports = [] }) => ports);
    expect(ports.filter((port) => !port.startsWith("127.0.0.1:"))).to.deep.equal([]);
    expect(service("tables").environment).to.have.property(env.dynamodbEndpoint);
  });

  it("shows each of them in Grafana, whose source is that Prometheus", () => {
    const { command = [], volumes } = service("dashboards");
    expect(command[1]).to.equal("shared/tools/grafana/write-dashboards.ts");
    expect(command.slice(3)).to.deep.equal(
      included().map((name) => `${name}=http://${name}:${container.port}`),
    );
    expect(volumes).to.deep.equal(["dashboards:/dashboards"]);
    expect(service("grafana").volumes).to.deep.equal(["dashboards:/dashboards:ro"]);
    const source = parse(compose.configs["grafana-source"].content) as object;
    expect(source).to.have.nested.property("datasources[0].url", "http://prometheus:9090");
    const provider = parse(compose.configs["grafana-dashboards"].content) as object;
    expect(provider).to.have.nested.property("providers[0].options.path", command[2]);
  });

  it("scrapes each of them every five seconds, by the Prometheus that is deployed", async () => {
    const scrape = parse(compose.configs.prometheus.content) as Scrape;
    expect(scrape.global.scrape_interval).to.equal("5s");
    expect(scrape.scrape_configs[0].static_configs).to.deep.equal(
      included().map((name) => ({
        targets: [`${name}:${container.port}`],
        labels: { service: name },
      })),
    );
    const dockerfile = await read("pulumi/prometheus/Dockerfile");
    expect(dockerfile).to.include(`FROM ${service("prometheus").image ?? "?"}\n`);
  });
});
