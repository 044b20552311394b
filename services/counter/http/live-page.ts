import { Readable } from "node:stream";
import type { Reading } from "../counter.ts";

/** Each listener hears of a new count at most this often. */
const FASTEST_MS = 250;
/** A page without news is read ever more seldom, down to this. */
const SLOWEST_MS = 5_000;
/** Something is sent this often in any case, so that no proxy takes the connection for idle. */
const HEARTBEAT_MS = 15_000;
const HEARTBEAT = ": \n\n";
/** A listener that leaves more than this unread is disconnected. */
const MAX_UNREAD_BYTES = 16 * 1024;

/** One page and those who follow it. */
export class LivePage {
  readonly #read: () => Promise<Reading>;
  readonly #instance: string;
  /** What each stream was told last. */
  readonly #streams = new Map<Readable, string>();
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = FASTEST_MS;
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
    const event = this.#toEvent(reading);
    this.#streams.set(stream, event);
    stream.once("close", () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) clearTimeout(this.#timer);
      onLeave();
    });
    stream.push(`retry: 2000\n\n${event}`);
    if (this.#streams.size === 1) {
      this.#last = event;
      this.#schedule();
    }
    return stream;
  }

  /** Reads the page soon. */
  hurry(): void {
    if (this.#pauseMs === FASTEST_MS) return;
    this.#pauseMs = FASTEST_MS;
    // Without a timer a reading is under way, and the next one comes soon by itself.
    if (this.#timer !== undefined) this.#schedule();
  }

  end(): void {
    for (const stream of this.#streams.keys()) stream.push(null);
  }

  /** The next reading starts when the last one has ended: a slow store is not asked twice. */
  #schedule(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      void this.#publish().finally(() => {
        if (this.#streams.size > 0) this.#schedule();
      });
    }, this.#pauseMs);
  }

  async #publish(): Promise<void> {
    this.#pauseMs = Math.min(this.#pauseMs * 2, SLOWEST_MS);
    // A store that is away has no news; the listeners stay.
    const reading = await this.#read().catch(() => undefined);
    const event = reading && this.#toEvent(reading);
    if (event !== undefined && event !== this.#last) {
      this.#pauseMs = FASTEST_MS;
      this.#send(event);
    } else if (performance.now() - this.#lastSentMs > HEARTBEAT_MS) this.#send(HEARTBEAT);
    if (event !== undefined) this.#last = event;
  }

  #send(text: string): void {
    this.#lastSentMs = performance.now();
    for (const [stream, told] of this.#streams) {
      if (stream.readableLength > MAX_UNREAD_BYTES) stream.destroy();
      else if (text !== told) stream.push(text);
      if (text !== HEARTBEAT) this.#streams.set(stream, text);
    }
  }

  #toEvent({ count, lastMinute }: Reading): string {
    const data = JSON.stringify({ count, last_minute: lastMinute, instance: this.#instance });
    return `id: ${count}\nevent: count\ndata: ${data}\n\n`;
  }
}
