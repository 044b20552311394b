/** `npm start`: the whole system on this machine, until Ctrl-C. See `LocalStack`. */
import { env } from "../../contract.ts";
import { createBanner } from "./output/banner.ts";
import { ChildProcess } from "./processes/child-process.ts";
import { HeldLines } from "./output/held-lines.ts";
import { LocalStack } from "./local-stack.ts";
import { formatLogLine } from "./output/log-line.ts";
import { TRACES_PATH } from "./traces/trace-page.ts";
import { readStartSettings, startUsage } from "./start-settings.ts";

/** A terminal and npm each deliver the same Ctrl-C: what follows so soon is no second one. */
const SAME_SIGNAL_MS = 500;

try {
  process.exitCode = (await run()) ? 0 : 1;
} catch (error) {
  console.error(explain(error));
  process.exitCode = 1;
}

/** Resolves, when everything is stopped, with whether it ended in good order. */
async function run(): Promise<boolean> {
  const settings = readStartSettings(process.argv.slice(2), process.env);
  if (settings.help) {
    console.log(startUsage);
    return true;
  }
  const stopRequested = nextStopSignal();
  // Held while the services start: when that fails, its message shows the last ones.
  const lines = new HeldLines();
  const tracesUrl = settings.traces ? `http://127.0.0.1:${settings.port}${TRACES_PATH}` : undefined;
  const stack = await LocalStack.start({
    ...settings,
    note: (text) => lines.print(text),
    onLine(line, source) {
      const shown = formatLogLine(line, {
        ...{ source, least: settings.logLevel, tracesUrl },
      });
      if (shown !== undefined) lines.print(shown);
    },
  });
  lines.release();
  console.log(
    createBanner({
      url: stack.url,
      instances: settings.instances,
      stores: stack.stores.descriptions,
      hasApiKeys: (settings.env[env.apiKeys] ?? "") !== "",
      startMs: performance.now(),
      tracesUrl,
    }),
  );
  await stopRequested;
  console.log("\nStopping; Ctrl-C again ends everything at once.");
  return stack.stop();
}

/** Resolves with the first signal to stop; the second ends every process without further ado. */
async function nextStopSignal(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  let firstMs: number | undefined;
  const onSignal = () => {
    firstMs ??= performance.now();
    resolve(undefined);
    if (performance.now() - firstMs < SAME_SIGNAL_MS) return;
    ChildProcess.killAll();
    process.exit(1);
  };
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, onSignal);
  await promise;
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
