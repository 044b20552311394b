import { Readable } from "node:stream";
import type { Snapshot } from "../../counter.ts";
import { presentSnapshot } from "../presenter.ts";

/** Each listener hears of a new count at most this often. */
const FASTEST_MS = 250;
/** A page without news is read ever more seldom, down to this. */
const SLOWEST_MS = 5_000;
/** Something is sent this often in any case, so that no proxy takes the connection for idle. */
const HEARTBEAT_MS = 15_000;
/** Where there is nothing to tell, for the store is away. */
const HEARTBEAT = ": \n\n";
/** A listener that leaves more than this unread is disconnected. */
const MAX_UNREAD_BYTES = 16 * 1024;

interface Event {
  /** The same for two events that differ in their time only. */
  news: string;
  text: string;
  count: number;
}

export interface LivePageOptions {
  instance: string;
  /** Milliseconds since any fixed instant. */
  now: () => number;
}

/** One page and those who follow it. */
export class LivePage {
  readonly #read: () => Promise<Snapshot>;
  readonly #options: LivePageOptions;
  /** What each stream was told last. */
  readonly #streams = new Map<Readable, string>();
  #timer: NodeJS.Timeout | undefined;
  #pauseMs = FASTEST_MS;
  #last: Event | undefined;
  #lastSentMs = 0;

  constructor(read: () => Promise<Snapshot>, options: LivePageOptions) {
    this.#read = read;
    this.#options = options;
  }

  get listeners(): number {
    return this.#streams.size;
  }

  join(snapshot: Snapshot, onLeave: () => void): Readable {
    const stream = new Readable({ read: () => undefined });
    const event = this.#toEvent(snapshot);
    this.#streams.set(stream, event.news);
    stream.once("close", () => {
      this.#streams.delete(stream);
      if (this.#streams.size === 0) clearTimeout(this.#timer);
      onLeave();
    });
    stream.push(`retry: 2000\n\n${event.text}`);
    if (this.#streams.size === 1) {
      this.#last = event;
      this.#lastSentMs = this.#options.now();
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
    const snapshot = await this.#read().catch(() => undefined);
    const event = snapshot && this.#toEvent(snapshot);
    const isIdle = this.#options.now() - this.#lastSentMs > HEARTBEAT_MS;
    if (event !== undefined && (event.news !== this.#last?.news || isIdle)) {
      if (event.count !== this.#last?.count) this.#pauseMs = FASTEST_MS;
      this.#last = event;
      this.#send(event.text, isIdle ? undefined : event.news);
      for (const stream of this.#streams.keys()) this.#streams.set(stream, event.news);
    } else if (isIdle) this.#send(HEARTBEAT);
  }

  /** @param news whoever was told it already is left out */
  #send(text: string, news?: string): void {
    this.#lastSentMs = this.#options.now();
    for (const [stream, told] of this.#streams) {
      if (stream.readableLength > MAX_UNREAD_BYTES) stream.destroy();
      else if (told !== news) stream.push(text);
    }
  }

  #toEvent(snapshot: Snapshot): Event {
    const { time, ...news } = presentSnapshot(snapshot, this.#options.instance);
    const { count } = snapshot;
    const text = `id: ${count}\nevent: count\ndata: ${JSON.stringify({ ...news, time })}\n\n`;
    return { news: JSON.stringify(news), text, count };
  }
}
