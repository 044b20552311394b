import { argon2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";

const argon2id = promisify(argon2);

/**
 * Cost of one password: about 20 MiB and 50 ms of a core.
 *
 * @see https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html
 */
const COST = { memory: 19_456, passes: 2, parallelism: 1 } as const;
const SALT_BYTES = 16;
const HASH_BYTES = 32;
/** How many passwords are worked on at a time: the other threads of the pool serve the hits. */
const PARALLEL = 2;
/** How many may wait, about a second's worth; more are refused. */
const MAX_WAITING = 32;

/** More passwords are waiting than can be worked on in time. */
export class PasswordsBusy extends Error {
  override readonly name = "PasswordsBusy";
}

/** Bounds how often a password is tried. */
export interface TryLimit {
  /** Called when the try begins, after its wait; what it throws ends the try. */
  begin(): void;
  /** Called when the password was wrong, before a try that waits can begin. */
  fail(): void;
}

/** Hashes passwords with argon2id, a few at a time. */
export class Passwords {
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  /** @returns the hash with its salt and cost, in PHC format */
  hash(password: string): Promise<string> {
    const salt = randomBytes(SALT_BYTES);
    return this.#inTurn(async () => format(COST, salt, await derive(password, salt, COST)));
  }

  /**
   * Takes the same time whether or not there is a hash to compare with.
   *
   * Tries are made two at a time, and each asks the limit first: tries at once pass it by one failure
   * at most.
   *
   * @param stored what `hash` returned; undefined when there is no such user
   */
  verify(password: string, stored: string | undefined, limit: TryLimit): Promise<boolean> {
    return this.#inTurn(async () => {
      limit.begin();
      const { cost, salt, hash } = parse(stored ?? DECOY);
      const isEqual = timingSafeEqual(hash, await derive(password, salt, cost));
      const isRight = isEqual && stored !== undefined;
      if (!isRight) limit.fail();
      return isRight;
    });
  }

  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < PARALLEL) {
      this.#running += 1;
      return;
    }
    if (this.#waiting.length >= MAX_WAITING) throw new PasswordsBusy();
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands the place on to who waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#running -= 1;
    else next();
  }
}

interface Cost {
  memory: number;
  passes: number;
  parallelism: number;
}

function derive(password: string, salt: Buffer, cost: Cost): Promise<Buffer> {
  const message = password.normalize("NFKC");
  return argon2id("argon2id", { message, nonce: salt, tagLength: HASH_BYTES, ...cost });
}

/** Compared with where there is no user; no password has this hash. */
const DECOY = format(COST, Buffer.alloc(SALT_BYTES), Buffer.alloc(HASH_BYTES));

/** @see https://github.com/P-H-C/phc-string-format/blob/master/phc-sf-spec.md */
function format({ memory, passes, parallelism }: Cost, salt: Buffer, hash: Buffer): string {
  const [saltText, hashText] = [salt, hash].map((bytes) =>
    bytes.toString("base64").replaceAll("=", ""),
  );
  return `$argon2id$v=19$m=${memory},t=${passes},p=${parallelism}$${saltText}$${hashText}`;
}

function parse(stored: string): { cost: Cost; salt: Buffer; hash: Buffer } {
  const parts = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$/.exec(stored);
  if (parts === null)
    throw new Error("the stored hash of a password is not argon2id in PHC format");
  const [, memory, passes, parallelism, salt = "", hash = ""] = parts;
  return {
    cost: { memory: Number(memory), passes: Number(passes), parallelism: Number(parallelism) },
    salt: Buffer.from(salt, "base64"),
    hash: Buffer.from(hash, "base64"),
  };
}
