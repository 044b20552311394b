/// <reference lib="dom" />

/**
 * Shows what needs a script: buttons that copy the examples, and forms that send them. Runs in the
 * browser, by its own source text.
 */
export class TryIt {
  start(): void {
    for (const button of document.querySelectorAll<HTMLButtonElement>("figcaption button")) {
      button.hidden = false;
      button.addEventListener("click", () => this.#copy(button));
    }
    for (const form of document.querySelectorAll<HTMLFormElement>(".try form")) {
      form.parentElement?.removeAttribute("hidden");
      form.addEventListener("submit", (event) => {
        event.preventDefault();
        void this.#send(form);
      });
    }
    document.addEventListener("change", ({ target }) => this.#share(target as HTMLInputElement));
  }

  #copy(button: HTMLButtonElement): void {
    const example = button.closest("figure")?.querySelector("code");
    if (example) getSelection()?.selectAllChildren(example);
    // Unlike navigator.clipboard this works over plain HTTP as well.
    const isCopied = document.execCommand("copy");
    const label = button.firstChild as Text;
    label.data = isCopied ? "Copied" : "Press Ctrl+C";
    setTimeout(() => (label.data = "Copy"), 2_000);
  }

  /** A key that is entered once serves all forms. It is gone with the page. */
  #share({ name, value }: HTMLInputElement): void {
    if (!name.startsWith("credential")) return;
    for (const input of document.querySelectorAll<HTMLInputElement>(`[name="${name}"]`)) {
      input.value = value;
    }
  }

  async #send(form: HTMLFormElement): Promise<void> {
    const shown = form.querySelector("pre") as HTMLElement;
    const [path, request] = this.#requestOf(form);
    shown.hidden = false;
    shown.textContent = "…";
    try {
      const answer = await fetch(path, { ...request, signal: AbortSignal.timeout(10_000) });
      const headers = [...answer.headers].map(([name, value]) => `${name}: ${value}`);
      shown.textContent = `${answer.status} ${answer.statusText}\n${headers.join("\n")}\n\n`;
      await this.#showBody(answer, shown);
    } catch (error) {
      shown.append(`\n${(error as Error).message}`);
    }
  }

  #requestOf(form: HTMLFormElement): [path: string, request: RequestInit] {
    const { method = "GET", path = "" } = form.dataset;
    const query = new URLSearchParams();
    const headers = new Headers();
    const request: RequestInit = { method, headers };
    let filled = path;
    for (const [name, value] of new FormData(form) as unknown as Iterable<[string, string]>) {
      const [place, own = ""] = name.split(" ");
      if (value === "") continue;
      if (place === "path") filled = filled.replace(`{${own}}`, encodeURIComponent(value));
      else if (place === "query") query.set(own, value);
      else if (place === "header") headers.set(own, value);
      else if (place === "credential") headers.set("authorization", `Bearer ${value}`);
      else {
        headers.set("content-type", "application/json");
        request.body = value;
      }
    }
    return [query.size === 0 ? filled : `${filled}?${query}`, request];
  }

  /** As it comes, for an answer may be an endless stream. */
  async #showBody(answer: Response, shown: HTMLElement): Promise<void> {
    if (answer.headers.get("content-type")?.includes("json")) {
      shown.append(JSON.stringify(await answer.json(), undefined, 2));
      return;
    }
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader?.read(); part?.value !== undefined; part = await reader?.read()) {
      shown.append(part.value);
    }
  }
}
