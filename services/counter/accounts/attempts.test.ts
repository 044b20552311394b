import { expect } from "chai";
import { Attempts, TooManyAttempts } from "./attempts.ts";

describe("Attempts", () => {
  let nowMs = 0;
  let attempts: Attempts;
  beforeEach(() => {
    attempts = new Attempts(() => nowMs);
  });
  const take = (count: number, ...names: string[]) => {
    for (let each = 0; each < count; each += 1) attempts.take(...names);
  };

  it("gives each name twenty in a quarter of an hour", () => {
    take(20, "a");
    expect(() => attempts.take("a"))
      .to.throw(TooManyAttempts)
      .with.property("retryAfterSeconds", 900);
    attempts.take("b");
    nowMs += 900_000;
    attempts.take("a");
  });

  it("takes none of any name when one has none left", () => {
    take(20, "a");
    take(19, "b");
    expect(() => attempts.take("a", "b")).to.throw(TooManyAttempts);
    attempts.take("b");
    expect(() => attempts.take("b")).to.throw(TooManyAttempts);
  });

  it("takes back the attempt of a success, and never more", () => {
    take(20, "a");
    attempts.giveBack("a", "unknown");
    attempts.take("a");
    expect(() => attempts.take("a")).to.throw(TooManyAttempts);
  });
});
