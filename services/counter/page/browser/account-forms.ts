/// <reference lib="dom" />

interface Answer {
  access_token?: string;
  number?: number;
  message?: string;
  detail?: string;
}

/**
 * Lets a user register, log in and count. Runs in the browser, by its own source text.
 *
 * The access token stays in memory: it is gone with the page.
 */
export class AccountForms {
  #token = "";

  start(): void {
    this.#onSubmit("credentials", (button) => this.#enter(button.value));
    this.#onSubmit("set", () => this.#set());
    this.#onClick("next", () => this.#show("POST", "/counter/v1/next"));
    this.#element("leave").addEventListener("click", () => this.#leave());
  }

  async #enter(action: string): Promise<void> {
    const credentials = {
      email: this.#input("email").value,
      password: this.#input("password").value,
    };
    if (action === "register") await this.#send("POST", "/counter/v1/registration", credentials);
    const { access_token: token } = await this.#send("POST", "/counter/v1/login", credentials);
    this.#token = token ?? "";
    this.#input("password").value = "";
    await this.#show("GET", "/counter/v1/current");
    this.#reveal("own");
    this.#element("next").focus();
  }

  async #show(method: string, path: string, body?: object): Promise<void> {
    const { number, message } = await this.#send(method, path, body);
    this.#element("number").textContent = (number ?? 0).toLocaleString("en-US");
    this.#say(message ?? "");
  }

  #set(): Promise<void> {
    return this.#show("PUT", "/counter/v1/current", { current: this.#input("current").value });
  }

  #leave(): void {
    this.#token = "";
    this.#reveal("credentials");
    this.#input("email").focus();
    this.#say("Logged out.");
  }

  /** @throws Error with what the service says, where it refuses */
  async #send(method: string, path: string, body?: object): Promise<Answer> {
    const response = await fetch(path, {
      method,
      headers: {
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...(this.#token === "" ? {} : { authorization: `Bearer ${this.#token}` }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer = (await response.json()) as Answer;
    // A token that has expired ends the visit: the forms are there to log in again.
    if (response.status === 401) this.#leave();
    if (!response.ok) throw new Error(answer.detail ?? response.statusText);
    return answer;
  }

  #onSubmit(id: string, act: (button: HTMLButtonElement) => Promise<void>): void {
    this.#element(id).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#run(() => act(event.submitter as HTMLButtonElement));
    });
  }

  #onClick(id: string, act: () => Promise<void>): void {
    this.#element(id).addEventListener("click", () => this.#run(act));
  }

  #run(act: () => Promise<void>): void {
    this.#say("");
    act().catch((error: unknown) => this.#say(error instanceof Error ? error.message : "Failed."));
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
