import { createServer } from "node:http";
import {
  ConditionalCheckFailedException,
  GetItemCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { DynamodbServer } from "../tools/local/stores/dynamodb-server.ts";
import { createDynamoDB } from "./dynamodb.ts";
import { StoreUnavailable } from "./store-unavailable.ts";

const local = { region: "us-east-1", accessKeyId: "local", secretAccessKey: "local" };
const item = { page: { S: "home" } };

function clientOf(endpoint: string, timeoutMs = 1_000) {
  process.env.AWS_ACCESS_KEY_ID = local.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = local.secretAccessKey;
  return createDynamoDB({ endpoint, region: local.region, timeoutMs });
}

describe("a DynamoDB client", () => {
  it("passes on a failed condition, and reports a server that is away", async () => {
    await using server = await DynamodbServer.start();
    await server.createTables();
    const client = clientOf(server.url);
    const create = new PutItemCommand({
      TableName: "counters",
      Item: item,
      ConditionExpression: "attribute_not_exists(page)",
    });
    await client.send(create);
    const refused = await client.send(create).catch((error: unknown) => error);
    expect(refused).to.be.instanceOf(ConditionalCheckFailedException);
    await server.kill();
    const failure = await client.send(create).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(failure).to.include({ store: "dynamodb", reason: "unreachable", mayHaveRun: false });
  });

  it("gives up on a server that does not answer, after at most two attempts", async () => {
    let attempts = 0;
    const silent = createServer(() => {
      attempts += 1;
    });
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { port } = silent.address() as { port: number };
    const client = clientOf(`http://127.0.0.1:${port}`, 50);
    const read = new GetItemCommand({ TableName: "counters", Key: item });
    const failure = await client.send(read).catch((error: unknown) => error);
    expect(failure).to.be.instanceOf(StoreUnavailable);
    expect(failure).to.include({ reason: "timeout", mayHaveRun: true });
    expect(attempts).to.equal(2);
    silent.closeAllConnections();
    silent.close();
  });

  for (const [name, status, reason, mayHaveRun] of [
    ["ProvisionedThroughputExceededException", 400, "throttled", false],
    ["ThrottlingException", 400, "throttled", false],
    ["ExpiredTokenException", 400, "denied", false],
    ["AccessDeniedException", 400, "denied", false],
    ["InternalServerError", 500, "failing", true],
  ] as const) {
    it(`is ${reason} when DynamoDB says ${name}`, async () => {
      await using server = await answering([{ status, name }]);
      const failure = await clientOf(server.url)
        .send(new GetItemCommand({ TableName: "counters", Key: item }))
        .catch((error: unknown) => error);
      expect(failure).to.be.instanceOf(StoreUnavailable).and.include({ reason, mayHaveRun });
    });
  }

  it("may have run a call whose first attempt failed before the second was throttled", async () => {
    await using server = await answering([
      { status: 500, name: "InternalServerError" },
      { status: 400, name: "ThrottlingException" },
    ]);
    const failure = await clientOf(server.url)
      .send(new PutItemCommand({ TableName: "counters", Item: item }))
      .catch((error: unknown) => error);
    expect(failure).to.include({ reason: "throttled", mayHaveRun: true });
  });

  it("passes on a mistake of ours", async () => {
    await using server = await answering([{ status: 400, name: "ValidationException" }]);
    const failure = await clientOf(server.url)
      .send(new GetItemCommand({ TableName: "counters", Key: item }))
      .catch((error: unknown) => error);
    expect(failure).to.not.be.instanceOf(StoreUnavailable);
    expect(failure).to.have.property("name", "ValidationException");
  });
});

/** Answers one error after the other, then the last one again. */
async function answering(errors: readonly { status: number; name: string }[]) {
  let calls = 0;
  const server = createServer((_, response) => {
    const { status, name } = errors[Math.min(calls, errors.length - 1)]!;
    calls += 1;
    response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
    response.end(JSON.stringify({ __type: `com.amazonaws.dynamodb.v20120810#${name}` }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
