// Shows what a stack would create, without an account: node pulumi/offline/preview.ts <stack>
import { rules } from "../policies/rules.ts";
import { report, type Report } from "./report.ts";
import { runProgram } from "./run-program.ts";
import { readStackFile } from "./stack-file.ts";

async function preview(stack: string): Promise<Report> {
  const file = await readStackFile(stack);
  if (file === undefined) return { text: `There is no Pulumi.${stack}.yaml.`, good: false };
  return report(await runProgram(file), rules);
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
