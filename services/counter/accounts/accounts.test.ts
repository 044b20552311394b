import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { Accounts, type UserStore } from "./accounts.ts";
import { Attempts } from "./attempts.ts";
import { Passwords } from "./passwords.ts";
import { Tokens } from "./tokens.ts";

describe("Accounts", () => {
  it("uses up no attempt at a login that could not be checked", async () => {
    const away = () => Promise.reject(new StoreUnavailable("dynamodb", new Error("away")));
    const users: UserStore = {
      create: away,
      find: away,
      readNumber: away,
      raiseNumber: away,
      setNumber: away,
    };
    const accounts = new Accounts({
      users,
      passwords: new Passwords(),
      tokens: new Tokens({ keys: [], issuer: "test" }),
      attempts: new Attempts(() => 0),
      isRegistrationOpen: true,
      onRefusedLogin: () => undefined,
    });
    for (let round = 0; round < 25; round += 1) {
      const error: unknown = await accounts
        .logIn("ada@example.com", "correct horse battery", "192.0.2.1")
        .catch((reason: unknown) => reason);
      expect(error).to.be.instanceOf(StoreUnavailable);
    }
  });
});
