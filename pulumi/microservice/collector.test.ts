import { expect } from "chai";
import { serviceNames } from "../../shared/contract.ts";
import { find, type Recording } from "../offline/recording.ts";
import { type } from "../offline/resource-types.ts";
import { runProgram } from "../offline/run-program.ts";
import { bare, digest } from "../offline/sample-stacks.ts";
import { violations } from "../policies/rule.ts";
import { rules } from "../policies/rules.ts";
import { collectorDefinition, collectorEndpoint } from "./collector.ts";

interface Container {
  name: string;
  essential: boolean;
  environment: { name: string; value: string }[];
}

describe("traces of a deployment", () => {
  let traced: Recording;
  before(async function () {
    this.timeout(180_000);
    traced = await runProgram({
      ...bare,
      values: {
        ...bare.values,
        "page-services:network": JSON.stringify({ nat: "single" }),
        "page-services:tracing": JSON.stringify({ image: digest, percent: 20 }),
      },
    });
  });

  const containersOf = (name: string) =>
    JSON.parse(String(find(traced, type.task, name).props["containerDefinitions"])) as Container[];

  it("go to a collector beside each service, without which the service serves on", () => {
    for (const name of serviceNames) {
      const [own, collector, ...others] = containersOf(name);
      expect(others).to.be.empty;
      expect(own?.environment).to.deep.include.members([
        { name: "TRACES", value: "otlp" },
        { name: "TRACES_PERCENT", value: "20" },
        { name: "OTEL_EXPORTER_OTLP_ENDPOINT", value: collectorEndpoint },
      ]);
      expect(collector).to.include({ name: "collector", essential: false });
    }
    expect(containersOf("prometheus")).to.have.lengthOf(1);
  });

  it("need two actions of X-Ray, and keep every rule", () => {
    for (const name of serviceNames) {
      const { policy } = find(traced, "aws:iam/rolePolicy:RolePolicy", `${name}-task`).props;
      const actions = [...String(policy).matchAll(/"(xray:\w+)"/g)].map(([, action]) => action);
      expect(actions).to.have.members(["xray:PutTraceSegments", "xray:PutTelemetryRecords"]);
    }
    expect(violations(rules, traced.resources)).to.be.empty;
  });

  it("come in where the services send them, and not from elsewhere", () => {
    const log = { group: "/ecs/a", region: "eu-west-1" };
    const [config] = collectorDefinition({ image: digest, log }).environment;
    const { receivers } = JSON.parse(config?.value ?? "{}") as {
      receivers: { otlp: { protocols: { http: { endpoint: string } } } };
    };
    expect(`http://${receivers.otlp.protocols.http.endpoint}`).to.equal(collectorEndpoint);
  });
});
