import { expect } from "chai";
import { env } from "../../shared/contract.ts";
import { patched } from "../lifecycle/changes.ts";
import { environmentOf } from "../offline/recorded-stacks.ts";
import { ofType } from "../offline/recording.ts";
import { report } from "../offline/report.ts";
import { type } from "../offline/resource-types.ts";
import { runProgram } from "../offline/run-program.ts";
import { readStackFile } from "../offline/stack-file.ts";
import { rules } from "../policies/rules.ts";

describe("a Valkey of three shards", () => {
  it("is one group with an alarm for each node, and known as a cluster", async function () {
    this.timeout(300_000);
    const change = {
      "data.valkey.clusterMode": "on",
      "data.valkey.shards": 3,
      "data.valkey.replicas": 1,
    };
    const recording = await runProgram(patched(await readStackFile("prod"), change));
    expect(report(recording, rules)).to.include({ good: true });
    const [group] = ofType(recording, type.valkey);
    expect(group?.props).to.include({
      clusterMode: "enabled",
      numNodeGroups: 3,
      replicasPerNodeGroup: 1,
      automaticFailoverEnabled: true,
    });
    expect(group?.props).to.not.have.property("numCacheClusters");
    const memory = ofType(recording, type.alarm).filter(({ name }) =>
      /^cache-\d-memory/.test(name),
    );
    expect(memory).to.have.lengthOf(6);
    const told = (service: string) => environmentOf(recording, service)[env.redisCluster];
    expect(["counter", "catalog", "stream-guard"].map(told)).to.deep.equal(["on", "on", undefined]);
  });
});
