import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";

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

/** A local DynamoDB behind a proxy that counts its calls, and can hold or lose their replies. */
export class FaultyDynamoDB implements AsyncDisposable {
  /** While true every connection breaks before its call is done. */
  isAway = false;
  readonly #target: string;
  readonly #server: Server;
  readonly #faults: Fault[] = [];
  #calls: string[] = [];

  static async start(target: string): Promise<FaultyDynamoDB> {
    const proxy = new FaultyDynamoDB(target);
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

  /** The actions called since the last time, such as `GetItem`. */
  takeCalls(): string[] {
    const calls = this.#calls;
    this.#calls = [];
    return calls;
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
    const body = await buffer(request);
    if (this.isAway) throw new Error("away");
    const action = String(request.headers["x-amz-target"]).split(".").at(-1) ?? "";
    this.#calls.push(action);
    const index = this.#faults.findIndex((fault) => fault.action === action);
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);

    const reply = await fetch(this.#target, {
      method: "POST",
      headers: forwarded(request),
      body,
    });
    const text = await reply.text();
    fault?.reached();
    if (fault !== undefined && !(await fault.answer)) throw new Error("lost");
    const type = reply.headers.get("content-type") ?? "application/x-amz-json-1.0";
    response.writeHead(reply.status, { "content-type": type }).end(text);
  }
}

/** What the database looks at. */
function forwarded({ headers }: IncomingMessage): Record<string, string> {
  const names = ["authorization", "content-type", "x-amz-date", "x-amz-target"];
  return Object.fromEntries(names.map((name) => [name, String(headers[name] ?? "")]));
}
