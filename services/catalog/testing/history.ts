import { setTimeout as delay } from "node:timers/promises";
import { type Answer, call } from "./http-client.ts";
import { IntervalChecker } from "./interval-checker.ts";

export interface HistoryOptions {
  urls: readonly string[];
  /** Each has one writer, whose instance changes with every write. */
  products: number;
  readers: number;
  /** The history ends with this many reads, and not before the fault is over. */
  reads: number;
  /** Pause of a writer between two writes, in milliseconds. */
  pauseMs: number;
}

/** Reads and writes through all instances while `fault` runs; what was seen is in the checker. */
export async function runHistory(
  options: HistoryOptions,
  fault: () => Promise<void>,
): Promise<IntervalChecker> {
  const checker = new IntervalChecker();
  const writers = Array.from(
    { length: options.products },
    (_, index) => new Writer(1 + index, options, checker),
  );
  for (const writer of writers) await writer.create();
  let isOver = false;
  const isDone = () => isOver && checker.reads >= options.reads;
  await Promise.all([
    fault().finally(() => (isOver = true)),
    ...writers.map((writer) => writer.run(isDone)),
    ...Array.from({ length: options.readers }, (_, index) =>
      read(index, options, { checker, isDone }),
    ),
  ]);
  return checker;
}

async function read(
  seed: number,
  { urls, products }: HistoryOptions,
  { checker, isDone }: { checker: IntervalChecker; isDone: () => boolean },
): Promise<void> {
  for (let count = seed; !isDone(); count += 1) {
    const id = 1 + ((count * 7) % products);
    const begun = checker.begin(id);
    const answer = await call("GET", `${urls[count % urls.length] ?? ""}/product/${id}`);
    if (answer.status === 200) checker.end(begun, Number(answer.body.name));
    else if (answer.status === 404) checker.end(begun, 0);
    else if (answer.status !== 503) throw new Error(`a read got ${answer.status}`);
    else await delay(10);
  }
}

/** Writes growing values to one product, each under the ETag of the one before. */
class Writer {
  readonly #id: number;
  readonly #options: HistoryOptions;
  readonly #checker: IntervalChecker;
  #value = 0;
  #etag = "";
  #turn = 0;

  constructor(id: number, options: HistoryOptions, checker: IntervalChecker) {
    this.#id = id;
    this.#options = options;
    this.#checker = checker;
  }

  async create(): Promise<void> {
    const answer = await this.#send("PUT", {});
    if (answer.status !== 201) throw new Error(`a product was not added but ${answer.status}`);
    this.#acknowledge(answer);
  }

  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await delay(this.#options.pauseMs);
      const answer = await this.#send("PUT", { "if-match": this.#etag });
      if (answer.status === 200) this.#acknowledge(answer);
      else if (answer.status === 412 || answer.status === 503) await this.#learn();
      else throw new Error(`a write got ${answer.status}`);
    }
  }

  /** After a write of unknown outcome: which version is there now? */
  async #learn(): Promise<void> {
    const answer = await call("GET", `${this.#url}/product/${this.#id}`);
    if (answer.status === 200) this.#etag = String(answer.headers.etag);
  }

  #send(method: string, headers: Record<string, string>): Promise<Answer> {
    this.#value += 1;
    this.#turn += 1;
    const body = { name: String(this.#value), price: 1 };
    return call(method, `${this.#url}/catalog/products/${this.#id}`, { body, headers });
  }

  #acknowledge({ headers }: Answer): void {
    this.#etag = String(headers.etag);
    this.#checker.acknowledged(this.#id, this.#value, headers["x-cache"] !== "unsettled");
  }

  get #url(): string {
    return this.#options.urls[(this.#id + this.#turn) % this.#options.urls.length] ?? "";
  }
}
