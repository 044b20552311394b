import { expect } from "chai";
import { readStartSettings } from "./start-settings.ts";

describe("readStartSettings", () => {
  it("has a default for everything", () => {
    expect(readStartSettings([], {})).to.deep.equal({
      port: 8_080,
      dataDir: ".data",
      redisUrl: undefined,
      redisCluster: false,
      logLevel: "warn",
      instances: 1,
      watch: false,
      traces: false,
      help: false,
      env: {},
    });
  });

  it("reads the number of instances", () => {
    expect(readStartSettings(["--instances", "2"], {}).instances).to.equal(2);
    expect(readStartSettings(["--instances=16"], {}).instances).to.equal(16);
  });

  it("takes Redis for a cluster where --redis-cluster says so", () => {
    expect(readStartSettings(["--redis-cluster"], {}).redisCluster).to.equal(true);
  });

  for (const wrong of ["0", "17", "1.5", "-1", "two", ""]) {
    it(`refuses --instances=${wrong}`, () => {
      expect(() => readStartSettings([`--instances=${wrong}`], {})).to.throw(
        `--instances: expected a whole number, 1 to 16, got "${wrong}"`,
      );
    });
  }

  it("refuses options it does not know", () => {
    expect(() => readStartSettings(["--instance=2"], {})).to.throw(
      "Unknown option '--instance'. npm start -- --help says which options there are.",
    );
  });

  it("names every fault of the environment at once", () => {
    expect(() => readStartSettings([], { PORT: "0", LOG_LEVEL: "loud" })).to.throw(
      /PORT.*LOG_LEVEL/s,
    );
  });

  it("shows what the services log at info when every request is logged", () => {
    expect(readStartSettings([], { ACCESS_LOG: "all" }).logLevel).to.equal("info");
    expect(readStartSettings([], { ACCESS_LOG: "all", LOG_LEVEL: "error" }).logLevel).to.equal(
      "error",
    );
  });

  it("passes on what the stack does not decide itself", () => {
    const passed = { API_KEYS: "key", STREAM_LIMIT: "5", COUNTER_STORE: "dynamodb" };
    const kept = { PORT: "1", COUNTERS_TABLE: "x", AWS_PROFILE: "prod", AWS_REGION: "eu-west-1" };
    expect(readStartSettings([], { ...passed, ...kept }).env).to.deep.equal(passed);
  });
});
