/**
 * `npm run stress -- <url> [--seconds 10] [--callers 16]`: traffic on all services at once, and then
 * the proof that they kept their promises under it.
 *
 * It ends after the seconds or after 50,000 requests, whichever comes first. `API_KEY` is the key
 * for writes, where the system asks for one; `USER_TOKEN` the token of a user, where it knows its users
 * by tokens.
 */
import { serviceNames } from "../../contract.ts";
import { importPart } from "../service-part.ts";
import { findTarget, runCommand } from "./command-line.ts";
import { createProgressBar } from "./load/progress-bar.ts";
import { runLoad } from "./load/run-load.ts";
import { formatStressReport } from "./load/stress-report.ts";
import type { Finding, Workload } from "./load/workload.ts";

const MAX_REQUESTS = 50_000;

await runCommand(async () => {
  const { target, numbers } = await findTarget("stress", process.argv.slice(2), {
    seconds: 10,
    callers: 16,
  });
  const { seconds, callers } = numbers;
  console.log(`${callers} callers of each service of ${target.url} for ${seconds} s`);

  const workloads = await createWorkloads();
  const findings: Finding[] = [];
  findings.push(...(await faultsOf(workloads, (workload) => workload.prepare(target))));

  const startedMs = performance.now();
  const accounts = await runLoad(target, workloads, {
    ...{ seconds, callers, requests: MAX_REQUESTS },
    onProgress: createProgressBar(process.stdout),
  });
  const tookSeconds = (performance.now() - startedMs) / 1_000;

  const find = async (workload: Workload) => findings.push(...(await workload.findings(target)));
  findings.push(...(await faultsOf(workloads, find)));
  findings.push(...(await faultsOf(workloads, (workload) => workload.cleanUp(target))));

  console.log(formatStressReport(accounts, findings, tookSeconds));
  const hasErrors = accounts.some(({ errorCount }) => errorCount > 0);
  return !hasErrors && findings.every(({ holds }) => holds);
});

/** Each service brings the traffic that its promises are tried with. */
async function createWorkloads(): Promise<Workload[]> {
  const parts = await Promise.all(
    serviceNames.map((service) =>
      importPart<{ createWorkloads: () => Workload[] }>(service, "acceptance/workload.ts"),
    ),
  );
  return parts.flatMap((part) => part?.createWorkloads() ?? []);
}

/** Does the same for each workload; one that fails is a finding, and stops none of the others. */
async function faultsOf(
  workloads: readonly Workload[],
  action: (workload: Workload) => Promise<unknown>,
): Promise<readonly Finding[]> {
  const outcomes = await Promise.allSettled(workloads.map(action));
  return outcomes.flatMap((outcome, index) => {
    if (outcome.status === "fulfilled") return [];
    const reason: unknown = outcome.reason;
    const text = reason instanceof Error ? reason.message : String(reason);
    return [{ holds: false, text: `${workloads[index]?.name ?? ""}: ${text}` }];
  });
}
