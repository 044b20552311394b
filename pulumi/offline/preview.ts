// Shows what a stack would create, without an account: npm run preview:offline -- <stack>
import { rules } from "../policies/rules.ts";
import { report } from "./report.ts";
import { runProgram } from "./run-program.ts";
import { runStackCommand } from "./stack-command.ts";
import { readStackFile } from "./stack-file.ts";

await runStackCommand({
  usage:
    "Usage: npm run preview:offline -- <stack>   what the stack would create, without an account",
  async run(stack) {
    const { text, good } = report(await runProgram(await readStackFile(stack)), rules);
    console.log(text);
    return good ? 0 : 1;
  },
});
