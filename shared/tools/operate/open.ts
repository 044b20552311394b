/** `npm run open -- <stack>`: where a deployment is to be found. */
import { OperateFault, readOutputs, runOperateCommand } from "./stack.ts";

const usage = "Usage: npm run open -- <stack>   prints the addresses of a deployment";

await runOperateCommand(usage, async ([stack, ...rest]) => {
  if (stack === undefined || rest.length > 0) throw new OperateFault(usage);
  const outputs = await readOutputs(stack);
  const { url, serviceUrls, dashboardUrl, prometheusUrl } = outputs;
  const docs = Object.entries(serviceUrls).map(([name, each]) => [name, `${each}/docs`]);
  const addresses = [
    ["counter page", url],
    ...docs,
    ["dashboard", dashboardUrl],
    ...(prometheusUrl === "off" ? [] : [["prometheus", prometheusUrl]]),
  ];
  for (const [name = "", address = ""] of addresses) console.log(`${name.padEnd(14)}${address}`);
  return 0;
});
