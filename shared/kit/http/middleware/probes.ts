import { container } from "../../../contract.ts";

/** Asked by machines every few seconds: logged only when slow, or they would hide the others. */
const PROBES: ReadonlySet<string> = new Set([
  container.healthPath,
  container.readyPath,
  container.metricsPath,
  "/status",
]);

/** @param path of a request, or the pattern of its route */
export function isProbe(path: string): boolean {
  return PROBES.has(path);
}
