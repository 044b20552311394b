import { setTimeout as delay } from "node:timers/promises";
import { Account } from "./account.ts";
import type { Call, Target } from "../target.ts";
import type { Send, Workload } from "./workload.ts";

/** After an error a caller waits, so that a system in trouble is not hurried into more of it. */
const PAUSE_AFTER_ERROR_MS = 50;
const PROGRESS_INTERVAL_MS = 200;

export interface LoadLimits {
  seconds: number;
  /** Over all workloads. */
  requests: number;
  /** Callers of each workload, who send one request after the other. */
  callers: number;
}

/** Runs all workloads side by side until the time or the requests are used up. */
export async function runLoad(
  target: Target,
  workloads: readonly Workload[],
  limits: LoadLimits & { onProgress: (share: number) => void },
): Promise<readonly Account[]> {
  const startedMs = performance.now();
  const runs = workloads.map((workload) => ({ workload, account: new Account(workload.name) }));
  /** From 0 to 1: how much of the limits is used up. */
  const share = () => {
    const requests = runs.reduce((sum, { account }) => sum + account.requests, 0);
    const elapsedMs = performance.now() - startedMs;
    return Math.min(1, Math.max(requests / limits.requests, elapsedMs / (limits.seconds * 1_000)));
  };
  const callers = runs.flatMap(({ workload, account }) =>
    Array.from({ length: limits.callers }, async () => {
      const send = createSend(target, account);
      while (share() < 1) await workload.turn(send);
    }),
  );
  const ticker = setInterval(() => limits.onProgress(share()), PROGRESS_INTERVAL_MS);
  try {
    await Promise.all(callers);
  } finally {
    clearInterval(ticker);
  }
  limits.onProgress(1);
  return runs.map(({ account }) => account);
}

function createSend(target: Target, account: Account): Send {
  return async function send(call: Call, ...expected) {
    const startedMs = performance.now();
    try {
      const answer = await target.send(call);
      const tookMs = performance.now() - startedMs;
      if (expected.includes(answer.status)) {
        account.answered(tookMs);
        return answer;
      }
      account.refused(tookMs, answer);
    } catch (error) {
      account.failed(performance.now() - startedMs, error);
    }
    await delay(PAUSE_AFTER_ERROR_MS);
    return undefined;
  };
}
