import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { findOnPath } from "./command.ts";
import { Missing } from "./missing.ts";

/** An imaginary AWS on this machine. */
export interface Emulator {
  url: string;
  description: string;
  /** How many things of each kind it has, or undefined when it keeps no such list. */
  inventory(): Promise<Record<string, number> | undefined>;
  stop(): Promise<void>;
}

/** The emulator at AWS_ENDPOINT_URL, or a moto server of our own. @throws Missing without either. */
export async function startEmulator(environment: NodeJS.ProcessEnv): Promise<Emulator> {
  const given = environment["AWS_ENDPOINT_URL"];
  if (given !== undefined)
    return {
      url: given,
      description: given,
      inventory: () => inventoryAt(given),
      stop: () => Promise.resolve(),
    };
  const program = await findOnPath("moto_server", environment["PATH"]);
  if (program === undefined)
    throw new Missing(
      "An emulator of AWS",
      "install moto with pip install 'moto[server]', or start LocalStack and set AWS_ENDPOINT_URL",
    );
  return startMoto(program, environment);
}

async function startMoto(program: string, environment: NodeJS.ProcessEnv): Promise<Emulator> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(program, ["-H", "127.0.0.1", "-p", String(port)], {
    env: environment,
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    await untilItAnswers(url, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, description: `moto at ${url}`, inventory: () => inventoryAt(url), stop };
}

/** Polls, as moto says nothing when it is ready: 60 s at most, so that a dead one is noticed. */
async function untilItAnswers(url: string, dead: () => boolean): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (Date.now() < deadline && !dead()) {
    const answered = await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      () => true,
      () => false,
    );
    if (answered) return;
    await sleep(100);
  }
  throw new Error(`moto_server does not answer at ${url}.`);
}

/** moto lists all that it holds; LocalStack does not know the address. */
async function inventoryAt(url: string): Promise<Record<string, number> | undefined> {
  try {
    const response = await fetch(`${url}/moto-api/data.json`);
    if (!response.ok) return undefined;
    const data = (await response.json()) as Record<string, Record<string, unknown[]>>;
    const counts = Object.entries(data).flatMap(([service, kinds]) =>
      Object.entries(kinds).map(([kind, things]) => [`${service} ${kind}`, things.length] as const),
    );
    return Object.fromEntries(counts);
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("There is no free port.");
  return address.port;
}
