/// <reference lib="dom" />
/// <reference lib="dom.iterable" />
import { type BadgeStyle, renderBadge } from "../badge/badge.ts";
import { snippetsOf } from "../badge/snippets.ts";

/** Draws the badge as the form describes it, and writes the lines for it. Runs in the browser. */
export class BadgeMaker {
  readonly #page: string;
  readonly #say: (text: string) => void;
  readonly #form = document.querySelector("form#maker") as HTMLFormElement;
  #count: number;

  /** @param say tells those who listen */
  constructor(page: string, count: number, say: (text: string) => void) {
    this.#page = page;
    this.#count = count;
    this.#say = say;
    this.#form.hidden = false;
    this.#form.addEventListener("submit", (event) => event.preventDefault());
    this.#form.addEventListener("input", () => this.#show());
    for (const button of document.querySelectorAll<HTMLButtonElement>(".snippet button")) {
      button.hidden = false;
      button.addEventListener("click", () => this.#copy(button));
    }
    this.#show();
  }

  setCount(count: number): void {
    this.#count = count;
    this.#draw();
  }

  #show(): void {
    this.#draw();
    const counts = this.#field("counts").checked;
    const look = { ...this.#look(), counts };
    const place = { page: this.#page, origin: location.origin };
    const { badge, counting } = snippetsOf({ ...look, ...place });
    for (const [id, line] of Object.entries({ ...badge, ...counting }))
      this.#field(id).value = line;
  }

  #draw(): void {
    const preview = document.getElementById("preview");
    if (preview !== null) preview.innerHTML = renderBadge({ ...this.#look(), count: this.#count });
  }

  #look() {
    const label = this.#field("label").value;
    return {
      label: label === "" ? "views" : label,
      color: this.#field("color").value,
      style: this.#field("style").value as BadgeStyle,
    };
  }

  #copy(button: HTMLButtonElement): void {
    this.#field(button.value).select();
    // Unlike navigator.clipboard this works over plain HTTP as well.
    const isCopied = document.execCommand("copy");
    const label = button.firstChild as Text;
    label.data = isCopied ? "Copied" : "Press Ctrl+C";
    this.#say(isCopied ? "Copied" : "Selected: press Control C to copy");
    setTimeout(() => (label.data = "Copy"), 2_000);
  }

  #field(id: string): HTMLInputElement {
    return document.getElementById(id) as HTMLInputElement;
  }
}
