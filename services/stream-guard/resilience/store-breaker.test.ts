import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { StoreBreaker } from "./store-breaker.ts";

describe("StoreBreaker", () => {
  const fail = () => Promise.reject(new StoreUnavailable("dynamodb"));
  const failureOf = (call: Promise<unknown>) =>
    call.then(
      () => undefined,
      (error: unknown) => error,
    );

  it("refuses at once while one request asks whether the store is back", async () => {
    const breaker = new StoreBreaker();
    for (let failures = 0; failures < 4; failures += 1) await failureOf(breaker.run(fail));
    const asked = Promise.withResolvers<undefined>();
    const answer = Promise.withResolvers<string>();
    const ask = () => {
      asked.resolve(undefined);
      return answer.promise;
    };
    let first: Promise<unknown> | undefined;
    await pollUntil(
      async () => {
        first = breaker.run(ask);
        return Promise.race([asked.promise.then(() => true), failureOf(first).then(() => false)]);
      },
      { what: "One request may ask" },
    );
    const other = failureOf(breaker.run(() => Promise.resolve("late")));
    // Before the first one is answered: a request that waited for it would never end here.
    expect(await other)
      .to.be.instanceOf(StoreUnavailable)
      .and.include({ reason: "unreachable" });
    answer.resolve("back");
    expect(await first).to.equal("back");
    expect(await breaker.run(() => Promise.resolve("served"))).to.equal("served");
  });
});
