import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { Accounts, Refusal, type UserStore } from "./accounts.ts";
import { Attempts, TooManyAttempts } from "./attempts.ts";
import { Passwords } from "./passwords.ts";
import { Tokens } from "./tokens.ts";

const password = "correct horse battery";
/** Of that password, at a cost that suits a test. */
const passwordHash =
  "$argon2id$v=19$m=64,t=1,p=1$c2FsdHNhbHRzYWx0c2FsdA$QOKF1iG70GOhZX71bkTGoINw9zqSjKFirULQQtMxBVI";

describe("Accounts", () => {
  let isAway = false;
  let nowMs = 0;
  let accounts: Accounts;
  const away = () => Promise.reject(new StoreUnavailable("dynamodb", new Error("away")));
  const users: UserStore = {
    create: away,
    find: (email) => (isAway ? away() : Promise.resolve({ email, passwordHash })),
    readNumber: away,
    raiseNumber: away,
    setNumber: away,
  };
  beforeEach(() => {
    isAway = false;
    accounts = new Accounts({
      users,
      passwords: new Passwords(),
      tokens: new Tokens({ keys: [], issuer: "test" }),
      attempts: new Attempts(() => nowMs),
      isRegistrationOpen: true,
      onRefusedLogin: () => undefined,
    });
  });

  /** The outcomes of so many logins at once, counted by kind. */
  async function logIn(times: number, tried = password): Promise<Record<string, number>> {
    const logins = Array.from({ length: times }, () =>
      accounts.logIn("ada@example.com", tried, "192.0.2.1"),
    );
    const counts: Record<string, number> = {};
    for (const outcome of await Promise.allSettled(logins)) {
      const kind = outcome.status === "fulfilled" ? "let in" : (outcome.reason as Error).name;
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
    return counts;
  }

  it("lets in all who log in at once with the right password, however many have before", async () => {
    expect(await logIn(30)).to.deep.equal({ "let in": 30 });
    expect(await logIn(30)).to.deep.equal({ "let in": 30 });
  });

  it("takes twenty wrong passwords, and one more where they come at once", async () => {
    for (let round = 0; round < 20; round += 1) {
      expect(await logIn(1, "wrong")).to.deep.equal({ [Refusal.name]: 1 });
    }
    expect(await logIn(1)).to.deep.equal({ [TooManyAttempts.name]: 1 });
    nowMs += 900_000;
    expect(await logIn(30, "wrong")).to.deep.equal({
      [Refusal.name]: 21,
      [TooManyAttempts.name]: 9,
    });
    expect(await logIn(1)).to.deep.equal({ [TooManyAttempts.name]: 1 });
  });

  it("uses up no attempt at a login that could not be checked", async () => {
    isAway = true;
    expect(await logIn(25)).to.deep.equal({ [StoreUnavailable.name]: 25 });
    isAway = false;
    expect(await logIn(1)).to.deep.equal({ "let in": 1 });
  });
});
