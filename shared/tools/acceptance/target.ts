/** Says who calls, in words that no list of bots knows: hits sent by it count. */
const USER_AGENT = "page-services-acceptance/1.0";
/** Longest wait for an answer. */
export const TIMEOUT_MS = 10_000;

export interface Call {
  method: string;
  /** Path and query. */
  path: string;
  headers?: Record<string, string>;
  /** Sent as JSON, unless it is a text, which is sent as it stands. */
  body?: unknown;
  /** False leaves the API key out. */
  authorized?: boolean;
}

export interface Answer {
  /** Method and path, for messages. */
  call: string;
  status: number;
  headers: Headers;
  text: string;
}

/** The system under test, seen from outside: one address, and perhaps an API key. */
export class Target {
  readonly url: string;
  readonly hasKey: boolean;
  readonly #apiKey: string | undefined;
  readonly #called = new Set<string>();
  /** Looks at every whole answer; what it throws fails the call. */
  inspect: (call: Call, answer: Answer) => void = () => undefined;

  constructor(url: string, apiKey: string | undefined) {
    this.url = url.replace(/\/+$/, "");
    this.hasKey = apiKey !== undefined;
    this.#apiKey = apiKey;
  }

  /** What was called so far, without queries: `GET /counter`. */
  get called(): ReadonlySet<string> {
    return this.#called;
  }

  /**
   * Sends one request and reads the whole answer, whatever its status.
   *
   * @throws TypeError when no answer comes; a `TimeoutError` when it takes longer than 10 s
   */
  async send(call: Call): Promise<Answer> {
    const response = await this.open(call, AbortSignal.timeout(TIMEOUT_MS));
    const answer = {
      call: `${call.method} ${call.path}`,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
    this.inspect(call, answer);
    return answer;
  }

  /** Sends one request, and leaves the answer's body to be read as it comes. */
  async open(call: Call, signal: AbortSignal): Promise<Response> {
    const { method, path, body } = call;
    this.#called.add(`${method} ${path.replace(/\?.*$/, "")}`);
    return fetch(`${this.url}${path}`, {
      method,
      headers: this.#headers(call),
      redirect: "manual",
      signal,
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
  }

  #headers({ headers, body, authorized = true }: Call): Record<string, string> {
    return {
      "user-agent": USER_AGENT,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(authorized && this.#apiKey !== undefined && { authorization: `Bearer ${this.#apiKey}` }),
      ...headers,
    };
  }
}
