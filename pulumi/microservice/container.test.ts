import { expect } from "chai";
import { env, services, tables } from "../../shared/contract.ts";
import { containerDefinition, type ContainerArgs, serviceEnvironment } from "./container.ts";

const args: ContainerArgs = {
  name: "counter",
  image: "repo@sha256:0",
  port: 8080,
  user: "1000:1000",
  environment: { B: "2", A: "1" },
  secrets: { Z: "arn:z", Y: "arn:y" },
  log: { group: "/ecs/counter", region: "eu-west-1" },
  healthCommand: ["node", "--version"],
};

const tableNames = { counters: "c-1", sessions: "s-1", products: "p-1", streams: "t-1" };
const told = { region: "eu-west-1", deployment: "d", hasCache: true, publishesMetric: false };

describe("a container definition", () => {
  it("is the same text for the same container, whatever the order of its variables", () => {
    const other = { ...args, environment: { A: "1", B: "2" }, secrets: { Y: "arn:y", Z: "arn:z" } };
    const [one, two] = [args, other].map((each) => JSON.stringify(containerDefinition(each)));
    expect(one).to.equal(two);
  });

  it("leaves the command to the image, and mounts nothing, unless it is told to", () => {
    expect(containerDefinition(args)).to.not.have.property("command");
    expect(containerDefinition(args).mountPoints).to.be.empty;
    const writable = { volume: "samples", path: "/data" };
    expect(containerDefinition({ ...args, writable }).mountPoints).to.deep.equal([
      { sourceVolume: "samples", containerPath: "/data" },
    ]);
  });

  it("asks for its health within the container, without a shell", () => {
    expect(containerDefinition(args).healthCheck.command).to.deep.equal([
      "CMD",
      "node",
      "--version",
    ]);
  });
});

describe("the environment of a service", () => {
  it("has the tables that the contract grants, by the contract's names, and no others", () => {
    const environment = serviceEnvironment(services.catalog, { ...told, tableNames });
    expect(environment).to.include({ [tables.products.env]: "p-1" });
    expect(environment).to.not.have.any.keys(tables.counters.env, tables.streams.env);
  });

  it("names the counter's store by whether there is a cache, and nobody else's", () => {
    const store = (hasCache: boolean, name: "counter" | "catalog") =>
      serviceEnvironment(services[name], { ...told, hasCache, tableNames })[env.counterStore];
    expect(store(true, "counter")).to.equal("redis");
    expect(store(false, "counter")).to.equal("dynamodb");
    expect(store(true, "catalog")).to.equal(undefined);
  });
});
