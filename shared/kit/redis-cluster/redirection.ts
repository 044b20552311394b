import { ErrorReply } from "redis";

/** What a node of a cluster says of a command that it did not run. */
export type Redirection =
  /** Another node has the slot. */
  | { kind: "moved"; slot: number; address: string }
  /** The key may be on its way: another node is to be asked, this once. */
  | { kind: "ask"; address: string }
  /** Some of the command's keys are on their way, and some are not. */
  | { kind: "try-again" };

const REDIRECTION = /^(MOVED|ASK) (\d+) (\S*:\d+)$/;

/** @returns undefined for any other error */
export function toRedirection(error: unknown): Redirection | undefined {
  if (!(error instanceof ErrorReply)) return undefined;
  if (error.message.startsWith("TRYAGAIN")) return { kind: "try-again" };
  const [, kind, slot, address = ""] = REDIRECTION.exec(error.message) ?? [];
  if (kind === "MOVED") return { kind: "moved", slot: Number(slot), address };
  if (kind === "ASK") return { kind: "ask", address };
  return undefined;
}
