import { randomBytes } from "node:crypto";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * The key that signs the access tokens of a local stack: made once, so that they outlive a restart.
 * Only the owner of the file may read it.
 */
export async function keepTokenKey(dataDir: string): Promise<string> {
  const file = join(dataDir, "token-key");
  const key = randomBytes(36).toString("base64url");
  try {
    await writeFile(file, key, { flag: "wx", mode: 0o600 });
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return readFile(file, "utf8");
  }
}
