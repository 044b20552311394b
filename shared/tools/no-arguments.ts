/**
 * For a command that takes no arguments: the process ends with the usage when `--help` asks for it,
 * and with one line and code 2 when there is anything else.
 */
export function expectNoArguments(usage: string): void {
  const [first] = process.argv.slice(2);
  if (first === undefined) return;
  if (first === "--help") {
    console.log(usage);
    process.exit(0);
  }
  console.error(`There is no argument ${first}. ${usage}`);
  process.exit(2);
}
