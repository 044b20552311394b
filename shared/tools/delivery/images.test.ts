import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { validate } from "dockerfile-utils";
import hcl from "hcl2-parser";
import { container, serviceNames } from "../../contract.ts";
import { argumentsOf, createContextFilter, readDockerfile, stageOf } from "./dockerfile.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFile(`${root}${path}`, "utf8");

/** A bake file as the parser gives it: every block is a list of one. */
type Blocks = Record<string, Record<string, [Record<string, unknown>]>>;

function parseHcl(text: string): Blocks {
  const { parseToObject } = hcl as { parseToObject: (text: string) => [Blocks | null, unknown] };
  const [blocks] = parseToObject(text);
  if (blocks === null) throw new Error("This is no HCL");
  return blocks;
}

describe("services/Dockerfile", () => {
  const last = async (keyword: string) =>
    argumentsOf(stageOf(await readDockerfile(`${root}services/Dockerfile`)), keyword);

  it("has no fault that a linter knows, nor has that of Prometheus", async () => {
    for (const path of ["services/Dockerfile", "pulumi/prometheus/Dockerfile"]) {
      expect(validate(await read(path)), path).to.deep.equal([]);
    }
  });

  it("takes one argument, SERVICE", async () => {
    const dockerfile = await read("services/Dockerfile");
    expect(new Set(dockerfile.match(/(?<=^ARG ).*/gm))).to.deep.equal(new Set(["SERVICE"]));
  });

  it("ends in a user who is not root, with Node as process 1 on the contract's port", async () => {
    expect(await last("USER")).to.deep.equal(["1000:1000"]);
    expect((await last("ENTRYPOINT")).join()).to.match(/^\["node", .*"\/app\/main\.mjs"\]$/);
    expect(await last("EXPOSE")).to.deep.equal([String(container.port)]);
    expect((await last("ENV")).join()).to.include(`PORT=${container.port}`);
    expect((await last("HEALTHCHECK")).join()).to.include(container.healthPath);
  });

  it("is made from the services and the kit, without tests, tools of tests, docs and packages", async () => {
    const isSent = createContextFilter(await read(".dockerignore"));
    const sent = ["package-lock.json", "services/counter/main.ts", "shared/kit/http/route.ts"];
    const kept = ["node_modules/koa/package.json", ".git/HEAD", "pulumi/index.ts", "README.md"];
    kept.push(
      "services/counter/app.test.ts",
      "services/counter/README.md",
      "shared/tools/bench/run.ts",
    );
    expect(sent.filter((path) => !isSent(path))).to.deep.equal([]);
    expect(kept.filter(isSent)).to.deep.equal([]);
  });
});

describe("docker-bake.hcl", () => {
  let bake: Blocks;
  before(async () => {
    bake = parseHcl(await read("docker-bake.hcl"));
  });
  const target = (name: string) => bake["target"]?.[name]?.[0] ?? {};

  it("has one target for each service of the contract, from the one Dockerfile", () => {
    const services = target("services");
    expect(services).to.deep.include({
      name: "${service}",
      args: { SERVICE: "${service}" },
      dockerfile: "services/Dockerfile",
    });
    const { service } = services["matrix"] as { service: string[] };
    expect(service.toSorted()).to.deep.equal(serviceNames.toSorted());
  });

  it("has one for Prometheus, and all of them in its default group", () => {
    expect(target("prometheus")).to.include({ context: "pulumi/prometheus" });
    expect(bake["group"]?.["default"]?.[0])
      .to.have.property("targets")
      .deep.equal(["services", "prometheus"]);
  });

  it("describes each of its variables, groups and targets that people name", () => {
    const named = Object.entries({ ...bake["variable"], ...bake["group"], ...bake["target"] });
    const silent = named.filter(([name, [block]]) => name !== "image" && !block["description"]);
    expect(silent.map(([name]) => name)).to.deep.equal([]);
  });
});
