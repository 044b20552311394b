import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../local/stores/local-aws.ts";
import { type FaultChances, SeededFaults } from "./dynamodb-faults.ts";
import { StrictDynamoDB } from "./strict-dynamodb.ts";

const TableName = "counters";
const Key = { page: { S: "a" } };
const list = (length: number, write: (index: number) => string) =>
  Array.from({ length }, (_, index) => write(index)).join(", ");
const put = (index: number) => ({ PutRequest: { Item: { page: { S: `batch-${index}` } } } });
const session = (index: number) => ({ PutRequest: { Item: { id: { S: `batch-${index}` } } } });
const puts = (length: number) => Array.from({ length }, (_, index) => put(index));
const keys = (length: number) =>
  Array.from({ length }, (_, index) => ({ page: { S: `batch-${index}` } }));
const additions = (index: number) => `z${index}=:n+:n`;
const one = { ":n": { N: "1" } };
const update = (UpdateExpression: string, values = one) =>
  new UpdateItemCommand({ TableName, Key, UpdateExpression, ExpressionAttributeValues: values });
const storing = (N: string) => new PutItemCommand({ TableName, Item: { ...Key, n: { N } } });
const condition = (ConditionExpression: string) =>
  new PutItemCommand({
    ...{ TableName, Item: Key, ConditionExpression },
    ExpressionAttributeValues: one,
  });

/** Each breaks one limit, and only just. */
const refused = {
  "an update above 4 KB": update(`SET n = :n REMOVE ${list(600, (i) => `a${1_000 + i}`)}`),
  "a condition above 4 KB": condition(
    list(250, (i) => `a${100_000 + i} = :n`).replaceAll(",", " OR"),
  ),
  "a projection above 4 KB": new GetItemCommand({
    ...{ TableName, Key, ProjectionExpression: list(600, (i) => `a${10_000 + i}`) },
  }),
  "a projection of a batch above 4 KB": new BatchGetItemCommand({
    RequestItems: {
      [TableName]: { Keys: keys(1), ProjectionExpression: list(600, (i) => `a${10_000 + i}`) },
    },
  }),
  "a filter above 4 KB": new ScanCommand({
    ...{ TableName, ExpressionAttributeValues: one },
    FilterExpression: `${"x".repeat(4_092)} = :n`,
  }),
  "more than 300 operators": update(`SET ${list(301, additions)}`),
  "more than 100 operands of IN": condition(`n IN (${list(101, () => ":n")})`),
  "more than 25 writes to two tables": new BatchWriteItemCommand({
    RequestItems: { [TableName]: puts(25), sessions: [session(0)] },
  }),
  "more than 25 writes": new BatchWriteItemCommand({ RequestItems: { [TableName]: puts(26) } }),
  "more than 100 keys": new BatchGetItemCommand({
    RequestItems: { [TableName]: { Keys: keys(101) } },
  }),
  "an item above 400 KB": new PutItemCommand({
    ...{ TableName, Item: { ...Key, text: { S: "x".repeat(409_600) } } },
  }),
  "an update to an item above 400 KB": new UpdateItemCommand({
    ...{ TableName, Key, UpdateExpression: "SET t = :t" },
    ExpressionAttributeValues: { ":t": { S: "x".repeat(409_600) } },
  }),
  "39 digits": storing("1".repeat(39)),
  "a number too large": storing("1e126"),
  "a number too small": storing("1e-131"),
  "an unused value": update("SET n = :n", { ...one, ...{ ":m": { N: "1" } } }),
  "an undefined value": update("SET n = :n, m = :m"),
  "an undefined name": update("SET #n = :n"),
  "an unused name": new GetItemCommand({
    ...{ TableName, Key, ProjectionExpression: "n" },
    ExpressionAttributeNames: { "#n": "n" },
  }),
};

/** Each stays just within a limit. */
const accepted = {
  "an update of 4 KB": update(`SET ${"x".repeat(4_096 - 9)} = :n`),
  "300 operators": update(`SET ${list(300, additions)}`),
  "100 operands of IN": new ScanCommand({
    ...{ TableName, FilterExpression: `n IN (${list(100, () => ":n")})` },
    ExpressionAttributeValues: one,
  }),
  "25 writes to two tables": new BatchWriteItemCommand({
    RequestItems: { [TableName]: puts(24), sessions: [session(0)] },
  }),
  "100 keys": new BatchGetItemCommand({ RequestItems: { [TableName]: { Keys: keys(100) } } }),
  "38 digits": storing("1".repeat(38)),
  "the largest number": storing(`9.${"9".repeat(37)}e125`),
  "the smallest number": storing("1e-130"),
};

