import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import type { FaultPlan, SeededFaults } from "./dynamodb-faults.ts";
import { type Body, findBrokenLimit } from "./dynamodb-limits.ts";

/** A call whose reply is kept back: the database has done it, the caller does not know. */
export interface HeldCall {
  /** Resolves when the database has done it. */
  reached: Promise<unknown>;
  release(): void;
}

interface Fault {
  action: string;
  reached: () => void;
  /** Resolves with whether the caller gets the reply after all. */
  answer: Promise<boolean>;
}

/** A call that arrived, such as `GetItem` of `products`. */
export interface RecordedCall {
  action: string;
  tables: string[];
}

/**
 * A local DynamoDB behind a proxy that is as strict as the real one: it refuses what breaks a limit
 * that dynalite does not know. It records the calls, can hold or lose their replies, and injects
 * seeded faults.
 */
export class StrictDynamoDB implements AsyncDisposable {
  /** While true every connection breaks before its call is done. */
  isAway = false;
  /** How much later each reply comes, in milliseconds. */
  delayMs = 0;
  /** Undefined for none. */
  seededFaults: SeededFaults | undefined;
  readonly #target: string;
  readonly #server: Server;
  readonly #faults: Fault[] = [];
  #calls: RecordedCall[] = [];

  static async start(target: string): Promise<StrictDynamoDB> {
    const proxy = new StrictDynamoDB(target);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => {
      this.#pass(request, response).catch(() => response.destroy());
    });
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The actions called since the last time, of one table or of all, such as `GetItem`. */
  takeCalls(table?: string): string[] {
    const calls = this.#calls;
    this.#calls = [];
    const wanted = calls.filter(({ tables }) => table === undefined || tables.includes(table));
    return wanted.map(({ action }) => action);
  }

  /** Holds the reply to the next call of an action. */
  hold(action: string): HeldCall {
    const reached = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<boolean>();
    this.#faults.push({
      action,
      reached: () => reached.resolve(undefined),
      answer: answer.promise,
    });
    return { reached: reached.promise, release: () => answer.resolve(true) };
  }

  /** Breaks the connection in place of the reply to the next call of an action. */
  loseReply(action: string): void {
    this.#faults.push({ action, reached: () => undefined, answer: Promise.resolve(false) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #pass(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const input = (await json(request)) as Body;
    if (this.isAway) throw new Error("away");
    const action = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    this.#calls.push({ action, tables: tablesOf(input) });
    const plan = this.seededFaults?.plan(action, input) ?? unchanged(input);
    const refusal = refusalOf(input, plan);
    if (refusal !== undefined) send(response, 400, refusal);
    else if (plan.fate !== "hanging") await this.#answer({ action, plan, request, response });
  }

  async #answer({ action, plan, request, response }: Exchange): Promise<void> {
    const index = this.#faults.findIndex((fault) => fault.action === action);
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    const reply = await fetch(this.#target, {
      method: "POST",
      headers: forwarded(request),
      body: JSON.stringify(plan.input),
    });
    const output = (await reply.json()) as Body;
    if (this.delayMs > 0) await delay(this.delayMs);
    fault?.reached();
    const isLost = fault !== undefined && !(await fault.answer);
    if (isLost || plan.fate === "lostReply") throw new Error("lost");
    send(response, reply.status, reply.ok ? plan.amend(output) : output);
  }
}

interface Exchange {
  action: string;
  plan: FaultPlan;
  request: IncomingMessage;
  response: ServerResponse;
}

function unchanged(input: Body): FaultPlan {
  return { fate: "answered", input, amend: (reply) => reply };
}

function refusalOf(input: Body, { fate }: FaultPlan): Body | undefined {
  const broken = findBrokenLimit(input);
  if (broken !== undefined) return exception("ValidationException", broken);
  if (fate !== "throttled") return undefined;
  return exception("ProvisionedThroughputExceededException", "throttled by the test");
}

function exception(name: string, message: string): Body {
  return { __type: `com.amazonaws.dynamodb.v20120810#${name}`, message };
}

function tablesOf({ TableName, RequestItems }: Body): string[] {
  if (typeof TableName === "string") return [TableName];
  return Object.keys(RequestItems ?? {});
}

function send(response: ServerResponse, status: number, body: Body): void {
  response.writeHead(status, { "content-type": "application/x-amz-json-1.0" });
  response.end(JSON.stringify(body));
}

/** What the database looks at. */
function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const names = ["authorization", "content-type", "x-amz-date", "x-amz-target"];
  return Object.fromEntries(names.map((name) => [name, String(headers[name] ?? "")]));
}
