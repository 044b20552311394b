export interface ForEachOptions<T> {
  items: readonly T[];
  /** How many run at the same time. */
  parallel: number;
  run: (item: T) => Promise<void>;
  /** No further item is begun once it is aborted. */
  signal?: AbortSignal | undefined;
}

/** Runs for each item, so many at a time; begins no further one, and rejects, when one fails. */
export async function forEachAtMost<T>(options: ForEachOptions<T>): Promise<void> {
  const { items, parallel, run, signal } = options;
  const rest = items.values();
  let hasFailed = false;
  const work = async () => {
    for (const item of rest) {
      if (hasFailed) return;
      signal?.throwIfAborted();
      await run(item).catch((error: unknown) => {
        hasFailed = true;
        throw error;
      });
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: parallel }, work));
  const failed = workers.find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}
