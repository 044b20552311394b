/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import type { BadgeMaker } from "./badge-maker.ts";
import type { ReadableChart } from "./readable-chart.ts";

/** The parts of the page: given, for the text of a class cannot name another one. */
interface Parts {
  BadgeMaker: typeof BadgeMaker;
  ReadableChart: typeof ReadableChart;
}

/** The numbers of one moment: whatever is shown of them is shown together. */
interface CountEvent {
  count: number;
  last_minute: number;
  last_ten_minutes: number;
  spans: number[];
  bots: number;
  visitors_today?: number;
  time: string;
  instance: string;
}

/** Keeps the counter's page up to date. Runs in the browser, by its own source text. */
export class LivePage {
  readonly #page = document.body.dataset["page"] ?? "";
  readonly #parts: Parts;
  readonly #maker: BadgeMaker;
  #minutes: ReadableChart | undefined;
  #stream: EventSource | undefined;
  #timer: number | undefined;
  #failures = 0;

  constructor(parts: Parts) {
    this.#parts = parts;
    const count = Number(this.#element("count").textContent.replaceAll(",", ""));
    this.#maker = new parts.BadgeMaker(this.#page, count, (text) =>
      this.#write("announcement", text),
    );
  }

  start(): void {
    this.#makeDaysReadable();
    document.addEventListener("visibilitychange", () => this.#wakeOrSleep());
    this.#wakeOrSleep();
    // A calm voice: the count in words, now and then.
    setInterval(
      () => this.#write("announcement", `Views: ${this.#element("count").textContent}`),
      15_000,
    );
  }

  /** They do not change while the page is open. */
  #makeDaysReadable(): void {
    const figure = document.getElementById("days");
    if (figure === null) return;
    const { counts = "", stepMs, to = "" } = figure.dataset;
    const series = { counts: counts.split(",").map(Number), stepMs: Number(stepMs), to };
    new this.#parts.ReadableChart(figure, series);
  }

  /** A hidden page leaves its place on the stream to others. */
  #wakeOrSleep(): void {
    this.#disconnect();
    if (!document.hidden) this.#connect();
  }

  #connect(): void {
    const stream = new EventSource(`/counter/${encodeURIComponent(this.#page)}/events`);
    stream.addEventListener("open", () => {
      this.#failures = 0;
      this.#expectNews();
    });
    stream.addEventListener("count", ({ data }: MessageEvent<string>) => {
      this.#showState("live", "Live");
      this.#show(JSON.parse(data) as CountEvent);
      this.#expectNews();
    });
    stream.addEventListener("error", () => this.#reconnect());
    this.#stream = stream;
  }

  #disconnect(): void {
    this.#stream?.close();
    clearTimeout(this.#timer);
  }

  /** Numbers come every 15 s at least: a server without its store keeps the stream open, and is silent. */
  #expectNews(): void {
    clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#reconnect(), 30_000);
  }

  #reconnect(): void {
    this.#disconnect();
    if (document.hidden) return;
    this.#showState("lost", "Not live, reconnecting …");
    // Apart from one another, or after an outage all pages would come back in the same instant.
    const waitMs = Math.min(10_000, 1_000 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#timer = window.setTimeout(() => this.#connect(), waitMs);
  }

  #show(event: CountEvent): void {
    const text = event.count.toLocaleString("en-US");
    document.title = `${text} · Views of ${this.#page}`;
    this.#write("count", text);
    this.#element("count").style.setProperty("--characters", String(text.length));
    this.#writeNumber("last-minute", event.last_minute);
    this.#writeNumber("last-ten-minutes", event.last_ten_minutes);
    this.#writeNumber("bots", event.bots);
    this.#writeNumber("visitors-today", event.visitors_today);
    this.#write("instance", event.instance);
    this.#maker.setCount(event.count);
    const series = { counts: event.spans, stepMs: 10_000, to: event.time };
    this.#minutes ??= new this.#parts.ReadableChart(this.#element("minutes"), series);
    this.#minutes.show(series);
  }

  #showState(state: string, text: string): void {
    this.#element("state").dataset["state"] = state;
    this.#write("state", text);
  }

  #element(id: string): HTMLElement {
    const found = document.getElementById(id);
    if (found === null) throw new Error(`#${id} is missing in the page`);
    return found;
  }

  /** Not every store tells every number. */
  #writeNumber(id: string, number: number | undefined): void {
    if (number !== undefined) this.#write(id, number.toLocaleString("en-US"));
  }

  /** Writes only what changed: a screen reader reads each change. */
  #write(id: string, text: string): void {
    const node = this.#element(id);
    if (node.textContent !== text) node.textContent = text;
  }
}
