import { batches, joins, storeCalls } from "../../kit/tracing/channels.ts";

const ROUNDS = 500_000;

/**
 * What the channels of traces cost a request that has a batch and a store call to itself while nobody
 * listens, in microseconds: the time with them less the time without.
 */
export async function measureSilentChannels(): Promise<number> {
  const call = () => Promise.resolve(1);
  const entry = {};
  const bare = async () => (await call()) + (await call());
  const told = async () => {
    joins.publish(entry);
    const batch = await batches.tracePromise(call, { entries: [entry] });
    return batch + (await storeCalls.tracePromise(call, { store: "redis" }));
  };
  // The first time of each is for the compiler.
  for (const run of [bare, told]) await timeOf(run);
  const bareMs = await timeOf(bare);
  const toldMs = await timeOf(told);
  return ((toldMs - bareMs) * 1_000) / ROUNDS;
}

async function timeOf(run: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  for (let round = 0; round < ROUNDS; round += 1) await run();
  return performance.now() - startMs;
}
