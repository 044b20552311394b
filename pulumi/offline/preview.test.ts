import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { expect } from "chai";
import { getFileInfo } from "prettier";
import { rules } from "../policies/rules.ts";
import type { RecordedResource, Recording } from "./recording.ts";
import { report } from "./report.ts";
import { sampleResource } from "./sample-resource.ts";
import { readStackFile, root } from "./stack-file.ts";

const stackUrn = "urn:pulumi:dev::p::pulumi:pulumi:Stack::p-dev";

function recorded(resource: Partial<RecordedResource> & { type: string; name: string }) {
  return sampleResource({ parent: stackUrn, ...resource });
}

function recording(...resources: RecordedResource[]): Recording {
  const type = "pulumi:pulumi:Stack";
  const stack = recorded({ type, name: "p-dev", urn: stackUrn, parent: "", custom: false });
  return { resources: [stack, ...resources], outputs: { url: "x" }, complaints: [], exitCode: 0 };
}

const logs = { type: "aws:cloudwatch/logGroup:LogGroup", name: "logs" };
const component = recorded({ type: "page-services:index:Part", name: "part", custom: false });
const child = recorded({ ...logs, parent: component.urn, props: { retentionInDays: 7 } });

describe("the offline preview", () => {
  it("shows the tree in the same order, whatever the order of registration", () => {
    const one = report(recording(component, child, recorded({ ...child, name: "a" })), rules);
    const other = report(recording(recorded({ ...child, name: "a" }), child, component), rules);
    expect(one.text).to.equal(other.text);
    expect(one.text.split("\n").slice(0, 3)).to.deep.equal([
      "p-dev  pulumi:pulumi:Stack",
      "  part  Part",
      "    a  aws:cloudwatch:LogGroup",
    ]);
  });

  it("counts, prints the outputs and ends with the verdict of the policies", () => {
    const { text, good } = report(recording(component, child), rules);
    expect(text).to.contain("1 resources in 1 components.").and.to.contain('"url": "x"');
    expect(text.split("\n").at(-1)).to.equal(`Policies: all ${rules.length} rules hold.`);
    expect(good).to.equal(true);
  });

  it("is bad when a policy is broken, and names the resource", () => {
    const { text, good } = report(recording(recorded(logs)), rules);
    expect(good).to.equal(false);
    expect(text).to.contain(`log-retention: ${logs.type} logs: its logs never expire`);
  });

  it("is bad when the program fails, and says why", () => {
    const failed = { ...recording(), complaints: ["the reason"], exitCode: 1 };
    expect(report(failed, rules)).to.deep.equal({ text: "the reason", good: false });
  });

  describe("and the other commands for a stack", () => {
    const run = (command: string, ...args: string[]) =>
      promisify(execFile)(process.execPath, [
        path.join(import.meta.dirname, command),
        ...args,
      ]).catch((error: unknown) => error);

    for (const command of ["preview.ts", "../cost/cost.ts", "../rehearsal/rehearse.ts"]) {
      it(`say how they are called: ${command}`, async () => {
        expect(await run(command, "--help"))
          .to.include({ stderr: "" })
          .and.to.have.property("stdout")
          .which.matches(/^Usage: npm run \S+ -- <stack>.*\n$/);
      });
    }

    it("leave the stack's file in the style of the CLI, which writes it: no check looks at it", async () => {
      const ignorePath = path.join(root, ".prettierignore");
      for (const stack of ["dev", "prod"])
        expect(await getFileInfo(path.join(root, `Pulumi.${stack}.yaml`), { ignorePath }))
          .to.have.property("ignored")
          .that.equals(true);
    });

    it("read a stack's file that is new and empty, and name one that is no YAML", async () => {
      const folder = await mkdtemp(path.join(tmpdir(), "stack-file-"));
      try {
        await writeFile(path.join(folder, "Pulumi.yaml"), "name: p");
        for (const text of ["", "config:"]) {
          await writeFile(path.join(folder, "Pulumi.new.yaml"), text);
          expect(await readStackFile("new", folder)).to.deep.include({ values: {} });
        }
        await writeFile(path.join(folder, "Pulumi.new.yaml"), "config: [");
        const fault: unknown = await readStackFile("new", folder).catch((error: unknown) => error);
        expect(String(fault)).to.match(/^Error: Pulumi\.new\.yaml is no YAML: .*line 1/);
      } finally {
        await rm(folder, { recursive: true });
      }
    });

    it("say why they fail in one line, without a stack trace", async () => {
      const program = `
        import { runStackCommand } from "${path.join(import.meta.dirname, "stack-command.ts")}";
        const run = () => Promise.reject(new Error("There are no prices for mars-1."));
        await runStackCommand({ usage: "", run });`;
      const args = ["--input-type=module", "--eval", program, "--", "dev"];
      const failed: unknown = await promisify(execFile)(process.execPath, args).catch(
        (error: unknown) => error,
      );
      expect(failed).to.include({ code: 1, stderr: "There are no prices for mars-1.\n" });
    });

    it("refuse a stack that has no file, in one line that names those that have", async () => {
      expect(await run("preview.ts", "nowhere"))
        .to.include({ code: 2, stdout: "" })
        .and.to.have.property("stderr")
        .which.matches(
          /^There is no Pulumi\.nowhere\.yaml; the stacks are dev, prod\. Usage: .*\n$/,
        );
    });

    it("refuse an option that they do not know, and a command line without a stack", async () => {
      const unknown = await run("preview.ts", "dev", "--verbose");
      expect(unknown).to.include({ code: 2, stdout: "" });
      expect(unknown)
        .to.have.property("stderr")
        .which.matches(/^Unknown option '--verbose'\. Usage: /);
      expect(await run("preview.ts")).to.include({ code: 2, stdout: "" });
    });
  });
});
