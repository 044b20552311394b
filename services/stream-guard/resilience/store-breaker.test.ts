import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { StoreBreaker } from "./store-breaker.ts";

describe("StoreBreaker", () => {
  const fail = () => Promise.reject(new StoreUnavailable("dynamodb"));
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("refuses at once after four outages, and lets one request in a second ask", async () => {
    let nowMs = 0;
    const breaker = new StoreBreaker(() => nowMs);
    for (let failures = 0; failures < 4; failures += 1) await failureOf(breaker.run(fail));
    expect(() => breaker.throwIfOpen()).to.throw(StoreUnavailable);
    nowMs += 1_000;
    const answer = Promise.withResolvers<string>();
    const first = breaker.run(() => answer.promise);
    // Before the first one is answered: a request that waited for it would never end here.
    expect(await failureOf(breaker.run(() => Promise.resolve("late"))))
      .to.be.instanceOf(StoreUnavailable)
      .and.include({ reason: "unreachable" });
    answer.resolve("back");
    expect(await first).to.equal("back");
    expect(await breaker.run(() => Promise.resolve("served"))).to.equal("served");
  });

  it("does not take what the store refuses one caller for an outage", async () => {
    const breaker = new StoreBreaker(() => 0);
    const busy = new StoreUnavailable("dynamodb", undefined, { reason: "throttled" });
    for (let calls = 0; calls < 8; calls += 1) {
      expect(await failureOf(breaker.run(() => Promise.reject(busy)))).to.equal(busy);
    }
  });
});
