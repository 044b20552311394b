/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { describeBar, describeChart, layOutChart, type Series } from "../chart/chart.ts";
import { renderLine } from "../chart/chart-svg.ts";

/** A chart that changes, and whose bars are read one by one. Runs in the browser. */
export class ReadableChart {
  readonly #figure: HTMLElement;
  readonly #field: HTMLInputElement;
  #series: Series;
  /** The bar that is read. */
  #place: number | undefined;

  constructor(figure: HTMLElement, series: Series) {
    this.#figure = figure;
    this.#field = this.#find("input") as HTMLInputElement;
    this.#series = series;
    this.#field.hidden = false;
    this.#field.addEventListener("input", () => this.#read(this.#field.valueAsNumber));
    this.#field.addEventListener("focus", () => {
      if (this.#field.matches(":focus-visible")) this.#read(this.#field.valueAsNumber);
    });
    this.#field.addEventListener("pointermove", ({ offsetX }) => {
      const bars = this.#series.counts.length;
      const place = Math.floor((offsetX / this.#field.offsetWidth) * bars);
      this.#read(Math.min(Math.max(place, 0), bars - 1));
    });
    for (const end of ["blur", "pointerleave"]) {
      this.#field.addEventListener(end, () => this.#read(undefined));
    }
    this.show(series);
  }

  show(series: Series): void {
    this.#series = series;
    const chart = layOutChart(series);
    const lines = chart.lines.map((line) => renderLine(line, chart.lines)).join("");
    const drawn = this.#find(".lines");
    if (drawn.innerHTML !== lines) drawn.innerHTML = lines;
    for (const [index, { height }] of chart.bars.entries()) {
      this.#barAt(index)?.lastElementChild?.setAttribute("height", String(height));
    }
    const title = this.#find("h2").textContent;
    const total = chart.total.toLocaleString("en-US");
    const words = `${title}: ${total} in all. ${describeChart(chart, series)}.`;
    this.#find("svg").setAttribute("aria-label", words);
    this.#read(this.#place);
  }

  /** Says what the bar stands for; without one, what the chart does. */
  #read(place: number | undefined): void {
    if (this.#place !== place && this.#place !== undefined) {
      this.#barAt(this.#place)?.classList.remove("read");
    }
    this.#place = place;
    const chart = layOutChart(this.#series);
    const bar = place === undefined ? undefined : chart.bars[place];
    if (place === undefined || bar === undefined) {
      this.#say(describeChart(chart, this.#series));
      return;
    }
    this.#barAt(place)?.classList.add("read");
    const words = describeBar(bar, this.#series);
    this.#field.valueAsNumber = place;
    this.#field.setAttribute("aria-valuetext", words);
    this.#say(words);
  }

  #say(words: string): void {
    this.#find(".readout").textContent = words;
  }

  #barAt(index: number): Element | undefined {
    return this.#find("svg").children[index];
  }

  #find(selector: string): Element {
    const found = this.#figure.querySelector(selector);
    if (found === null) throw new Error(`${selector} is missing in #${this.#figure.id}`);
    return found;
  }
}
