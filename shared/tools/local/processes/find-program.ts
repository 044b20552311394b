import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/**
 * The first of `names` that is on the search path, as a full path; undefined when none is.
 * Earlier names win over earlier folders.
 */
export function findProgram(
  names: readonly string[],
  searchPath = process.env.PATH ?? "",
): string | undefined {
  const folders = searchPath.split(delimiter).filter((folder) => folder !== "");
  return names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
