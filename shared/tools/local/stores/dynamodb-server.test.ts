import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { tables } from "../../../contract.ts";
import { DynamodbServer } from "./dynamodb-server.ts";
import { localCredentials, localRegion } from "./local-aws.ts";
import { localTableNames } from "./table-names.ts";

async function withClient<Result>(
  endpoint: string,
  use: (client: DynamoDBClient) => Promise<Result>,
): Promise<Result> {
  const client = new DynamoDBClient({
    endpoint,
    region: localRegion,
    credentials: localCredentials,
  });
  try {
    return await use(client);
  } finally {
    client.destroy();
  }
}

const listTables = (endpoint: string) =>
  withClient(endpoint, async (client) => (await client.send(new ListTablesCommand())).TableNames);

describe("DynamodbServer", () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "dynamodb-server-"));
  });
  after(() => rm(folder, { recursive: true }));

  it("has the contract's tables after createTables, however often", async () => {
    await using server = await DynamodbServer.start();
    await server.createTables();
    await server.createTables();
    expect(await listTables(server.url)).to.have.members(Object.keys(tables));
  });

  it("holds several stacks apart by a prefix", async () => {
    await using server = await DynamodbServer.start();
    const names = await server.createTables(localTableNames("one-"));
    expect(names.counters).to.equal("one-counters");
    await server.createTables(localTableNames("two-"));
    expect(await listTables(server.url)).to.have.length(2 * Object.keys(tables).length);
  });

  it("keeps what it acknowledged over a crash, given a folder", async () => {
    await using server = await DynamodbServer.start({ dataDir: join(folder, "new", "data") });
    const { products } = await server.createTables();
    const Key = { id: { N: "1" } };
    const Item = { ...Key, name: { S: "tea" } };
    await withClient(server.url, (client) =>
      client.send(new PutItemCommand({ TableName: products, Item })),
    );
    await server.kill();
    await server.start();
    await server.createTables();
    const found = await withClient(server.url, (client) =>
      client.send(new GetItemCommand({ TableName: products, Key })),
    );
    expect(found.Item).to.deep.equal(Item);
  });

  it("starts again on the same port, empty without a folder", async () => {
    await using server = await DynamodbServer.start();
    await server.createTables();
    await server.stop();
    await server.start();
    expect(await listTables(server.url)).to.deep.equal([]);
  });
});