describe("StrictDynamoDB", () => {
  let server: DynamodbServer;
  let proxy: StrictDynamoDB;
  let client: DynamoDBClient;

  before(async () => {
    server = await DynamodbServer.start();
    await server.createTables();
    proxy = await StrictDynamoDB.start(server.url);
    Object.assign(process.env, localAwsEnvironment(proxy.url));
    client = new DynamoDBClient({ endpoint: proxy.url, region: localRegion, maxAttempts: 1 });
  });
  beforeEach(() => {
    proxy.seededFaults = undefined;
    proxy.takeCalls();
  });
  after(async () => {
    client.destroy();
    await proxy[Symbol.asyncDispose]();
    await server.stop();
  });

  const outcomeOf = (call: Promise<unknown>) =>
    call.then(
      () => "done",
      (error: unknown) => (error as Error).name,
    );
  const disturb = (chances: FaultChances, seed = 1) => {
    proxy.seededFaults = new SeededFaults(seed, chances);
  };
  const send = (command: object) => client.send(command as GetItemCommand);

  for (const [what, command] of Object.entries(refused)) {
    it(`refuses ${what}`, async () => {
      expect(await outcomeOf(send(command))).to.equal("ValidationException");
    });
  }

  for (const [what, command] of Object.entries(accepted)) {
    it(`takes ${what}`, async () => {
      expect(await outcomeOf(send(command))).to.equal("done");
    });
  }

  it("records the calls, and of which table they are", async () => {
    await client.send(new GetItemCommand({ TableName, Key }));
    await client.send(new BatchWriteItemCommand({ RequestItems: { sessions: [session(0)] } }));
    await client.send(new ListTablesCommand({}));
    const all = proxy.takeCalls();
    expect(all).to.deep.equal(["GetItem", "BatchWriteItem", "ListTables"]);
    await client.send(new GetItemCommand({ TableName, Key }));
    await client.send(new ScanCommand({ TableName: "sessions" }));
    expect(proxy.takeCalls("sessions")).to.deep.equal(["Scan"]);
    expect(proxy.takeCalls()).to.deep.equal([]);
  });

  it("gives short and empty pages that lead through the whole table", async () => {
    await client.send(new BatchWriteItemCommand({ RequestItems: { [TableName]: puts(20) } }));
    const { Count } = await client.send(new ScanCommand({ TableName }));
    disturb({ shortPage: 1 });
    const sizes: number[] = [];
    const seen = new Set<string | undefined>();
    let from: Record<string, { S: string }> | undefined;
    do {
      const command = new ScanCommand({ TableName, Limit: 8, ExclusiveStartKey: from });
      const { Items = [], LastEvaluatedKey } = await client.send(command);
      sizes.push(Items.length);
      for (const { page } of Items) seen.add(page?.S);
      from = LastEvaluatedKey as typeof from;
    } while (from !== undefined);
    expect(seen).to.have.property("size", Count);
    expect(sizes).to.include(0);
    expect(Math.max(...sizes.slice(0, -1))).to.be.below(9);
  });

  it("leaves a part of a batch undone", async () => {
    disturb({ unprocessed: 1 });
    const RequestItems = { sessions: Array.from({ length: 20 }, (_, at) => session(100 + at)) };
    const written = await client.send(new BatchWriteItemCommand({ RequestItems }));
    const left = written.UnprocessedItems?.["sessions"]?.length ?? 0;
    expect(left).to.be.within(1, 19);
    const Keys = RequestItems.sessions.map(({ PutRequest: { Item } }) => Item);
    const read = await client.send(
      new BatchGetItemCommand({ RequestItems: { sessions: { Keys } } }),
    );
    const asked = 20 - (read.UnprocessedKeys?.["sessions"]?.Keys?.length ?? 0);
    expect(asked).to.be.within(1, 19);
    proxy.seededFaults = undefined;
    const { Count } = await client.send(
      new ScanCommand({
        ...{ TableName: "sessions", FilterExpression: "begins_with(id, :b)" },
        ExpressionAttributeValues: { ":b": { S: "batch-1" } },
      }),
    );
    expect(Count).to.equal(20 - left);
  });

  it("throttles without doing the call, and loses the reply to a call that is done", async () => {
    const readN = async () => {
      proxy.seededFaults = undefined;
      const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
      return Item?.["n"]?.N;
    };
    await client.send(storing("5"));
    disturb({ throttled: 1 });
    expect(await outcomeOf(client.send(storing("6")))).to.equal(
      "ProvisionedThroughputExceededException",
    );
    expect(await readN()).to.equal("5");
    disturb({ lostReply: 1 });
    expect(await outcomeOf(client.send(storing("7")))).not.to.equal("done");
    expect(await readN()).to.equal("7");
  });

  it("hangs, and does not do the call", async () => {
    await client.send(storing("5"));
    disturb({ hanging: 1 });
    const abort = new AbortController();
    const call = outcomeOf(client.send(storing("8"), { abortSignal: abort.signal }));
    while (proxy.takeCalls().length < 1) await new Promise(setImmediate);
    proxy.seededFaults = undefined;
    abort.abort();
    expect(await call).to.equal("AbortError");
    const { Item } = await client.send(new GetItemCommand({ TableName, Key }));
    expect(Item?.["n"]?.N).to.equal("5");
  });

  it("repeats its faults when the seed and the calls are the same", async () => {
    const run = async (seed: number) => {
      disturb({ throttled: 0.5 }, seed);
      const outcomes: string[] = [];
      for (let call = 0; call < 16; call += 1) {
        outcomes.push(await outcomeOf(client.send(new GetItemCommand({ TableName, Key }))));
      }
      return outcomes;
    };
    const first = await run(7);
    expect(new Set(first)).to.have.property("size", 2);
    expect(await run(7)).to.deep.equal(first);
    expect(await run(8)).not.to.deep.equal(first);
  });
});
