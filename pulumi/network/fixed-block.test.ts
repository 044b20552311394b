import type * as pulumi from "@pulumi/pulumi";
import { expect } from "chai";
import { blockTag, refuseNewBlock } from "./fixed-block.ts";

function beforeUpdate(deployed: string | undefined, wanted: string): () => void {
  const tagged = (block: string | undefined) => ({ tags: block && { [blockTag]: block } });
  const args: pulumi.ResourceHookArgs = {
    urn: "urn:pulumi:dev::p::aws:lb/loadBalancer:LoadBalancer::load-balancer",
    id: "load-balancer",
    name: "load-balancer",
    type: "aws:lb/loadBalancer:LoadBalancer",
    oldInputs: tagged(deployed),
    newInputs: tagged(wanted),
  };
  return () => refuseNewBlock(args);
}

describe("the hook before the update of the load balancer", () => {
  it("refuses another block than the deployed one, and says which to set", () => {
    expect(beforeUpdate("10.0.0.0/16", "10.1.0.0/16")).to.throw(
      /network\.cidr: expected 10\.0\.0\.0\/16.*got 10\.1\.0\.0\/16.*config set/,
    );
  });

  it("lets the same block pass, and a stack that does not know its block yet", () => {
    expect(beforeUpdate("10.0.0.0/16", "10.0.0.0/16")).to.not.throw();
    expect(beforeUpdate(undefined, "10.0.0.0/16")).to.not.throw();
  });
});
