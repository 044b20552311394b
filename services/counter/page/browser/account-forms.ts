/// <reference lib="dom" />

interface Answer {
  access_token?: string;
  number?: number;
  message?: string;
  /** Of a problem, as is `detail`. */
  type?: string;
  detail?: string;
}

/**
 * Lets a user register, log in and count. Runs in the browser, by its own source text.
 *
 * One request is under way at a time: what is pressed meanwhile does nothing. The access token stays
 * in memory: it is gone with the page.
 */
export class AccountForms {
  #token = "";
  #isBusy = false;
  /** Key of a raise that may have counted without an answer: pressed again, it counts once. */
  #raiseKey: string | undefined;

  start(): void {
    this.#onSubmit("credentials", (button) => this.#enter(button.value));
    this.#onSubmit("set", () => this.#set());
    this.#onClick("next", () => this.#next());
    this.#onClick("leave", () => this.#leave("Logged out."));
  }

  async #enter(action: string): Promise<void> {
    const credentials = {
      email: this.#input("email").value,
      password: this.#input("password").value,
    };
    if (action === "register") await this.#send("POST", "/counter/v1/registration", credentials);
    const { access_token: token } = await this.#send("POST", "/counter/v1/login", credentials);
    this.#token = token ?? "";
    this.#show(await this.#send("GET", "/counter/v1/current"));
    this.#input("password").value = "";
    this.#reveal("own");
    this.#element("next").focus();
  }

  async #next(): Promise<void> {
    // Not randomUUID: browsers have it on HTTPS only.
    this.#raiseKey ??= crypto.getRandomValues(new Uint32Array(4)).join("-");
    this.#show(await this.#send("POST", "/counter/v1/next"));
    this.#raiseKey = undefined;
  }

  async #set(): Promise<void> {
    this.#raiseKey = undefined;
    // As a number: the field also accepts `1e3` and `007`, which the API refuses as texts.
    const current = this.#input("current").valueAsNumber;
    this.#show(await this.#send("PUT", "/counter/v1/current", { current }));
  }

  #show({ number, message }: Answer): void {
    this.#element("number").textContent = (number ?? 0).toLocaleString("en-US");
    this.#say(message ?? "");
  }

  #leave(message: string): void {
    this.#token = "";
    this.#raiseKey = undefined;
    this.#reveal("credentials");
    this.#input("email").focus();
    this.#say(message);
  }

  /** @throws Error with what to tell the user, where there is no good answer */
  async #send(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(path, {
      ...{ method, headers: this.#headers(), signal: AbortSignal.timeout(10_000) },
      ...(body && { body: JSON.stringify(body) }),
    }).catch(() => undefined);
    const answer = (await response?.json().catch(() => undefined)) as Answer | undefined;
    if (response?.ok === true && answer !== undefined) return answer;
    throw new Error(this.#explain(response?.status, answer ?? {}));
  }

  #headers(): Record<string, string> {
    return {
      "content-type": "application/json",
      ...(this.#token !== "" && { authorization: `Bearer ${this.#token}` }),
      ...(this.#raiseKey !== undefined && { "idempotency-key": this.#raiseKey }),
    };
  }

  /** In the user's words, where the service's own are those of its API. */
  #explain(status: number | undefined, { type, detail }: Answer): string {
    if (status === undefined) return "The service does not answer. Try again in a moment.";
    if (type === "/counter/problems/invalid-token") {
      this.#leave("");
      return "Your login has ended. Log in again.";
    }
    if (type === "/counter/problems/number-at-maximum") {
      return "There is no higher number. Set a lower one.";
    }
    return detail ?? `The service answered with ${status}. Try again in a moment.`;
  }

  #onSubmit(id: string, act: (button: HTMLButtonElement) => Promise<void>): void {
    this.#element(id).addEventListener("submit", (event) => {
      event.preventDefault();
      void this.#run(() => act(event.submitter as HTMLButtonElement));
    });
  }

  #onClick(id: string, act: () => void | Promise<void>): void {
    this.#element(id).addEventListener("click", () => void this.#run(act));
  }

  async #run(act: () => void | Promise<void>): Promise<void> {
    if (this.#isBusy) return;
    this.#setBusy(true);
    this.#say("");
    try {
      await act();
    } catch (error) {
      this.#say((error as Error).message);
    } finally {
      this.#setBusy(false);
    }
  }

  /** Says that the buttons do nothing, and leaves the focus on them: `disabled` would take it away. */
  #setBusy(isBusy: boolean): void {
    this.#isBusy = isBusy;
    for (const button of document.querySelectorAll("button")) {
      button.setAttribute("aria-disabled", String(isBusy));
    }
  }

  #reveal(id: "credentials" | "own"): void {
    for (const each of ["credentials", "own"]) this.#element(each).hidden = each !== id;
  }

  #say(text: string): void {
    this.#element("message").textContent = text;
  }

  #input(id: string): HTMLInputElement {
    return this.#element(id) as HTMLInputElement;
  }

  #element(id: string): HTMLElement {
    const found = document.getElementById(id);
    if (found === null) throw new Error(`#${id} is missing in the page`);
    return found;
  }
}
