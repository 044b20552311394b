import { expect } from "chai";
import type * as pulumi from "@pulumi/pulumi";
import { refuseRollback } from "./rollback.ts";

const arn = "arn:aws:ecs:eu-west-1:123456789012:task-definition/page-services-dev-counter";

function afterUpdate(wanted: string | undefined, running: string | undefined): () => void {
  const args: pulumi.ResourceHookArgs = {
    urn: "urn:pulumi:dev::p::aws:ecs/service:Service::counter",
    id: "counter",
    name: "counter",
    type: "aws:ecs/service:Service",
    newInputs: { taskDefinition: wanted },
    newOutputs: { taskDefinition: running },
  };
  return () => refuseRollback(args);
}

describe("the hook after the update of a service", () => {
  it("fails when the service runs another revision than it was given", () => {
    expect(afterUpdate(`${arn}:8`, `${arn}:7`)).to.throw(
      "ECS rolled counter back: it runs page-services-dev-counter:7 " +
        "instead of page-services-dev-counter:8",
    );
  });

  it("is content when the service runs what it was given, by ARN or by name", () => {
    expect(afterUpdate(`${arn}:8`, `${arn}:8`)).to.not.throw();
    expect(afterUpdate(`${arn}:8`, "page-services-dev-counter:8")).to.not.throw();
  });

  it("says nothing as long as it does not know both", () => {
    expect(afterUpdate(undefined, `${arn}:7`)).to.not.throw();
    expect(afterUpdate(`${arn}:8`, undefined)).to.not.throw();
  });
});
