import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { comment, quoted } from "./comment.ts";
import { readPreview } from "./engine-events.ts";

const urn = (type: string, name: string) => `urn:pulumi:dev::page-services::${type}::${name}`;

/** One event as the CLI prints it; `state` is the resource before and after. */
function step(op: string, [type, name]: [string, string], more: Record<string, unknown> = {}) {
  const state = { type, urn: urn(type, name), custom: true, id: "", parent: "", ...more };
  const metadata = {
    op,
    type,
    urn: urn(type, name),
    provider: "",
    old: state,
    new: state,
    ...more,
  };
  return { sequence: 1, timestamp: 1, resourcePreEvent: { metadata, planning: true } };
}

const diagnostic = (severity: string, message: string) => ({
  diagnosticEvent: { message, severity, color: "never" },
});
const summary = { summaryEvent: { maybeCorrupt: false, durationSeconds: 1, resourceChanges: {} } };

const table: [string, string] = ["aws:dynamodb/table:Table", "products"];
const task: [string, string] = ["aws:ecs/taskDefinition:TaskDefinition", "counter"];
const logs: [string, string] = ["aws:cloudwatch/logGroup:LogGroup", "counter"];

function lines(...events: object[]): string {
  return ["Previewing update (dev)", ...events.map((event) => JSON.stringify(event))].join("\n");
}

function rendered(text: string, stack = "dev"): string {
  return comment({ stack, source: "A test.", cost: "COST", ...readPreview(text) });
}

describe("the comment on a pull request", () => {
  it("lists what is deleted, replaced, updated and created, worst first", () => {
    const text = rendered(
      lines(
        step("create", logs),
        step("update", ["aws:ecs/service:Service", "counter"], { diffs: ["taskDefinition"] }),
        step("create-replacement", task, { keys: ["cpu", "memory"] }),
        step("replace", task),
        step("delete-replaced", task),
        step("delete", table, { new: undefined }),
        step("same", ["aws:sns/topic:Topic", "alerts"]),
        summary,
      ),
    );
    expect(text).to.contain("**1 deleted**, **1 replaced**, **1 updated**, **1 created**");
    expect(text.split("\n").filter((line) => line.startsWith("| "))).to.deep.equal([
      "| what happens | resource | type | changed inputs |",
      "| --- | --- | --- | --- |",
      "| deleted | `products` | `aws:dynamodb:Table` |  |",
      "| replaced, new one first | `counter` | `aws:ecs:TaskDefinition` | `cpu`, `memory` |",
      "| updated | `counter` | `aws:ecs:Service` | `taskDefinition` |",
      "| created | `counter` | `aws:cloudwatch:LogGroup` |  |",
    ]);
    expect(text).to.contain("Policies: all hold.").and.contain("COST").and.contain("A test.");
  });

  it("says when the old one goes before the new one comes, and when it is protected", () => {
    const old = { type: table[0], urn: urn(...table), custom: true, protect: true };
    const events = [
      step("delete-replaced", table, { old }),
      step("replace", table, {
        old,
        detailedDiff: { "attributes[0].name": { diffKind: "update" } },
      }),
      step("create-replacement", table, { old }),
    ];
    expect(rendered(lines(...events, summary))).to.contain(
      "| replaced, old one goes first, **protected** | `products` | `aws:dynamodb:Table` | `attributes` |",
    );
  });

  it("passes over components, providers and the stack itself", () => {
    const events = [
      step("create", ["page-services:index:Microservice", "counter"], { custom: false }),
      step("create", ["pulumi:providers:aws", "default"]),
      step("create", ["pulumi:pulumi:Stack", "page-services-dev"], { custom: false }),
    ];
    expect(rendered(lines(...events, summary))).to.contain("Nothing changes.");
  });

  it("has the broken policies by name and resource", () => {
    const policyEvent = {
      resourceUrn: urn(...table),
      message: "<{%fg 1%}>its encryption\n  is off<{%reset%}>",
      policyName: "encrypted",
      policyPackName: "page-services",
      enforcementLevel: "mandatory",
    };
    const text = rendered(lines({ policyEvent }, summary));
    expect(text).to.contain("Policies: 1 broken.");
    expect(text).to.contain(
      "- `encrypted: aws:dynamodb/table:Table products: its encryption is off`",
    );
    expect(text).to.not.contain("all hold");
  });

  it("has the errors of a preview that failed, and says nothing of policies then", () => {
    const text = rendered(lines(diagnostic("error", "no such zone"), diagnostic("warning", "old")));
    expect(text).to.contain("**It does not work yet.**").and.contain("- `no such zone`");
    expect(text).to.not.contain("Policies").and.not.contain("old");
  });

  it("holds no value of any input, and no secret of a message", () => {
    const secret = "hunter2";
    const inputs = { secretString: secret, environment: { KEY: secret } };
    const state = { type: logs[0], urn: urn(...logs), custom: true, inputs, outputs: inputs };
    const update = step("update", logs, { old: state, new: state, diffs: ["environment"] });
    const error = diagnostic(
      "error",
      `cannot reach rediss://:${secret}@host with AKIA${"A".repeat(16)}`,
    );
    const text = rendered(lines(update, error, summary));
    expect(text).to.contain("`environment`").and.contain("rediss://[secret]@host with [secret]");
    expect(text).to.not.contain(secret).and.not.contain("AKIA");
  });

  it("stays a table whatever the names hold, and within a comment's size", () => {
    const text = rendered(lines(step("create", [logs[0], "a|b`c"]), summary));
    expect(text).to.contain("| created | `a¦b'c` |");
    const many = Array.from({ length: 120 }, (_, i) => step("create", [logs[0], `log-${i}`]));
    expect(rendered(lines(...many, summary))).to.contain("| … | 20 more | | |");
    const long = Array.from({ length: 100 }, () => diagnostic("error", "x".repeat(1000)));
    expect(rendered(lines(...long))).to.have.lengthOf(60_000);
    const wide = Array.from({ length: 100 }, () => diagnostic("error", "€".repeat(1000)));
    expect(Buffer.byteLength(rendered(lines(...wide)))).to.be.within(59_990, 60_002);
  });

  it("keeps a message on one line, and masks a password with an @ in it", () => {
    const text = quoted("a|b\r\n| c | `d`\n@team redis://:p@ss@host");
    expect(text).to.equal("`a¦b ¦ c ¦ 'd' @team redis://[secret]@host`");
  });

  it("does not take half a preview for a whole one", () => {
    expect(() => readPreview(lines(step("create", logs)))).to.throw("did not run to its end");
    expect(() => readPreview("")).to.throw("no summary");
    expect(() => readPreview('{"sequence": 1')).to.throw();
  });

  it("needs a stack and a base", async () => {
    const program = path.join(import.meta.dirname, "write-comment.ts");
    const attempt = promisify(execFile)(process.execPath, [program, "dev"]);
    expect(await attempt.catch((error: unknown) => error)).to.include({ code: 2, stdout: "" });
  });
});
