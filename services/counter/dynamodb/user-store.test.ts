import { GetItemCommand } from "@aws-sdk/client-dynamodb";
import { expect } from "chai";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { MAX_NUMBER, type Raised } from "../accounts/accounts.ts";
import { DynamoDBUserStore } from "./user-store.ts";

const ada = { email: "ada@example.com", passwordHash: "$argon2id$…" };
const anonymous = (count: number) => Array.from({ length: count }, () => ({ key: undefined }));

describe("DynamoDBUserStore", () => {
  let server: DynamodbServer;
  before(async () => {
    server = await DynamodbServer.start();
    await server.createTables();
    Object.assign(process.env, localAwsEnvironment(server.url));
  });
  after(() => server.stop());

  const openClient = () =>
    createDynamoDB({ endpoint: server.url, region: localRegion, timeoutMs: 2_000 });

  function open(lostReplies = 0, now = Date.now) {
    const client = openClient();
    let left = lostReplies;
    client.middlewareStack.add(
      (next) => async (args) => {
        const answer = await next(args);
        if (left <= 0) return answer;
        left -= 1;
        throw Object.assign(new Error("socket hang up"), { name: "TimeoutError" });
      },
      { step: "deserialize", priority: "high", name: "loseReplies" },
    );
    return new DynamoDBUserStore({ client, table: "users", now, random: Math.random });
  }
  let created = 0;
  async function withUser(store = open()) {
    const email = `user-${(created += 1)}@example.com`;
    expect(await store.create({ ...ada, email })).to.equal(true);
    return { store, email };
  }

  it("keeps a user, and lets nobody else take the email", async () => {
    const store = open();
    expect(await store.create(ada)).to.equal(true);
    expect(await store.create({ ...ada, passwordHash: "another" })).to.equal(false);
    expect(await store.find(ada.email)).to.deep.equal(ada);
    expect(await store.find("nobody@example.com")).to.equal(undefined);
    expect(await store.readNumber(ada.email)).to.equal(0);
  });

  it("deals consecutive numbers, over several stores at once", async () => {
    const { email } = await withUser();
    const stores = [open(), open(), open()];
    const rounds = Array.from({ length: 30 }, (_, index) =>
      stores[index % 3]!.raiseNumber(email, anonymous(1 + (index % 4))),
    );
    const numbers = (await Promise.all(rounds)).flat() as number[];
    const expected = Array.from({ length: numbers.length }, (_, index) => index + 1);
    expect(numbers.sort((one, other) => one - other)).to.deep.equal(expected);
    expect(await stores[0]!.readNumber(email)).to.equal(numbers.length);
  });

  it("gives the same key the same number, beside others and in one batch", async () => {
    const { store, email } = await withUser();
    const raises = [{ key: "a" }, { key: undefined }, { key: "a" }, { key: "b" }];
    const [first, , again, other] = (await store.raiseNumber(email, raises)) as number[];
    expect(again).to.equal(first);
    expect(other).not.to.equal(first);
    expect(await store.readNumber(email)).to.equal(3);
    expect(await open().raiseNumber(email, [{ key: "b" }, { key: "c" }])).to.deep.equal([other, 4]);
    expect(await store.readNumber(email)).to.equal(4);
  });

  it("takes more keys than one update carries", async () => {
    const { store, email } = await withUser();
    const raises = Array.from({ length: 50 }, (_, index) => ({ key: `key-${index}` }));
    const numbers = (await store.raiseNumber(email, raises)) as number[];
    expect(new Set(numbers).size).to.equal(50);
    expect(await store.readNumber(email)).to.equal(50);
  });

  it("counts once though the reply is lost, for users and numbers alike", async () => {
    const email = "lost@example.com";
    expect(await open(1).create({ ...ada, email })).to.equal(true);
    expect(await open(1).raiseNumber(email, [...anonymous(2), { key: "k" }])).to.deep.equal([
      2, 3, 1,
    ]);
    expect(await open(1).setNumber(email, 1_000)).to.equal(1_000);
    expect(await open(1).raiseNumber(email, anonymous(1))).to.deep.equal([1_001]);
    expect(await open().readNumber(email)).to.equal(1_001);
  });

  it("sets a number, and passes the highest one with none", async () => {
    const { store, email } = await withUser();
    expect(await store.setNumber(email, MAX_NUMBER - 1)).to.equal(MAX_NUMBER - 1);
    expect(await store.raiseNumber(email, anonymous(3))).to.deep.equal([
      ...[MAX_NUMBER, "full", "full"],
    ]);
    expect(await store.raiseNumber(email, anonymous(1))).to.deep.equal(["full"]);
    expect(await store.setNumber(email, 0)).to.equal(0);
    expect(await store.raiseNumber(email, anonymous(1))).to.deep.equal([1]);
  });

  it("deals the last numbers, and repeats them to their keys beside requests that come too late", async () => {
    const { store, email } = await withUser();
    await store.setNumber(email, MAX_NUMBER - 3);
    const raises = [...anonymous(2), { key: "a" }, ...anonymous(2), { key: "b" }];
    const [first, second, a, ...late] = (await store.raiseNumber(email, raises)) as Raised[];
    const [, , b] = late;
    expect([a, b, first]).to.deep.equal([MAX_NUMBER - 2, MAX_NUMBER - 1, MAX_NUMBER]);
    expect([second, ...late.slice(0, 2)]).to.deep.equal(["full", "full", "full"]);
    const again = [{ key: "c" }, { key: "b" }, ...anonymous(1), { key: "a" }];
    expect(await store.raiseNumber(email, again)).to.deep.equal(["full", b, "full", a]);
    expect(await store.readNumber(email)).to.equal(MAX_NUMBER);
  });

  it("knows no number of a user who is not there, and makes none", async () => {
    const store = open();
    const email = "nobody@example.com";
    expect(await store.readNumber(email)).to.equal(undefined);
    expect(await store.raiseNumber(email, anonymous(1))).to.equal(undefined);
    expect(await store.setNumber(email, 5)).to.equal(undefined);
    expect(await store.find(email)).to.equal(undefined);
  });

  it("keeps its item small, however long a user counts", async () => {
    let second = 0;
    const { store, email } = await withUser(open(0, () => (second += 1) * 1_000));
    for (let round = 0; round < 60; round += 1) {
      await store.raiseNumber(email, [{ key: `key-${round}` }, ...anonymous(1)]);
    }
    const Key = { email: { S: email } };
    const { Item = {} } = await openClient().send(new GetItemCommand({ TableName: "users", Key }));
    const receipts = Object.keys(Item).filter((name) => name.startsWith("receipt_"));
    expect(receipts.length).to.be.within(40, 55);
    expect(await store.readNumber(email)).to.equal(120);
  });

  it("remembers each request for ten seconds, whatever else a user counts meanwhile", async () => {
    const { store, email } = await withUser();
    expect(await store.raiseNumber(email, [{ key: "early" }])).to.deep.equal([1]);
    for (let round = 0; round < 60; round += 1) await store.raiseNumber(email, anonymous(1));
    expect(await store.raiseNumber(email, [{ key: "early" }])).to.deep.equal([1]);
    expect(await store.readNumber(email)).to.equal(61);
  });

  it("takes a key again whose receipt it was about to sweep", async () => {
    let second = 0;
    const { store, email } = await withUser(open(0, () => (second += 1) * 1_000));
    for (let index = 1; index <= 42; index += 1) {
      expect(await store.raiseNumber(email, [{ key: `key-${index}` }])).to.deep.equal([index]);
    }
    expect(await store.raiseNumber(email, [{ key: "key-2" }])).to.deep.equal([2]);
    expect(await store.raiseNumber(email, [{ key: "key-43" }])).to.deep.equal([43]);
  });

  it("keeps the receipt of a key that came again after another instance found it stale", async () => {
    let second = 0;
    const now = () => (second += 1) * 1_000;
    const [a, b] = [open(0, now), open(0, now)];
    const { email } = await withUser(a);
    await a.raiseNumber(email, [{ key: "often" }]);
    for (let round = 0; round < 40; round += 1) await a.raiseNumber(email, anonymous(1));
    for (let round = 0; round < 2; round += 1) await b.raiseNumber(email, anonymous(1));
    expect(await b.raiseNumber(email, [{ key: "often" }])).to.deep.equal([44]);
    expect(await a.raiseNumber(email, anonymous(1))).to.deep.equal([45]);
    expect(await a.raiseNumber(email, [{ key: "often" }])).to.deep.equal([44]);
  });

  it("deals to a batch of as many keys as a batch can hold", async () => {
    const { store, email } = await withUser();
    const raises = Array.from({ length: 1_000 }, (_, index) => ({ key: `key-${index}` }));
    const numbers = (await store.raiseNumber(email, raises)) as number[];
    expect(new Set(numbers).size).to.equal(1_000);
    expect(await store.readNumber(email)).to.equal(1_000);
  }).timeout(20_000);

  it("keeps its item small under keys from several stores at once", async () => {
    const { email } = await withUser();
    let second = 0;
    const now = () => (second += 1) * 1_000;
    const stores = [open(0, now), open(0, now), open(0, now)];
    for (let round = 0; round < 30; round += 1) {
      await Promise.all(
        stores.map((store, index) => {
          const key = (at: number) => ({ key: `${round}-${index}-${at}` });
          return store.raiseNumber(
            email,
            Array.from({ length: 15 }, (_, at) => key(at)),
          );
        }),
      );
    }
    const Key = { email: { S: email } };
    const { Item = {} } = await openClient().send(new GetItemCommand({ TableName: "users", Key }));
    const receipts = Object.keys(Item).filter((name) => name.startsWith("receipt_"));
    expect(receipts.length).to.be.below(250);
  }).timeout(20_000);
});
