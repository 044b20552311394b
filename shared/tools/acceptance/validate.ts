/**
 * `npm run validate -- <url>`: asks a running system for everything that its callers rely on, and
 * compares every answer with what the system says of it.
 *
 * `API_KEY` is the key for writes, where the system asks for one; `USER_TOKEN` the token of a user,
 * where it knows its users by tokens. Leaves nothing behind but the counts of two pages of its own.
 */
import { runSuites } from "./checks/check.ts";
import { findTarget, runCommand } from "./command-line.ts";
import { DescribedAnswers } from "./described-answers.ts";
import { loadSuites } from "./checks/suites.ts";

await runCommand(async () => {
  const { target } = await findTarget("validate", process.argv.slice(2), {});
  console.log(`Validating ${target.url}`);
  const described = await DescribedAnswers.read(target);
  target.inspect = (call, answer) => {
    described.check(call, answer);
  };
  const suites = await loadSuites();
  const { passed, failed } = await runSuites(target, suites, (line) => console.log(line));
  console.log(`\n${described.count} answers compared with their descriptions`);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0;
});
