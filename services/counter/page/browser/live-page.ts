/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { describeBar, describeChart, layOutChart, type SecondCount } from "../chart.ts";
import { formatScale } from "../chart-svg.ts";

interface CountEvent {
  count: number;
  instance: string;
}

interface History {
  to: string;
  seconds: SecondCount[];
}

/** Keeps the numbers of the counter's page up to date. Runs in the browser, by its own source text. */
export class LivePage {
  readonly #path = `/counter/${encodeURIComponent(document.body.dataset["page"] ?? "")}`;
  #stream: EventSource | undefined;
  #streamTimer: number | undefined;
  #failures = 0;
  #refreshTimer: number | undefined;
  #refreshedAtMs = 0;

  start(): void {
    document.addEventListener("visibilitychange", () => this.#wakeOrSleep());
    this.#wakeOrSleep();
    // A calm voice: the count in words, now and then.
    setInterval(() => this.#write("announcement", `Views: ${this.#text("count")}`), 15_000);
    this.#enableSnippets();
  }

  /** A hidden page leaves its place on the stream to others. */
  #wakeOrSleep(): void {
    this.#disconnect();
    clearTimeout(this.#refreshTimer);
    if (document.hidden) return;
    this.#connect();
    void this.#refresh();
  }

  #connect(): void {
    const stream = new EventSource(`${this.#path}/events`);
    stream.addEventListener("open", () => {
      this.#failures = 0;
      this.#showState("live", "Live");
    });
    stream.addEventListener("count", ({ data }: MessageEvent<string>) => {
      this.#showCount(JSON.parse(data) as CountEvent);
      this.#refreshAt(this.#refreshedAtMs + 1_000);
    });
    stream.addEventListener("error", () => this.#reconnect());
    this.#stream = stream;
  }

  #disconnect(): void {
    this.#stream?.close();
    clearTimeout(this.#streamTimer);
  }

  #reconnect(): void {
    this.#disconnect();
    if (document.hidden) return;
    this.#showState("lost", "Not live, reconnecting …");
    // Apart from one another, or after an outage all pages would come back in the same instant.
    const waitMs = Math.min(10_000, 1_000 * 2 ** this.#failures) * (0.5 + Math.random() / 2);
    this.#failures += 1;
    this.#streamTimer = window.setTimeout(() => this.#connect(), waitMs);
  }

  /** The chart: each second while views come, every 10 s while none do. */
  #refreshAt(timeMs: number): void {
    clearTimeout(this.#refreshTimer);
    const waitMs = Math.max(0, timeMs - performance.now());
    this.#refreshTimer = window.setTimeout(() => void this.#refresh(), waitMs);
  }

  async #refresh(): Promise<void> {
    this.#refreshedAtMs = performance.now();
    this.#refreshAt(this.#refreshedAtMs + 10_000);
    try {
      const signal = AbortSignal.timeout(5_000);
      const response = await fetch(`${this.#path}/history?seconds=600`, { signal });
      if (!response.ok) throw new Error(response.statusText);
      this.#showHistory((await response.json()) as History);
    } catch {
      // A server without its store keeps the stream open, and sends nothing on it.
      if (this.#stream?.readyState === EventSource.OPEN) this.#reconnect();
    }
  }

  /** The last minute is not shown from here: with the ten minutes it comes from the history alone. */
  #showCount({ count, instance }: CountEvent): void {
    const text = count.toLocaleString("en-US");
    document.title = `${text} · Views of ${document.body.dataset["page"] ?? ""}`;
    this.#write("count", text);
    this.#element("count").style.setProperty("--characters", String(text.length));
    for (const node of document.querySelectorAll("#badge title, #badge text:last-of-type")) {
      node.textContent = node.tagName === "title" ? `views: ${text}` : text;
    }
    this.#write("instance", instance);
  }

  #showHistory({ to, seconds }: History): void {
    const chart = layOutChart(seconds, to);
    this.#write("last-minute", chart.lastMinute.toLocaleString("en-US"));
    this.#write("total", chart.total.toLocaleString("en-US"));
    this.#write("scale", formatScale(chart.scale));
    const drawn = this.#element("chart");
    drawn.setAttribute("aria-label", describeChart(chart));
    for (const [index, bar] of chart.bars.entries()) {
      const [title, , rectangle] = drawn.children[index]?.children ?? [];
      if (title !== undefined) title.textContent = describeBar(bar);
      rectangle?.setAttribute("height", String(bar.height));
    }
  }

  #showState(state: string, text: string): void {
    this.#element("state").dataset["state"] = state;
    this.#write("state", text);
  }

  #enableSnippets(): void {
    const written = document.body.dataset["origin"] ?? "";
    for (const field of document.querySelectorAll<HTMLInputElement>("#badge input")) {
      field.value = field.value.replace(written, location.origin);
    }
    for (const button of document.querySelectorAll<HTMLButtonElement>("#badge button")) {
      button.hidden = false;
      button.addEventListener("click", () => this.#copy(button));
    }
  }

  #copy(button: HTMLButtonElement): void {
    (this.#element(button.value) as HTMLInputElement).select();
    // Unlike navigator.clipboard this works over plain HTTP as well.
    const isCopied = document.execCommand("copy");
    const label = button.firstChild as Text;
    label.data = isCopied ? "Copied" : "Press Ctrl+C";
    this.#write("announcement", isCopied ? "Copied" : "Selected: press Control C to copy");
    setTimeout(() => (label.data = "Copy"), 2_000);
  }

  #element(id: string): HTMLElement {
    const found = document.getElementById(id);
    if (found === null) throw new Error(`#${id} is missing in the page`);
    return found;
  }

  #text(id: string): string {
    return this.#element(id).textContent;
  }

  /** Writes only what changed: a screen reader reads each change. */
  #write(id: string, text: string): void {
    const node = this.#element(id);
    if (node.textContent !== text) node.textContent = text;
  }
}
