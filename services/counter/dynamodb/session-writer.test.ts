import { randomUUIDv7 } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { SeededFaults } from "../../../shared/tools/testing/dynamodb-faults.ts";
import type { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";
import { StrictTables } from "../../../shared/tools/testing/strict-tables.ts";
import { SessionWriter, type SessionWriterOptions } from "./session-writer.ts";

const visitor = { address: "203.0.113.77", userAgent: "browser", isBot: false };

describe("SessionWriter", () => {
  let tables: StrictTables;
  let proxy: StrictDynamoDB;
  let client: DynamoDBClient;
  let written: number;
  let dropped: number;
  let pages = 0;

  const newPage = () => `page-${(pages += 1)}`;
  const open = (options: Partial<SessionWriterOptions> = {}) =>
    new SessionWriter({
      ...{ client, table: "sessions", instance: "here", address: "full" },
      ...{ maxBuffered: 1_000, maxPerSecond: 1_000_000, now: Date.now, newId: randomUUIDv7 },
      onWritten: (records) => (written += records),
      onDropped: (records) => (dropped += records),
      ...options,
    });
  const recordedOf = async (page: string) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "sessions" }));
    return Items.filter((item) => item["page"]?.S === page);
  };

  before(async () => {
    tables = await StrictTables.start();
    ({ proxy, client } = tables);
  });
  beforeEach(() => {
    written = 0;
    dropped = 0;
  });
  after(() => tables[Symbol.asyncDispose]());

  it("writes what is known of a hit, and when it may be forgotten", async () => {
    const [page, writer] = [newPage(), open({ now: () => 1_795_000_000_500 })];
    writer.record({ page, number: 7, visitor });
    await writer.flush();
    const [{ id, ...record } = {}] = await recordedOf(page);
    expect(id?.S).to.match(/^[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(record).to.deep.equal({
      page: { S: page },
      number: { N: "7" },
      time: { S: "2026-11-18T11:06:40.500Z" },
      instance: { S: "here" },
      expires_at: { N: String(1_795_000_000 + 30 * 86_400) },
      ip: { S: "203.0.113.77" },
      user_agent: { S: "browser" },
    });
  });

  it("keeps no address, and no empty user agent, where none is to be kept", async () => {
    const [page, writer] = [newPage(), open({ address: "none" })];
    writer.record({ page, number: 1, visitor: { ...visitor, userAgent: "" } });
    await writer.flush();
    expect((await recordedOf(page))[0]).to.not.have.any.keys("ip", "user_agent");
  });

  it("writes 25 records a call, without being asked to", async () => {
    const [page, writer] = [newPage(), open()];
    proxy.takeCalls();
    for (let number = 1; number <= 60; number += 1) writer.record({ page, number, visitor });
    await pollUntil(() => written === 60, { what: "all are written" });
    expect(proxy.takeCalls().filter((call) => call === "BatchWriteItem")).to.have.lengthOf(3);
    expect(await recordedOf(page)).to.have.lengthOf(60);
  });

  it("writes a record once when the reply to it is lost", async () => {
    const [page, writer] = [newPage(), open()];
    proxy.loseReply("BatchWriteItem");
    writer.record({ page, number: 1, visitor });
    await writer.flush();
    expect(await recordedOf(page)).to.have.lengthOf(1);
    expect({ written, dropped }).to.deep.equal({ written: 1, dropped: 0 });
  });

  it("sends again what the store left unprocessed", async () => {
    const [page, writer] = [newPage(), open()];
    leaveUnprocessed(client, 2);
    for (let number = 1; number <= 5; number += 1) writer.record({ page, number, visitor });
    await writer.flush();
    client.middlewareStack.remove("unprocessed");
    expect(written).to.equal(5);
    expect(await recordedOf(page)).to.have.lengthOf(5);
  });

  it("sends again what the client gave up, and still writes it once", async () => {
    const [page, writer] = [newPage(), open()];
    for (let loss = 0; loss < 3; loss += 1) proxy.loseReply("BatchWriteItem");
    proxy.takeCalls();
    writer.record({ page, number: 1, visitor });
    await writer.flush();
    expect(proxy.takeCalls()).to.deep.equal(Array(4).fill("BatchWriteItem"));
    expect({ written, dropped }).to.deep.equal({ written: 1, dropped: 0 });
    expect(await recordedOf(page)).to.have.lengthOf(1);
  });

  it("drops and counts what finds the buffer full", async () => {
    const [page, writer] = [newPage(), open({ maxBuffered: 30 })];
    for (let number = 1; number <= 100; number += 1) writer.record({ page, number, visitor });
    await writer.flush();
    expect({ written, dropped }).to.deep.equal({ written: 30, dropped: 70 });
    expect(await recordedOf(page)).to.have.lengthOf(30);
  });

  it("ends a flush while DynamoDB does not answer, and counts as dropped what is lost", async () => {
    const [page, writer] = [newPage(), open()];
    proxy.seededFaults = new SeededFaults(1, { hanging: 1 });
    for (let number = 1; number <= 500; number += 1) writer.record({ page, number, visitor });
    expect(await writer.flush()).to.equal(500);
    expect({ written, dropped }).to.deep.equal({ written: 0, dropped: 500 });
    writer.record({ page, number: 501, visitor });
    expect(await writer.flush()).to.equal(1);
    expect({ written, dropped }).to.deep.equal({ written: 0, dropped: 501 });
    proxy.seededFaults = undefined;
    expect(await recordedOf(page)).to.have.lengthOf(0);
  });

  it("writes all that a throttling store, which does batches in part, takes in the end", async () => {
    const [page, writer] = [newPage(), open()];
    proxy.seededFaults = new SeededFaults(1, { throttled: 0.2, lostReply: 0.1, unprocessed: 0.4 });
    for (let number = 1; number <= 60; number += 1) writer.record({ page, number, visitor });
    await pollUntil(() => written + dropped === 60, { what: "all are written" });
    proxy.seededFaults = undefined;
    expect({ written, dropped }).to.deep.equal({ written: 60, dropped: 0 });
    expect(await recordedOf(page)).to.have.lengthOf(60);
  });

  it("holds no more of a long user agent than it writes", async () => {
    const [page, writer] = [newPage(), open({ maxPerSecond: 0.001 })];
    const before = heapBytes();
    for (let number = 1; number <= 2_000; number += 1) {
      const userAgent = Buffer.alloc(32_000, `agent ${number} `).toString("latin1");
      writer.record({ page, number, visitor: { ...visitor, userAgent } });
    }
    expect(heapBytes() - before).to.be.below(32_000_000);
    await writer.flush();
    const [record] = await recordedOf(page);
    expect(record?.["user_agent"]?.S)
      .to.match(/^agent \d+ agent/)
      .and.have.lengthOf(256);
  });

  it("keeps to its pace, and not when it is flushed", async () => {
    const [page, writer] = [newPage(), open({ maxPerSecond: 1 })];
    for (let number = 1; number <= 60; number += 1) writer.record({ page, number, visitor });
    expect(written).to.equal(0);
    await writer.flush();
    expect(written).to.equal(60);
  });
});

/** What is in use once the garbage is collected. */
function heapBytes(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Makes the store take all but the first record of a call, so many times. */
function leaveUnprocessed(client: DynamoDBClient, times: number): void {
  let left = times;
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const { RequestItems } = args.input as { RequestItems?: Record<string, unknown[]> };
      const requests = RequestItems?.["sessions"];
      if (context.commandName !== "BatchWriteItemCommand" || !requests || left === 0) {
        return next(args);
      }
      left -= 1;
      const [kept, ...taken] = requests;
      const reply = await next({ ...args, input: { RequestItems: { sessions: taken } } });
      Object.assign(reply.output, { UnprocessedItems: { sessions: [kept] } });
      return reply;
    },
    { step: "initialize", name: "unprocessed" },
  );
}
