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
  /** Sends the user's token, where there is one, in place of the API key. */
  asUser?: boolean;
}

export interface Answer {
  /** Method and path, for messages. */
  call: string;
  status: number;
  headers: Headers;
  text: string;
}

/** What the caller shows: the key for writes, and the token of a user of the system. */
export interface Credentials {
  apiKey?: string | undefined;
  userToken?: string | undefined;
}

/** The system under test, seen from outside: one address, and perhaps credentials. */
export class Target {
  readonly url: string;
  readonly hasKey: boolean;
  readonly #credentials: Credentials;
  readonly #called = new Set<string>();
  /** Looks at every whole answer; what it throws fails the call. */
  inspect: (call: Call, answer: Answer) => void = () => undefined;

  constructor(url: string, credentials: Credentials = {}) {
    this.url = url.replace(/\/+$/, "");
    this.hasKey = credentials.apiKey !== undefined;
    this.#credentials = credentials;
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
    const answer = await this.#exchange(call).catch((error: unknown) => {
      throw error instanceof Error && error.name === "TimeoutError" ? overdue(call) : error;
    });
    this.inspect(call, answer);
    return answer;
  }

  async #exchange(call: Call): Promise<Answer> {
    const response = await this.open(call, AbortSignal.timeout(TIMEOUT_MS));
    return {
      call: `${call.method} ${call.path}`,
      status: response.status,
      headers: response.headers,
      text: await response.text(),
    };
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

  #headers({ headers, body, authorized = true, asUser = false }: Call): Record<string, string> {
    const { apiKey, userToken } = this.#credentials;
    const bearer = asUser ? (userToken ?? apiKey) : apiKey;
    return {
      "user-agent": USER_AGENT,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
      ...(authorized && bearer !== undefined && { authorization: `Bearer ${bearer}` }),
      ...headers,
    };
  }
}

/** The client's own error does not tell which request it was. */
function overdue({ method, path }: Call): DOMException {
  const message = `${method} ${path}: no answer within ${TIMEOUT_MS / 1_000} s`;
  return new DOMException(message, "TimeoutError");
}
