import type { Readable } from "node:stream";
import type { Snapshot } from "../../counter.ts";
import { LivePage } from "./live-page.ts";
import { networkOf } from "../../../../shared/kit/http/limits/network.ts";

export interface LiveCountsOptions {
  read: (page: string) => Promise<Snapshot>;
  instance: string;
  /** Milliseconds since any fixed instant. */
  now: () => number;
  /** Most streams of this instance. */
  maxListeners: number;
  /** Most streams of one caller's address. */
  maxPerAddress: number;
  /** Ends all streams, and with them everything this keeps running. */
  stopping: AbortSignal;
}

/** Why there is no stream: who has as many as they may. */
export type NoStream = "address" | "instance";

/**
 * Follows the counts of the pages that somebody listens to, as streams of server-sent events.
 *
 * A page is read once for all its listeners, four times a second while it changes and down to every
 * five seconds while it does not; without listeners nothing runs.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class LiveCounts {
  readonly #options: LiveCountsOptions;
  readonly #pages = new Map<string, LivePage>();
  /** Streams of each caller. */
  readonly #callers = new Map<string, number>();
  #listeners = 0;

  constructor(options: LiveCountsOptions) {
    this.#options = options;
    options.stopping.addEventListener("abort", () => {
      for (const page of this.#pages.values()) page.end();
    });
  }

  get listeners(): number {
    return this.#listeners;
  }

  /** This process has counted the page: there is news for its listeners. */
  counted(name: string): void {
    this.#pages.get(name)?.hurry();
  }

  /** @returns a stream that begins with the present count, or who has too many */
  async listen(name: string, address: string): Promise<Readable | NoStream> {
    const { read, stopping } = this.#options;
    const refusal = this.#refusalOf(address);
    if (refusal !== undefined) return refusal;
    const leave = this.#enter(networkOf(address));
    try {
      const snapshot = await read(name);
      if (stopping.aborted) throw stopping.reason;
      const page = this.#pages.get(name) ?? new LivePage(() => read(name), this.#options);
      this.#pages.set(name, page);
      return page.join(snapshot, () => {
        leave();
        if (page.listeners === 0) this.#pages.delete(name);
      });
    } catch (error) {
      leave();
      if (stopping.aborted) return "instance";
      throw error;
    }
  }

  #refusalOf(address: string): NoStream | undefined {
    const { maxListeners, maxPerAddress, stopping } = this.#options;
    if ((this.#callers.get(networkOf(address)) ?? 0) >= maxPerAddress) return "address";
    return stopping.aborted || this.#listeners >= maxListeners ? "instance" : undefined;
  }

  #enter(caller: string): () => void {
    this.#listeners += 1;
    this.#callers.set(caller, (this.#callers.get(caller) ?? 0) + 1);
    return () => {
      this.#listeners -= 1;
      const left = (this.#callers.get(caller) ?? 1) - 1;
      if (left === 0) this.#callers.delete(caller);
      else this.#callers.set(caller, left);
    };
  }
}
