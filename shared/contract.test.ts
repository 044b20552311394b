import { expect } from "chai";
import { containerEnvironment, containerSecrets, env, services, tables } from "./contract.ts";

const tableNames = {
  ...{ counters: "c-1", sessions: "s-1", users: "u-1", days: "d-1" },
  ...{ products: "p-1", streams: "t-1" },
};
const place = {
  region: "eu-west-1",
  tableNames,
  trustedHops: 1,
  drainSeconds: 10,
  deployment: "dev",
};

describe("the environment of a container", () => {
  it("has the tables that are the service's own, by the contract's names, and no others", () => {
    const environment = containerEnvironment(services.catalog, place);
    expect(environment).to.include({ [tables.products.env]: "p-1" });
    expect(environment).to.not.have.any.keys(tables.counters.env, tables.streams.env);
  });

  it("asks for the metric only where it is published", () => {
    const environment = containerEnvironment(services.catalog, place);
    expect(environment).to.include({ [env.deployment]: "dev" });
    expect(environment).to.not.have.property(env.embeddedMetrics);
    const publishing = containerEnvironment(services.catalog, { ...place, publishesMetric: true });
    expect(publishing).to.include({ [env.embeddedMetrics]: "on" });
  });

  it("leaves the choice of the counter's store to the counter", () => {
    expect(containerEnvironment(services.counter, place)).to.not.have.property("COUNTER_STORE");
  });
});

describe("the secrets of a container", () => {
  it("are only those that the service uses, and that there are", () => {
    const secrets = { redisUrl: "redis://r", apiKeys: "k", tokenKeys: "t" };
    expect(containerSecrets(services.catalog, secrets)).to.deep.equal({
      [env.redisUrl]: "redis://r",
      [env.apiKeys]: "k",
    });
    expect(containerSecrets({ ...services.catalog, redis: false }, secrets)).to.deep.equal({
      [env.apiKeys]: "k",
    });
    expect(containerSecrets(services.counter, secrets)).to.include({ [env.tokenKeys]: "t" });
    expect(containerSecrets(services.counter, {})).to.deep.equal({});
  });
});
