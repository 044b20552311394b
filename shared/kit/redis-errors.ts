import { ClientClosedError, ClientOfflineError, ErrorReply } from "redis";
import { StoreUnavailable, type UnavailableReason } from "./store-unavailable.ts";

/** First words of the error replies that say "not now" or "not here": the command was not at fault. */
const REFUSALS: Readonly<Record<string, UnavailableReason>> = {
  LOADING: "loading",
  READONLY: "read-only",
  OOM: "full",
  NOREPLICAS: "no-replicas",
  MASTERDOWN: "failover",
  CLUSTERDOWN: "failover",
  UNBLOCKED: "failover",
  BUSY: "busy",
  MISCONF: "failing",
  NOAUTH: "denied",
  WRONGPASS: "denied",
  NOPERM: "denied",
};
/** What ends a script at one of its commands, maybe after a write of an earlier one. */
const STOPS_IN_SCRIPT: Readonly<Record<string, UnavailableReason>> = {
  // Not even NOPERM is said as such there.
  "ERR The user executing the script can't run this command": "denied",
  // It deleted a key of a slot that is moving away, and then used it: that is ASK to the node.
  "ERR Script attempted to access a non local key in a cluster node": "failover",
  // Both of a command, and of a write command alone.
  "ERR Script attempted to execute a": "failover",
};

/**
 * What went wrong with a command, as the callers of a store tell failures apart.
 *
 * Redis refuses a command before it runs, and a script at its first write: neither has changed
 * anything then. Only a permission that it lacks, or a cluster that changes, can stop a script later.
 *
 * @returns StoreUnavailable, or the error itself when it is a mistake of ours
 */
export function toRedisFailure(error: unknown): Error {
  if (error instanceof StoreUnavailable || error instanceof TypeError) return error;
  if (error instanceof ErrorReply) return toRefusal(error);
  const wasSent = !(error instanceof ClientOfflineError || error instanceof ClientClosedError);
  const reason = wasSent ? "disconnected" : "unreachable";
  return new StoreUnavailable("redis", error, { reason, mayHaveRun: wasSent });
}

function toRefusal(reply: ErrorReply): Error {
  const stop = Object.entries(STOPS_IN_SCRIPT).find(([words]) => reply.message.startsWith(words));
  const [code = ""] = reply.message.split(" ", 1);
  const reason = stop?.[1] ?? REFUSALS[code];
  if (reason === undefined) return reply;
  return new StoreUnavailable("redis", reply, { reason, mayHaveRun: stop !== undefined });
}
