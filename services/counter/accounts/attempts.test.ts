import { expect } from "chai";
import { Attempts, TooManyAttempts } from "./attempts.ts";

describe("Attempts", () => {
  let nowMs = 0;
  let attempts: Attempts;
  beforeEach(() => {
    attempts = new Attempts(() => nowMs);
  });
  const count = (times: number, ...names: string[]) => {
    for (let each = 0; each < times; each += 1) attempts.count(...names);
  };

  it("gives each name twenty in a quarter of an hour", () => {
    count(19, "a");
    attempts.check("a");
    count(1, "a");
    expect(() => attempts.check("a"))
      .to.throw(TooManyAttempts)
      .with.property("retryAfterSeconds", 900);
    attempts.check("b");
    nowMs += 900_000;
    attempts.check("a");
  });

  it("refuses when one of several names has none left", () => {
    count(20, "a");
    attempts.check("b");
    expect(() => attempts.check("b", "a")).to.throw(TooManyAttempts);
  });
});
