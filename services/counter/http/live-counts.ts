import { Readable } from "node:stream";
import type { Reading } from "../counter.ts";

/** Each listener hears of a new count at most this often. */
const EVERY_MS = 250;
/** Something is sent this often in any case, so that no proxy takes the connection for idle. */
const HEARTBEAT_MS = 15_000;
/** A listener that leaves more than this unread is hung up on. */
const MAX_UNREAD_BYTES = 16 * 1024;

export interface LiveCountsOptions {
  read: (page: string) => Promise<Reading>;
  instance: string;
  maxListeners: number;
  /** Ends all streams, and with them everything this keeps running. */
  stopping: AbortSignal;
}

/**
 * Follows the counts of the pages that somebody listens to, as streams of server-sent events.
 *
 * A page is read four times a second, whatever the number of its listeners, and whichever instance
 * counts; without listeners nothing runs.
 *
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export class LiveCounts {
  readonly #options: LiveCountsOptions;
  readonly #pages = new Map<string, LivePage>();

  constructor(options: LiveCountsOptions) {
    this.#options = options;
    options.stopping.addEventListener("abort", () => {
      for (const page of this.#pages.values()) page.end();
    });
  }

  get listeners(): number {
    return [...this.#pages.values()].reduce((sum, page) => sum + page.listeners, 0);
  }

  /** @returns a stream that begins with the present count; undefined when no listener has room */
  async listen(name: string): Promise<Readable | undefined> {
    const { read, instance, maxListeners, stopping } = this.#options;
    const reading = await read(name);
    if (stopping.aborted || this.listeners >= maxListeners) return undefined;
    const page = this.#pages.get(name) ?? new LivePage(() => read(name), instance);
    this.#pages.set(name, page);
    return page.join(reading, () => {
      if (page.listeners === 0) this.#pages.delete(name);
    });
  }
}

class LivePage {
  readonly #read: () => Promise<Reading>;
  readonly #instance: string;
  readonly #streams = new Set<Readable>();
  #timer: NodeJS.Timeout | undefined;
  #last = "";
  #lastSentMs = 0;

  constructor(read: () => Promise<Reading>, instance: string) {
    this.#read = read;
    this.#instance = instance;
  }

  get listeners(): number {
    return this.#streams.size;
  }

  join(reading: Reading, onLeave: () => void): Readable {
    const stream = new Readable({ read: () => undefined });
    this.#streams.add(stream);
    stream.once("close", () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) clearTimeout(this.#timer);
      onLeave();
    });
    stream.push(`retry: 2000\n\n${this.#toEvent(reading)}`);
    if (this.#streams.size === 1) this.#schedule();
    return stream;
  }

  end(): void {
    for (const stream of this.#streams) stream.push(null);
  }

  /** The next reading starts when the last one has ended: a slow store is not asked twice. */
  #schedule(): void {
    this.#timer = setTimeout(() => {
      void this.#tell().finally(() => {
        if (this.#streams.size > 0) this.#schedule();
      });
    }, EVERY_MS);
  }

  async #tell(): Promise<void> {
    // A store that is away has no news; the listeners stay.
    const reading = await this.#read().catch(() => undefined);
    const event = reading && this.#toEvent(reading);
    if (event !== undefined && event !== this.#last) this.#send(event);
    else if (performance.now() - this.#lastSentMs > HEARTBEAT_MS) this.#send(": \n\n");
    if (event !== undefined) this.#last = event;
  }

  #send(text: string): void {
    this.#lastSentMs = performance.now();
    for (const stream of this.#streams) {
      if (stream.readableLength > MAX_UNREAD_BYTES) stream.destroy();
      else stream.push(text);
    }
  }

  #toEvent({ count, lastMinute }: Reading): string {
    const data = JSON.stringify({ count, last_minute: lastMinute, instance: this.#instance });
    return `event: count\ndata: ${data}\n\n`;
  }
}
