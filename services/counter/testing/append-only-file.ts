import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

/** Cut back to this size it is what a machine leaves that dies before its last sync. */
export async function appendOnlyFile(dataDir: string): Promise<{ path: string; size: number }> {
  const folder = `${dataDir}/redis/appendonlydir`;
  const name = (await readdir(folder)).find((file) => file.endsWith(".incr.aof"));
  const path = join(folder, name ?? "missing");
  return { path, size: (await stat(path)).size };
}
