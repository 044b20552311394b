import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect } from "chai";
import { findInstance } from "./instance.ts";

async function metadataEndpoint(answer: string) {
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    response.end(answer);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v4/abc`,
    paths,
    async [Symbol.asyncDispose]() {
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe("findInstance", () => {
  it("is the task's id on ECS", async () => {
    const arn = "arn:aws:ecs:eu-west-1:123456789012:task/cluster/0f9de17a6465404e8b1b2356dc13c2f8";
    await using endpoint = await metadataEndpoint(JSON.stringify({ TaskARN: arn }));
    expect(await findInstance(endpoint.url)).to.equal("0f9de17a6465404e8b1b2356dc13c2f8");
    expect(endpoint.paths).to.deep.equal(["/v4/abc/task"]);
  });

  it("is host and process where there is no ECS, or none that answers", async () => {
    await using endpoint = await metadataEndpoint("<html>not JSON");
    for (const uri of [undefined, endpoint.url]) {
      expect(await findInstance(uri)).to.match(new RegExp(`-${process.pid}$`));
    }
  });
});
