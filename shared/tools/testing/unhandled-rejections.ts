/**
 * Mocha's root hook that fails the running test when a promise rejects and nobody handles it: mocha
 * itself only emits the event again, and without a listener the fault would pass unseen.
 */
export const mochaHooks = {
  beforeAll(): void {
    if (!process.listeners("unhandledRejection").includes(fail)) {
      process.on("unhandledRejection", fail);
    }
  },
};

function fail(reason: unknown): never {
  throw reason instanceof Error ? reason : new Error(`Rejected with ${String(reason)}`);
}
