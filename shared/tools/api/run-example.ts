/** `npm run example -- <service> [url] …`: runs the typed consumer of a service's API. */
import { serviceNames } from "../../contract.ts";
import { importPart } from "../service-part.ts";

const USAGE =
  "Usage: npm run example -- <service> [url]   runs the example consumer of the service, " +
  "by default at http://localhost:8080\n" +
  `Services: ${serviceNames.join(", ")}`;

const [name] = process.argv.splice(2, 1);
const service = serviceNames.find((each) => each === name);
if (service === undefined) {
  (name === "--help" ? console.log : console.error)(USAGE);
  process.exit(name === "--help" ? 0 : 2);
}
try {
  // It reads the rest of the command line by itself.
  await importPart(service, "example/consumer.ts");
} catch (error) {
  console.error(`The example of ${service} failed: ${reasonOf(error)}`);
  process.exitCode = 1;
}

/** In one line: `fetch failed` says nothing without its cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error.cause instanceof Error)) return error.message;
  const { code, message } = error.cause as NodeJS.ErrnoException;
  return `${error.message} (${code ?? message}). Is the system running? npm start`;
}
