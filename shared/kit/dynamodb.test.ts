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
    expect(failure).to.be.instanceOf(StoreUnavailable).with.property("store", "dynamodb");
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
    expect(attempts).to.equal(2);
    silent.closeAllConnections();
    silent.close();
  });
});
