import { expect } from "chai";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";
import type { ProductStore } from "../product-store.ts";
import { ProtectedStore } from "./protected-store.ts";

const product = { id: 7, name: "Samsung TV", priceCents: 1 };

/** A store whose calls end when the test says so. */
function open(limits: { parallel: number; waiting: number; queueMs: number }) {
  const calls: PromiseWithResolvers<never>[] = [];
  const call = () => {
    const pending = Promise.withResolvers<never>();
    calls.push(pending);
    return pending.promise;
  };
  const slow: ProductStore = { find: call, list: call, create: call, put: call, remove: call };
  const store = new ProtectedStore({
    store: slow,
    ...limits,
    halfOpenAfterMs: 60_000,
    now: () => 0,
  });
  return { store, calls };
}

const failure = (call: Promise<unknown>) => call.catch((error: unknown) => error);

describe("ProtectedStore", () => {
  it("refuses a load that has waited too long, and gives its turn to the next", async () => {
    const { store, calls } = open({ parallel: 1, waiting: 10, queueMs: 20 });
    const first = failure(store.find(1));
    const late = await failure(store.find(2));
    expect(late).to.be.instanceOf(StoreUnavailable).and.include({ mayHaveRun: false });
    expect(late).to.have.property("reason", "overloaded");
    const next = failure(store.find(3));
    calls[0]?.reject(new Error("first"));
    expect(await first).to.have.property("message", "first");
    while (calls.length < 2) await Promise.resolve();
    calls[1]?.reject(new Error("third"));
    expect(await next).to.have.property("message", "third");
    expect(calls).to.have.length(2);
  });

  it("refuses at once what is beyond its queue", async () => {
    const { store, calls } = open({ parallel: 1, waiting: 1, queueMs: 60_000 });
    const running = [failure(store.find(1)), failure(store.find(2))];
    expect(await failure(store.find(3))).to.include({ reason: "overloaded", mayHaveRun: false });
    calls[0]?.reject(new Error("done"));
    await running[0];
    while (calls.length < 2) await Promise.resolve();
    calls[1]?.reject(new Error("done"));
    await running[1];
  });

  it("leaves a store alone that failed five times, whatever was asked of it", async () => {
    const { store, calls } = open({ parallel: 10, waiting: 0, queueMs: 1_000 });
    const verbs = [
      () => store.find(1),
      () => store.list(1),
      () => store.create(product),
      () => store.put(product),
      () => store.remove(7),
    ];
    const failing = verbs.map((verb) => failure(verb()));
    for (const call of calls) call.reject(new StoreUnavailable("dynamodb"));
    await Promise.all(failing);
    expect(store.circuit).to.equal("open");
    for (const verb of verbs) {
      expect(await failure(verb())).to.include({ store: "dynamodb", mayHaveRun: false });
    }
    expect(calls).to.have.length(5);
  });
});
