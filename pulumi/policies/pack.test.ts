import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import grpc from "@grpc/grpc-js";
import analyzerRpc, { type AnalyzerClient } from "@pulumi/pulumi/proto/analyzer_grpc_pb.js";
import analyzer, {
  type AnalyzeDiagnostic,
  type AnalyzerInfo,
} from "@pulumi/pulumi/proto/analyzer_pb.js";
import { expect } from "chai";
import empty from "google-protobuf/google/protobuf/empty_pb.js";
import struct from "google-protobuf/google/protobuf/struct_pb.js";
import { rules } from "./rules.ts";

/** Starts the pack as the CLI does, and resolves to a client on the port that it prints. */
async function startPack(): Promise<{ pack: ChildProcess; client: AnalyzerClient }> {
  const runner = createRequire(import.meta.url).resolve("@pulumi/pulumi/cmd/run-policy-pack");
  const directory = import.meta.dirname;
  const pack = spawn(process.execPath, [runner, "--pwd", directory, "127.0.0.1:0", "."], {
    cwd: directory,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [port] = (await once(pack.stdout, "data")) as [Buffer];
  const address = `127.0.0.1:${port.toString().trim()}`;
  return {
    pack,
    client: new analyzerRpc.AnalyzerClient(address, grpc.credentials.createInsecure()),
  };
}

function analyze(
  client: AnalyzerClient,
  props: Record<string, unknown>,
): Promise<AnalyzeDiagnostic[]> {
  const type = "aws:lb/listenerRule:ListenerRule";
  const request = new analyzer.AnalyzeRequest()
    .setType(type)
    .setName("it")
    .setUrn(`urn:pulumi:dev::p::${type}::it`)
    .setProperties(struct.Struct.fromJavaScript(props as Record<string, never>))
    .setOptions(new analyzer.AnalyzerResourceOptions());
  return new Promise((resolve, reject) => {
    client.analyze(request, (error, response) => {
      if (error === null) resolve(response.getDiagnosticsList());
      else reject(error);
    });
  });
}

describe("the CrossGuard pack", () => {
  let pack: ChildProcess;
  let client: AnalyzerClient;

  before(async () => {
    ({ pack, client } = await startPack());
  });

  after(async () => {
    client.close();
    pack.kill();
    await once(pack, "exit");
  });

  it("announces every rule as mandatory", async () => {
    const info = await new Promise<AnalyzerInfo>((resolve, reject) => {
      client.getAnalyzerInfo(new empty.Empty(), (error, response) => {
        if (error === null) resolve(response);
        else reject(error);
      });
    });
    const policies = info.getPoliciesList();
    expect(policies.map((policy) => policy.getName())).to.have.members(
      rules.map(({ name }) => name),
    );
    for (const policy of policies)
      expect(policy.getEnforcementlevel()).to.equal(analyzer.EnforcementLevel.MANDATORY);
  });

  it("stops a resource that breaks a rule, and lets one pass that breaks none", async () => {
    const rule = (count: number) => ({
      priority: 1,
      conditions: [{ pathPattern: { values: Array.from({ length: count }, (_, i) => `/${i}`) } }],
    });
    const [found, ...others] = await analyze(client, rule(6));
    expect(found?.getPolicyname()).to.equal("few-condition-values");
    expect(found?.getMessage()).to.contain("6 condition values");
    expect(others).to.be.empty;
    expect(await analyze(client, rule(5))).to.be.empty;
  });
});
