import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import { tables } from "../../shared/contract.ts";
import { type Kept, losses, unguarded } from "./kept.ts";
import { recordedStacks } from "../offline/recorded-stacks.ts";
import type { RecordedResource, Recording } from "../offline/recording.ts";
import { runProgram } from "../offline/run-program.ts";
import { bare } from "../offline/sample-stacks.ts";

/** Inputs that are names in the account or the region, whatever the stack. */
const nameInputs = ["name", "family", "dashboardName", "policyName", "replicationGroupId"];
/** Names within something else, or in the world's DNS. */
const nested = ["aws:route53/record:Record", "aws:iam/rolePolicy:RolePolicy"];

function physicalNames({ resources }: Recording): string[] {
  return resources
    .filter(({ type }) => !nested.includes(type))
    .flatMap((each) => [...namesOf(each), ...metricNamesOf(each)]);
}

function namesOf({ type, props }: RecordedResource): string[] {
  const given = nameInputs.map((input) => props[input]).filter((name) => typeof name === "string");
  return given.map((name) => `${type} ${name}`);
}

/** Metrics of two stacks must not run into one. */
function metricNamesOf({ props }: RecordedResource): string[] {
  const { metricName } = (props["visibilityConfig"] ?? {}) as { metricName?: string };
  const { name } = (props["metricTransformation"] ?? {}) as { name?: string };
  return [metricName, name].filter((each) => each !== undefined);
}

describe("the names in AWS", () => {
  let least: Recording;
  let prod: Recording;
  let dev: Recording;
  let released: Record<"dev" | "prod", Kept[]>;

  before(async function () {
    this.timeout(180_000);
    ({ dev, prod, least } = await recordedStacks());
    const file = path.join(import.meta.dirname, "released.json");
    released = JSON.parse(await readFile(file, "utf8")) as typeof released;
  });

  it("differ between two stacks of one account and region", async function () {
    this.timeout(90_000);
    const other = await runProgram({ ...bare, stack: "other" });
    expect(physicalNames(least)).to.not.be.empty;
    const shared = physicalNames(other).filter((name) => physicalNames(least).includes(name));
    expect(shared).to.be.empty;
    const inBoth = physicalNames(dev).filter((name) => physicalNames(prod).includes(name));
    expect(inBoth).to.be.empty;
  });

  it("of tables, caches, repositories and load balancers are those of the last release", () => {
    expect(losses(released.dev, dev)).to.be.empty;
    expect(losses(released.prod, prod)).to.be.empty;
    expect(released.prod).to.have.length.above(8);
  });

  it("are all guarded, also those that the program has gained since", () => {
    expect(unguarded(released.dev, dev)).to.be.empty;
    expect(unguarded(released.prod, prod)).to.be.empty;
    const users = released.dev.find(({ urn }) => urn.endsWith("Table::users"));
    const others = released.dev.filter((each) => each !== users);
    expect(unguarded(others, dev)).to.deep.equal([
      `${users?.urn} is new: run node pulumi/names/write-released.ts`,
    ]);
  });

  it("may not gain an input by which the provider replaces what has data", () => {
    const changed = (input: string) =>
      dev.resources.map((each) => ({ ...each, props: { ...each.props, [input]: "other" } }));
    const lost = (input: string) => losses(released.dev, { resources: changed(input) });
    expect(lost("rangeKey"), "tables").to.have.lengthOf(Object.keys(tables).length);
    expect(lost("replicationGroupId").join(), "caches").to.contain("would be replaced");
    expect(lost("internal").join(), "load balancers").to.contain("would be replaced");
    expect(lost("tags")).to.be.empty;
  });

  it("may change by an alias, but neither silently nor with another key", () => {
    const [first] = released.dev;
    const renamed = dev.resources.map((each) =>
      each.urn === first?.urn ? { ...each, urn: `${each.urn}-new`, aliases: [each.urn] } : each,
    );
    expect(losses(released.dev, { resources: renamed })).to.be.empty;
    const silent = renamed.map((each) => ({ ...each, aliases: [] }));
    expect(losses(released.dev, { resources: silent }).join()).to.contain("give its successor");
    const rekeyed = dev.resources.map((each) => ({
      ...each,
      props: { ...each.props, hashKey: "other" },
    }));
    expect(losses(released.dev, { resources: rekeyed }).join()).to.contain("would be replaced");
  });
});
