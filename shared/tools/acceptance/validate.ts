/**
 * `npm run validate -- <url>`: asks a running system for everything that its callers rely on, and
 * compares every answer with what the system says of it.
 *
 * `API_KEY` is the key for writes, where the system asks for one; `USER_TOKEN` the token of a user,
 * where it knows its users by tokens. Leaves nothing behind but the counts of two pages of its own.
 *
 * With `--every 60` it does so every 60 s until it is ended, and prints only what changes.
 */
import { runSuites, type Suite } from "./checks/check.ts";
import { findTarget, runCommand } from "./command-line.ts";
import { DescribedAnswers } from "./described-answers.ts";
import { loadSuites } from "./checks/suites.ts";
import type { Target } from "./target.ts";
import { watch } from "./watch.ts";

await runCommand(async () => {
  const args = process.argv.slice(2);
  const { target, numbers } = await findTarget("validate", args, { every: 0 });
  const suites = await loadSuites();
  console.log(`Validating ${target.url}`);
  return numbers.every === 0
    ? (await validate(target, suites, (line) => console.log(line))).length === 0
    : await watch({
        check: () => validate(target, suites, () => undefined),
        everyMs: numbers.every * 1_000,
        signal: stopSignal(),
        print: (line) => console.log(line),
        now: () => Date.now(),
      });
});

/** @returns what is not as it is described */
async function validate(
  target: Target,
  suites: readonly Suite[],
  print: (line: string) => void,
): Promise<readonly string[]> {
  target.inspect = () => undefined;
  const described = await DescribedAnswers.read(target);
  target.inspect = (call, answer) => {
    described.check(call, answer);
  };
  const { passed, failed } = await runSuites(target, suites, print);
  print(`\n${described.count} answers compared with their descriptions`);
  print(`${passed} passed, ${failed.length} failed`);
  return failed;
}

function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopping.abort());
  return stopping.signal;
}
