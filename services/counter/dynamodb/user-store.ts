import {
  type AttributeValue,
  ConditionalCheckFailedException,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { MAX_NUMBER, type Raise, type User, type UserStore } from "../accounts/accounts.ts";
import { Deal, randomReceipt, staleReceipts } from "./receipts.ts";
import { type Item, numberIn } from "./item.ts";
import { Sweeps } from "./sweeps.ts";

const MAX_ROUNDS = 8;

export interface UserStoreOptions {
  client: DynamoDBClient;
  table: string;
  /** Milliseconds since the epoch; orders the receipts. */
  now: () => number;
  /** At least 0, below 1. */
  random: () => number;
}

/** Receipts that no longer count, and when the newest of them was written. */
interface Stale {
  ids: readonly string[];
  atMs: number;
}

/** One change of a number, and the receipts by which a lost reply can be found again. */
interface Change {
  /** The new number, or what is added to it. */
  set?: number;
  add?: number;
  /** Receipt → what it keeps: the new number, or the old one and so many. */
  receipts: readonly (readonly [id: string, offset: number])[];
}

/**
 * One item a user: `email`, `password_hash`, `number`, `registration_key` and receipts.
 *
 * A receipt keeps what a request was answered with. It is written by the update that raises the
 * number, on the condition that it is not there yet. So an update whose reply was lost is sent again
 * and counts once, and so does a caller's request that has an idempotency key.
 */
export class DynamoDBUserStore implements UserStore {
  readonly #options: UserStoreOptions;
  /** Receipts that the next update of a user sweeps. */
  readonly #sweeps = new Sweeps<Stale>();

  constructor(options: UserStoreOptions) {
    this.#options = options;
  }

  async create({ email, passwordHash, registrationKey }: User): Promise<boolean> {
    const { client, table, now } = this.#options;
    const Item = {
      email: { S: email },
      password_hash: { S: passwordHash },
      number: { N: "0" },
      created_at: { S: new Date(now()).toISOString() },
      ...(registrationKey !== undefined && { registration_key: { S: registrationKey } }),
    };
    const ConditionExpression = "attribute_not_exists(email)";
    try {
      await client.send(new PutItemCommand({ TableName: table, Item, ConditionExpression }));
      return true;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // The reply to an earlier attempt may have been lost: the user is then the one just made.
      return (await this.find(email))?.passwordHash === passwordHash;
    }
  }

  async find(email: string): Promise<User | undefined> {
    const item = await this.#read(email);
    const passwordHash = item?.["password_hash"]?.S;
    const registrationKey = item?.["registration_key"]?.S;
    if (passwordHash === undefined) return undefined;
    return { email, passwordHash, ...(registrationKey !== undefined && { registrationKey }) };
  }

  async readNumber(email: string): Promise<number | undefined> {
    const item = await this.#read(email);
    return item && numberOf(item);
  }

  async setNumber(email: string, number: number): Promise<number | undefined> {
    const id = randomReceipt();
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      if (await this.#change(email, { set: number, receipts: [[id, 0]] })) return number;
      const item = await this.#read(email);
      if (item === undefined) return undefined;
      if (id in item) return number;
    }
    throw unsettled();
  }

  async raiseNumber(email: string, raises: readonly Raise[]) {
    const deal = new Deal(raises);
    // A round that answers a request is a step ahead: a long batch takes many of them.
    let room = MAX_NUMBER;
    for (let idleRounds = 0; idleRounds < MAX_ROUNDS; idleRounds += 1) {
      const { size, receipts } = deal.next(room);
      const item =
        (await this.#change(email, { add: size, receipts })) ?? (await this.#read(email));
      if (item === undefined) return undefined;
      const isAnswered = deal.settle(item);
      room = MAX_NUMBER - numberOf(item);
      if (deal.isDone || room === 0) return deal.numbers();
      if (isAnswered) idleRounds = -1;
    }
    throw unsettled();
  }

  /** The item as changed; undefined, and nothing changed, when a condition does not hold. */
  async #change(email: string, { set, add = 0, receipts }: Change): Promise<Item | undefined> {
    const { client, table, now } = this.#options;
    // A request that is sent again late may bring the key of a receipt that was to be swept.
    const written = new Set(receipts.map(([id]) => id));
    const { ids = [], atMs = 0 } = this.#sweeps.find(email) ?? {};
    const stale = ids.filter((id) => !written.has(id));
    const swept = stale.flatMap((id) => [id, `at_${id}`]);
    const values = [...new Set([add, ...receipts.map(([, offset]) => offset)])];
    const base = set === undefined ? "#number" : ":set";
    const assignments = [
      `#number = ${base} + :plus${add}`,
      ...receipts.map(([id, offset]) => `${id} = ${base} + :plus${offset}, at_${id} = :now`),
    ];
    const conditions = [
      "attribute_exists(email)",
      "#number <= :room",
      ...receipts.map(([id]) => `attribute_not_exists(${id})`),
      // Swept by another instance meanwhile, and written again since: its key came again.
      ...stale.map((id) => `NOT at_${id} > :stale`),
    ];
    try {
      const { Attributes = {} } = await client.send(
        new UpdateItemCommand({
          TableName: table,
          Key: { email: { S: email } },
          UpdateExpression: [
            `SET ${assignments.join(", ")}`,
            ...(swept.length === 0 ? [] : [`REMOVE ${swept.join(", ")}`]),
          ].join(" "),
          ConditionExpression: conditions.join(" AND "),
          ExpressionAttributeNames: { "#number": "number" },
          ExpressionAttributeValues: {
            ...Object.fromEntries(values.map((value) => [`:plus${value}`, numeric(value)])),
            ...(set !== undefined && { ":set": numeric(set) }),
            ":room": numeric(MAX_NUMBER - add),
            ":now": numeric(now()),
            ...(stale.length > 0 && { ":stale": numeric(atMs) }),
          },
          ReturnValues: "ALL_NEW",
        }),
      );
      this.#noteStale(email, Attributes);
      return Attributes;
    } catch (error) {
      if (!(error instanceof ConditionalCheckFailedException)) throw error;
      // Perhaps a receipt that was to be swept: the next round sweeps none.
      this.#sweeps.forget(email);
      return undefined;
    }
  }

  #noteStale(email: string, item: Item): void {
    const { now, random } = this.#options;
    const ids = staleReceipts(item, now(), random);
    const atMs = Math.max(...ids.map((id) => numberIn(item, `at_${id}`) ?? 0));
    this.#sweeps.note(email, { ids, atMs }, ids.length);
  }

  async #read(email: string): Promise<Item | undefined> {
    const { client, table } = this.#options;
    const Key = { email: { S: email } };
    const { Item } = await client.send(
      new GetItemCommand({ TableName: table, Key, ConsistentRead: true }),
    );
    return Item;
  }
}

function numberOf(item: Item): number {
  return Number(item["number"]?.N ?? 0);
}

function numeric(value: number): AttributeValue {
  return { N: String(value) };
}

function unsettled(): StoreUnavailable {
  return new StoreUnavailable("dynamodb", new Error(`no step ahead in ${MAX_ROUNDS} rounds`));
}
