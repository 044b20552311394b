import { mkdir, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";

/** Why the stack cannot start; its message is one line that says what to do. */
export class StartFault extends Error {
  override readonly name = "StartFault";
}

const elsewhere = "PORT=8081 DATA_DIR=.data-2 npm start";

/**
 * Makes the folder of the data, before anything starts.
 *
 * @throws StartFault when it cannot be written to
 */
export async function prepareDataDir(dataDir: string): Promise<void> {
  try {
    await makeFolder(resolve(dataDir));
    // The permissions alone do not tell: root has all of them, also on a read-only disk.
    await rmdir(await mkdtemp(join(dataDir, ".try-")));
  } catch (cause) {
    const code = codeOf(cause);
    const reason =
      code === "EEXIST" || code === "ENOTDIR"
        ? "a file is in the way of that folder"
        : `that folder cannot be written to (${code})`;
    throw new StartFault(`DATA_DIR=${dataDir}: ${reason}; take another: DATA_DIR=… npm start`, {
      cause,
    });
  }
}

/**
 * Makes a folder and those above it that are missing. Node's own `recursive` never ends where a
 * folder exists but takes no other, as `/proc` does.
 */
async function makeFolder(folder: string): Promise<void> {
  if (await isFolder(folder)) return;
  if (dirname(folder) !== folder) await makeFolder(dirname(folder));
  await mkdir(folder);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch (error) {
    if (codeOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** What kept the gateway from its port, as a person needs to read it. */
export function explainPort(port: number, error: unknown): unknown {
  switch (codeOf(error)) {
    case "EADDRINUSE":
      return new StartFault(
        `Port ${port} is in use: stop what listens there, or start beside it: ${elsewhere}`,
      );
    case "EACCES":
      return new StartFault(
        `Port ${port} is reserved for root, as those below 1024 are: take another: PORT=8080 npm start`,
      );
    default:
      return error;
  }
}

/** What kept the tables from being made: LevelDB, below dynalite, locks its folder. */
export function explainTables(dataDir: string, cause: unknown): StartFault {
  return new StartFault(
    `DATA_DIR=${dataDir} is in use by another npm start, or damaged: stop that one, or start ` +
      `beside it: ${elsewhere}`,
    { cause },
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
