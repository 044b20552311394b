import { setTimeout as delay } from "node:timers/promises";
import { expect } from "chai";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";

const REFUSAL_PAUSE_MS = 20;

export interface HitLoadOptions {
  /** Each hit takes the next one. */
  pages: readonly string[];
  /** Where the instances listen. */
  urls: readonly string[];
  workers?: number;
  /** Ends by itself after so many hits. */
  maxHits?: number;
}

/** Clients that hit pages without pause, as a load balancer would spread them over the instances. */
export class HitLoad {
  readonly workers: number;
  /** The numbers that each page gave. */
  readonly numbers = new Map<string, number[]>();
  /** Statuses of answers that were no 201, and the errors of requests without an answer. */
  readonly failures: string[] = [];
  /** How long each refusal took. */
  readonly refusalMs: number[] = [];
  /** When each instance last counted a hit. */
  readonly #countedMs = new Map<string, number>();
  readonly #options: HitLoadOptions;
  /** Instances that did not ask to be left alone. */
  #urls: Set<string>;
  readonly #perSecond = new Map<number, number>();
  readonly #ended: Promise<unknown>;
  #sent = 0;
  #counted = 0;
  #isStopped = false;

  constructor(options: HitLoadOptions) {
    this.#options = options;
    this.#urls = new Set(options.urls);
    this.workers = options.workers ?? 16;
    this.#ended = Promise.all(Array.from({ length: this.workers }, (_, turn) => this.#work(turn)));
  }

  /** Goes on with these instances. */
  setUrls(urls: readonly string[]): void {
    this.#urls = new Set(urls);
  }

  /** Hits that were answered with a number. */
  get counted(): number {
    return this.#counted;
  }

  /** The most that were counted in any two seconds that follow each other, divided by two. */
  get peakPerSecond(): number {
    const seconds = [...this.#perSecond];
    const pairs = seconds.map(([second, hits]) => hits + (this.#perSecond.get(second + 1) ?? 0));
    return Math.max(...pairs, 0) / 2;
  }

  /** Resolves when this many more hits are answered. */
  async answered(more: number, timeoutMs = 20_000): Promise<void> {
    const goal = this.#counted + more;
    await pollUntil(() => this.#counted >= goal, {
      what: `${more} more hits are answered (${this.failures.slice(-3).join("; ")})`,
      timeoutMs,
    });
  }

  /** Resolves when every instance has counted again, with how long that took. */
  async recovered(urls: readonly string[]): Promise<number> {
    const sinceMs = performance.now();
    await pollUntil(() => urls.every((url) => (this.#countedMs.get(url) ?? 0) > sinceMs), {
      what: `every instance counts again (${this.failures.slice(-3).join("; ")})`,
      timeoutMs: 60_000,
    });
    return performance.now() - sinceMs;
  }

  /** Resolves when the last hit is answered. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    await this.#ended;
  }

  /** Resolves when `maxHits` are sent and answered. */
  async end(): Promise<void> {
    await this.#ended;
  }

  async #work(firstTurn: number): Promise<void> {
    for (let turn = firstTurn; !this.#isStopped; turn += 1) {
      if (this.#sent >= (this.#options.maxHits ?? Infinity)) return;
      this.#sent += 1;
      const urls = [...this.#urls];
      await this.#hit(urls[turn % urls.length] ?? "").catch(async (error: unknown) => {
        this.failures.push(String(error));
        await delay(REFUSAL_PAUSE_MS);
      });
    }
  }

  async #hit(url: string): Promise<void> {
    const { pages } = this.#options;
    const page = pages[this.#sent % pages.length] ?? "";
    const sentMs = performance.now();
    const answer = await fetch(`${url}/counter/${page}/hits`, { method: "POST" });
    const body = (await answer.json()) as { count: number; detail?: string };
    if (answer.headers.get("connection") === "close" && this.#urls.size > 1) this.#urls.delete(url);
    if (answer.status === 201) {
      this.#note(url, page, body.count);
      return;
    }
    this.refusalMs.push(performance.now() - sentMs);
    const retryAfter = answer.headers.get("retry-after");
    this.failures.push(`${answer.status} retry-after ${retryAfter} ${body.detail}`);
    // What the answer asks for, in small.
    await delay(REFUSAL_PAUSE_MS);
  }

  #note(url: string, page: string, number: number): void {
    this.#counted += 1;
    const nowMs = performance.now();
    this.#countedMs.set(url, nowMs);
    const second = Math.floor(nowMs / 1_000);
    this.#perSecond.set(second, (this.#perSecond.get(second) ?? 0) + 1);
    const numbers = this.numbers.get(page) ?? [];
    numbers.push(number);
    this.numbers.set(page, numbers);
  }
}

/** What is wrong with the numbers of a page that began at `start`. */
export function flawsOf(numbers: readonly number[], start = 0) {
  const distinct = new Set(numbers);
  const highest = numbers.reduce((max, number) => Math.max(max, number), start);
  return { twice: numbers.length - distinct.size, missing: highest - start - distinct.size };
}

/** Every page gave 1, 2, 3 … and no number twice. */
export function expectConsecutive({ numbers }: HitLoad): void {
  for (const [page, own] of numbers) {
    expect(flawsOf(own), page).to.deep.equal({ twice: 0, missing: 0 });
  }
}

/** A refusal that a client can wait out. */
export function isRefusal(failure: string): boolean {
  return failure.startsWith("503 retry-after 1 ");
}

/** No answer at all: the instance was killed. */
export function isUnanswered(failure: string): boolean {
  return failure.startsWith("TypeError: fetch failed");
}
