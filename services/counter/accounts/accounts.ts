import { Batcher } from "../../../shared/kit/batcher.ts";
import type { Attempts } from "./attempts.ts";
import { MAX_COUNT } from "../counter.ts";
import type { Passwords, TryLimit } from "./passwords.ts";
import type { AccessToken, Tokens } from "./tokens.ts";

/** A user as stored: who, and how the password is recognised. */
export interface User {
  email: string;
  passwordHash: string;
  /** The key that the registration was sent with. */
  registrationKey?: string | undefined;
}

/** A request to register. */
export interface Registration {
  email: string;
  password: string;
  /** Of one that may be sent again: the same key and password get the same answer. */
  key: string | undefined;
}

/** One request to raise a number; requests with the same key get the same answer. */
export interface Raise {
  key: string | undefined;
}

/** The number that a request got; `full` when there is no higher one. */
export type Raised = number | "full";

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
   * @returns the numbers in the order of the requests, `full` for each that would pass `MAX_NUMBER`;
   *   undefined when there is no such user
   */
  raiseNumber(email: string, raises: readonly Raise[]): Promise<readonly Raised[] | undefined>;
  /** Undefined when there is no such user. */
  setNumber(email: string, number: number): Promise<number | undefined>;
}

/** Why an account request is refused; the HTTP room says it in its own words. */
export class Refusal extends Error {
  override readonly name = "Refusal";
  readonly reason:
    | "email-taken"
    | "key-reused"
    | "wrong-credentials"
    | "registration-closed"
    | "unknown-user"
    | "full";

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
  /** Called for every login that is refused. */
  onRefusedLogin: () => void;
}

/** Users register, log in, and count with a number that is theirs alone. */
export class Accounts {
  readonly #options: AccountsOptions;
  readonly #raises: Batcher<Raise, Raised>;

  constructor(options: AccountsOptions) {
    this.#options = options;
    const raise = async (email: string, raises: readonly Raise[]) =>
      known(await options.users.raiseNumber(email, raises));
    this.#raises = new Batcher(raise, { store: "dynamodb" });
  }

  /**
   * @throws Refusal `email-taken`, `key-reused`, `registration-closed`; TooManyAttempts;
   *   PasswordsBusy
   */
  async register({ email, password, key }: Registration, address: string): Promise<void> {
    const { users, passwords, attempts, isRegistrationOpen } = this.#options;
    if (!isRegistrationOpen) throw new Refusal("registration-closed");
    const name = `registration ${address}`;
    attempts.check(name);
    attempts.count(name);
    const passwordHash = await passwords.hash(password);
    if (await users.create({ email, passwordHash, registrationKey: key })) return;
    const user = await users.find(email);
    if (key === undefined || user?.registrationKey !== key) throw new Refusal("email-taken");
    const limit = this.#triesOf(email, address);
    const isSame = await passwords.verify(password, user.passwordHash, limit);
    if (!isSame) throw new Refusal("key-reused");
  }

  /**
   * An unknown user costs as much time as a wrong password, and gets the same answer.
   *
   * Only failures use up attempts: neither a right password nor a check that the service could not
   * make. They are counted before the next check begins, so logins at once are bounded like others.
   *
   * @throws Refusal `wrong-credentials`; TooManyAttempts; PasswordsBusy
   */
  async logIn(email: string, password: string, address: string): Promise<AccessToken> {
    const { users, passwords, tokens, onRefusedLogin } = this.#options;
    const limit = this.#triesOf(email, address);
    // Who has none left neither waits nor costs a store call.
    limit.begin();
    const user = await users.find(email);
    if (await passwords.verify(password, user?.passwordHash, limit)) return tokens.issue(email);
    onRefusedLogin();
    throw new Refusal("wrong-credentials");
  }

  #triesOf(email: string, address: string): TryLimit {
    const names = [`address ${address}`, `user ${email}`];
    return {
      begin: () => this.#options.attempts.check(...names),
      fail: () => this.#options.attempts.count(...names),
    };
  }

  /** The user whom a token names; undefined when it is none of ours, has expired, or names no email. */
  async recognise(token: string): Promise<string | undefined> {
    const email = await this.#options.tokens.verify(token);
    return email !== undefined && EMAIL.test(email) ? email : undefined;
  }

  /** @throws Refusal `unknown-user` */
  async current(email: string): Promise<number> {
    return known(await this.#options.users.readNumber(email));
  }

  /**
   * @param key of a request that may be sent again: the same key gets the same number
   * @throws Refusal `unknown-user`, `full`
   */
  async next(email: string, key: string | undefined): Promise<number> {
    const raised = await this.#raises.join(email, { key });
    if (raised === "full") throw new Refusal("full");
    return raised;
  }

  /** @throws Refusal `unknown-user` */
  async set(email: string, number: number): Promise<number> {
    return known(await this.#options.users.setNumber(email, number));
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
