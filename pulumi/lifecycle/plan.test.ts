import { expect } from "chai";
import type { RecordedResource } from "../offline/recording.ts";
import { sampleResource } from "../offline/sample-resource.ts";
import { changes, patched } from "./changes.ts";
import { interruption } from "./interruption.ts";
import { lifecycleTable } from "./lifecycle-table.ts";
import { plan } from "./plan.ts";

const group = "aws:lb/targetGroup:TargetGroup";

function resource(props: RecordedResource["props"], more: Partial<RecordedResource> = {}) {
  return sampleResource({ type: group, props, ...more });
}

describe("the plan from one recorded graph to another", () => {
  it("creates what is new, deletes what is gone, and leaves what is equal", () => {
    const same = resource({ port: 80, healthCheck: { path: "/" } });
    const other = resource({}, { name: "other" });
    expect(plan([same], [same])).to.be.empty;
    expect(plan([same], [same, other]).map(({ op, name }) => [op, name])).to.deep.equal([
      ["create", "other"],
    ]);
    expect(plan([same, other], [same]).map(({ op, name }) => [op, name])).to.deep.equal([
      ["delete", "other"],
    ]);
  });

  it("updates where the provider can, and names the inputs", () => {
    const before = resource({ port: 80, healthCheck: { path: "/", interval: 5 } });
    const after = resource({ port: 80, healthCheck: { path: "/", interval: 9 }, slowStart: 1 });
    const [step] = plan([before], [after]);
    expect(step).to.include({ op: "update" }).and.not.have.property("order");
    expect(step?.keys).to.deep.equal(["healthCheck", "slowStart"]);
  });

  it("replaces where it cannot: the new one first, unless both have the same name", () => {
    const ports = (name?: string) => [
      [resource({ port: 80, ...(name && { name }) })],
      [resource({ port: 81, ...(name && { name }) })],
    ];
    const order = ([before = [], after = []]: RecordedResource[][]) =>
      plan(before, after)[0]?.order;
    expect(order(ports())).to.equal("create-first");
    expect(order(ports("fixed"))).to.equal("delete-first");
    const renamed = [[resource({ name: "a" })], [resource({ name: "b" })]];
    expect(order(renamed)).to.equal("create-first");
  });

  it("replaces a task definition for every input but its tags", () => {
    const task = (props: object) =>
      resource({ cpu: "256", ...props }, { type: "aws:ecs/taskDefinition:TaskDefinition" });
    expect(plan([task({})], [task({ cpu: "512" })])[0]?.op).to.equal("replace");
    expect(plan([task({})], [task({ tags: { a: "b" } })])[0]?.op).to.equal("update");
  });

  it("passes over components and what is ignored, and keeps the word of protection", () => {
    const component = (port: number) => resource({ port }, { custom: false });
    expect(plan([component(80)], [component(81)])).to.be.empty;
    const ignoring = (port: number) => resource({ port }, { ignoreChanges: ["port"] });
    expect(plan([ignoring(80)], [ignoring(81)])).to.be.empty;
    const guarded = resource({ port: 80 }, { protect: true });
    expect(plan([guarded], [resource({ port: 81 })])[0]?.protect).to.equal(true);
  });

  it("refuses to guess what replaces a type that it does not know", () => {
    const type = "aws:rds/cluster:Cluster";
    const change = () => plan([resource({ a: 1 }, { type })], [resource({ a: 2 }, { type })]);
    expect(change).to.throw(`${type}: add it to pulumi/lifecycle/replacing-inputs.ts`);
  });
});

describe("a change of configuration", () => {
  it("sets, adds and takes away single values, and leaves the rest of the file", () => {
    const values = { "aws:region": "x", "p:network": '{"nat":"single","availabilityZones":2}' };
    const file = { project: "p", stack: "dev", values };
    expect(
      patched(file, { "network.nat": "none", "data.valkey.replicas": 1 }).values,
    ).to.deep.equal({
      "aws:region": "x",
      "p:network": '{"nat":"none","availabilityZones":2}',
      "p:data": '{"valkey":{"replicas":1}}',
    });
    expect(patched(file, { network: undefined, logDays: 7 }).values).to.deep.equal({
      "aws:region": "x",
      "p:logDays": "7",
    });
  });

  it("is rehearsed at least thirty times, each once", () => {
    const titles = changes.map(({ stack, title }) => `${stack} ${title}`);
    expect(titles.length).to.be.at.least(30);
    expect(new Set(titles).size).to.equal(titles.length);
  });
});

describe("the effect of a plan", () => {
  const tasks = resource({ cpu: "1" }, { type: "aws:ecs/service:Service" });
  const rule = (listenerArn: string) =>
    resource({ listenerArn }, { type: "aws:lb/listenerRule:ListenerRule" });

  it("is none, a rolling deployment, or an interruption", () => {
    const deployed = resource({ taskDefinition: "2" }, { type: "aws:ecs/service:Service" });
    expect(interruption(plan([tasks], [tasks]))).to.equal("no effect");
    expect(interruption(plan([tasks], [deployed]))).to.contain("rolling deployment");
    expect(interruption(plan([rule("a")], [rule("b")]))).to.match(/^\*\*interrupts/);
  });

  it("is a row of the table, with the refusal in its place", () => {
    const change = { title: "a change", stack: "dev" as const, to: {} };
    const steps = plan([rule("a"), tasks], [rule("b")]);
    const [, , moved, refused] = lifecycleTable([
      { change, steps },
      { change, steps: [], refusal: "policy: encrypted" },
    ]).split("\n");
    expect(moved).to.match(
      /^\| dev \| a change \| +\| +\| ListenerRule \(new first\) \| Service \| /,
    );
    expect(refused).to.contain("| **refused** by policy: encrypted |");
  });
});
