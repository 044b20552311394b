import { expect } from "chai";
import { recordedStacks } from "../offline/recorded-stacks.ts";
import { ofType } from "../offline/recording.ts";
import { type } from "../offline/resource-types.ts";

interface Block {
  customResponse: {
    customResponseBodyKey: string;
    responseCode: number;
    responseHeaders: { name: string; value: string }[];
  };
}
interface Rule {
  name: string;
  action?: { block: Block };
  statement: {
    managedRuleGroupStatement?: {
      ruleActionOverrides: { name: string; actionToUse: { block?: Block; count?: object } }[];
    };
  };
}
interface Body {
  key: string;
  content: string;
  contentType: string;
}

/** AWS' bounds: of one body, and of all bodies of a list together. */
const BODY_BYTES = 4_096;
const BODIES_BYTES = 51_200;

describe("the web application firewall", () => {
  let rules: Rule[];
  let bodies: Body[];
  before(async function () {
    this.timeout(180_000);
    const { prod } = await recordedStacks();
    const [acl] = ofType(prod, type.webAcl);
    rules = acl?.props["rules"] as Rule[];
    bodies = acl?.props["customResponseBodies"] as Body[];
  });

  const overrides = () =>
    rules.flatMap(
      ({ statement }) => statement.managedRuleGroupStatement?.ruleActionOverrides ?? [],
    );
  const blocks = () => [
    ...rules.flatMap(({ action }) => action?.block ?? []),
    ...overrides().flatMap(({ actionToUse }) => actionToUse.block ?? []),
  ];

  it("answers every block with problem details of the status that it sends", () => {
    expect(blocks()).to.have.lengthOf(22);
    for (const { customResponse } of blocks()) {
      const { customResponseBodyKey, responseCode } = customResponse;
      const body = bodies.find(({ key }) => key === customResponseBodyKey);
      const problem = JSON.parse(body?.content ?? "{}") as Record<string, unknown>;
      expect(problem).to.include({ type: "about:blank", status: responseCode });
      expect(problem).to.have.all.keys("type", "title", "status", "detail");
    }
  });

  it("says 429 and when to come again at the rate limit, and 403 at the other rules", () => {
    const [limit, ...others] = blocks().map(({ customResponse }) => customResponse);
    expect(limit?.responseCode).to.equal(429);
    expect(limit?.responseHeaders).to.deep.include({ name: "retry-after", value: "60" });
    expect(new Set(others.map(({ responseCode }) => responseCode))).to.deep.equal(new Set([403]));
  });

  it("lets pages of other origins read why, and no cache keep it", () => {
    for (const { customResponse } of blocks()) {
      expect(customResponse.responseHeaders).to.deep.include.members([
        { name: "access-control-allow-origin", value: "*" },
        { name: "cache-control", value: "no-store" },
      ]);
    }
  });

  it("keeps within what AWS takes", () => {
    const sizes = bodies.map(({ content }) => Buffer.byteLength(content));
    expect(Math.max(...sizes)).to.be.at.most(BODY_BYTES);
    expect(sizes.reduce((sum, size) => sum + size)).to.be.at.most(BODIES_BYTES);
    for (const { key, contentType } of bodies) {
      expect(key).to.match(/^[\w-]{1,128}$/);
      expect(contentType).to.equal("APPLICATION_JSON");
    }
    const headers = blocks().flatMap(({ customResponse }) => customResponse.responseHeaders);
    expect(headers.map(({ name }) => name)).to.not.include("content-type");
    const named = overrides().map(({ name }) => name);
    expect(new Set(named).size).to.equal(named.length);
  });

  it("lets bodies pass that the services check themselves", () => {
    const size = overrides().find(({ name }) => name === "SizeRestrictions_BODY");
    expect(size?.actionToUse).to.deep.equal({ count: {} });
  });
});
