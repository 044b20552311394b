// Shows what a stack would create, without an account: node pulumi/offline/preview.ts <stack>
import { rules } from "../policies/rules.ts";
import { violations } from "../policies/rule.ts";
import type { Recording } from "./recording.ts";
import { runProgram } from "./run-program.ts";
import { readStackFile } from "./stack-file.ts";
import { resourceTree } from "./tree.ts";

async function preview(stack: string): Promise<{ text: string; good: boolean }> {
  const file = await readStackFile(stack);
  if (file === undefined) return { text: `There is no Pulumi.${stack}.yaml.`, good: false };
  return report(await runProgram(file));
}

/** What there is to say about one run of the program, and whether it is all good. */
function report(recording: Recording): { text: string; good: boolean } {
  const { resources, outputs, complaints, exitCode } = recording;
  if (exitCode !== 0) return { text: complaints.join("\n"), good: false };
  const wrong = violations(rules, resources).map(
    ({ rule, urn, message }) => `  ${rule}: ${urn.split("::").slice(2).join(" ")}: ${message}`,
  );
  const created = resources.filter(({ custom, remote }) => custom || remote);
  const verdict =
    wrong.length === 0
      ? [`Policies: all ${rules.length} rules hold.`]
      : [`Policies: ${wrong.length} violations.`, ...wrong];
  const lines = [
    resourceTree(resources),
    "",
    // Without the stack itself.
    `${created.length} resources in ${resources.length - created.length - 1} components.`,
    "",
    `Outputs: ${JSON.stringify(outputs, undefined, 2)}`,
    "",
    ...complaints,
    ...verdict,
  ];
  return { text: lines.join("\n"), good: wrong.length === 0 };
}

const [stack, ...rest] = process.argv.slice(2);
if (stack === undefined || rest.length > 0) {
  console.error("Say which stack: npm run preview:offline -- dev");
  process.exitCode = 2;
} else {
  const { text, good } = await preview(stack);
  console.log(text);
  process.exitCode = good ? 0 : 1;
}
