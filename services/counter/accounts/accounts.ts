import { Batcher } from "../../../shared/kit/batcher.ts";
import type { Attempts } from "./attempts.ts";
import { MAX_COUNT } from "../counter.ts";
import type { Passwords } from "./passwords.ts";
import type { AccessToken, Tokens } from "./tokens.ts";

/** A user as stored: who, and how the password is recognised. */
export interface User {
  email: string;
  passwordHash: string;
}

/** One request to raise a number; requests with the same key get the same answer. */
export interface Raise {
  key: string | undefined;
}

/**
 * Users, and the private number of each.
 *
 * Every verb throws StoreUnavailable when the store does not answer in time.
 */
export interface UserStore {
  /** False, and nothing changed, when the email is taken. */
  create(user: User): Promise<boolean>;
  find(email: string): Promise<User | undefined>;
  /** Undefined when there is no such user. */
  readNumber(email: string): Promise<number | undefined>;
  /**
   * Raises a number by one for each request, exactly once however often the store has to be asked.
   *
   * @returns the numbers in the order of the requests; undefined when there is no such user, `full`
   *   when the number would pass `MAX_COUNT`
   */
  raiseNumber(
    email: string,
    raises: readonly Raise[],
  ): Promise<readonly number[] | "full" | undefined>;
  /** Undefined when there is no such user. */
  setNumber(email: string, number: number): Promise<number | undefined>;
}

/** Why an account request is refused; the HTTP room says it in its own words. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason:
    "email-taken" | "wrong-credentials" | "registration-closed" | "unknown-user" | "full";

  constructor(reason: Refusal["reason"]) {
    super(reason);
    this.reason = reason;
  }
}

export interface AccountsOptions {
  users: UserStore;
  passwords: Passwords;
  tokens: Tokens;
  attempts: Attempts;
  isRegistrationOpen: boolean;
  /** Told of every login that is refused. */
  onRefusedLogin: () => void;
}

/** Users register, log in, and count with a number that is theirs alone. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #raises: Batcher<Raise, number>;

  constructor(options: AccountsOptions) {
    this.#options = options;
    this.#raises = new Batcher((email, raises) => this.#raise(email, raises));
  }

  /** @throws Refusal `email-taken`, `registration-closed`; TooManyAttempts; PasswordsBusy */
  async register(email: string, password: string, address: string): Promise<void> {
    const { users, passwords, attempts, isRegistrationOpen } = this.#options;
    if (!isRegistrationOpen) throw new Refusal("registration-closed");
    attempts.take(`registration ${address}`);
    const passwordHash = await passwords.hash(password);
    if (!(await users.create({ email, passwordHash }))) throw new Refusal("email-taken");
  }

  /**
   * An unknown user costs as much time as a wrong password, and gets the same answer.
   *
   * @throws Refusal `wrong-credentials`; TooManyAttempts; PasswordsBusy
   */
  async logIn(email: string, password: string, address: string): Promise<AccessToken> {
    const { users, passwords, tokens, attempts, onRefusedLogin } = this.#options;
    attempts.take(`address ${address}`, `user ${email}`);
    let isWrong = false;
    try {
      const user = await users.find(email);
      isWrong = !(await passwords.verify(password, user?.passwordHash));
    } finally {
      // No attempt is used up where the service could not tell whether the password is right.
      if (!isWrong) attempts.giveBack(`address ${address}`, `user ${email}`);
    }
    if (isWrong) {
      onRefusedLogin();
      throw new Refusal("wrong-credentials");
    }
    return tokens.issue(email);
  }

  /** The user whom a token names; undefined when it is none of ours, or has expired. */
  recognise(token: string): Promise<string | undefined> {
    return this.#options.tokens.verify(token);
  }

  /** @throws Refusal `unknown-user` */
  async current(email: string): Promise<number> {
    return known(await this.#options.users.readNumber(email));
  }

  /**
   * @param key of a request that may be sent again: the same key gets the same number
   * @throws Refusal `unknown-user`, `full`
   */
  next(email: string, key: string | undefined): Promise<number> {
    return this.#raises.join(email, { key });
  }

  /** @throws Refusal `unknown-user` */
  async set(email: string, number: number): Promise<number> {
    return known(await this.#options.users.setNumber(email, number));
  }

  async #raise(email: string, raises: readonly Raise[]): Promise<readonly number[]> {
    const numbers = await this.#options.users.raiseNumber(email, raises);
    if (numbers === "full") throw new Refusal("full");
    return known(numbers);
  }
}

/** Emails that differ only in case or in the form of their characters are one. */
export function normalizeEmail(email: string): string {
  return email.trim().normalize("NFKC").toLowerCase();
}

/** Deliberately loose: only a message that arrives proves an address. */
export const EMAIL = /^[^\s@\p{C}]{1,64}@[^\s@\p{C}]{1,189}$/u;
export const PASSWORD_CHARACTERS = { min: 8, max: 128 } as const;
/** Highest number of a user. */
export const MAX_NUMBER = MAX_COUNT;

function known<T>(value: T | undefined): T {
  if (value === undefined) throw new Refusal("unknown-user");
  return value;
}
