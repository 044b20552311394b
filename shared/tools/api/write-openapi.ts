/** `npm run openapi [-- <service> …]`: writes down how a service, as it runs, describes its API. */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readServiceNames } from "../service-names.ts";
import { env, type ServiceName } from "../../contract.ts";
import type { ApiDocument } from "../../kit/http/docs/openapi.ts";
import { ChildProcess } from "../local/processes/child-process.ts";
import { findFreePort } from "../local/processes/free-port.ts";
import { pollUntil } from "../local/processes/poll-until.ts";
import { serviceEnvironment } from "../local/processes/service-environment.ts";

const does = "writes down how a service describes its API";
for (const service of readServiceNames({ command: "openapi", does })) {
  const folder = new URL(`../../../services/${service}/`, import.meta.url);
  const document = await askService(service, fileURLToPath(new URL("main.ts", folder)));
  const text = `${JSON.stringify(document, undefined, 2)}\n`;
  await writeFile(new URL("openapi.json", folder), text);
  console.log(`services/${service}/openapi.json`);
}

/** Without its stores it is never ready, but it knows what it would answer. */
async function askService(service: ServiceName, program: string): Promise<ApiDocument> {
  const port = await findFreePort();
  await using running = await ChildProcess.start({
    name: service,
    command: process.execPath,
    args: [program],
    env: {
      ...serviceEnvironment(service, { dynamodbUrl: "http://127.0.0.1:1" }),
      [env.port]: String(port),
      [env.drainSeconds]: "0",
    },
  });
  const ask = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/${service}/openapi.json`);
    return (await response.json()) as ApiDocument;
  };
  return await running.readyOrThrow(
    pollUntil(ask, { what: `${service} describes itself` }),
    10_000,
  );
}
