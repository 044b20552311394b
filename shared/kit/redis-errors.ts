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
/** How Redis says NOPERM of a command that a script calls. */
const DENIED_IN_SCRIPT = "ERR The user executing the script can't run this command";

/**
 * What went wrong with a command, as the callers of a store tell failures apart.
 *
 * Redis refuses a command before it runs, and a script at its first write: neither has changed
 * anything then. Only a permission that a script lacks can stop it after a write.
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
  const isDeniedInScript = reply.message.startsWith(DENIED_IN_SCRIPT);
  const [code = ""] = reply.message.split(" ", 1);
  const reason = isDeniedInScript ? "denied" : REFUSALS[code];
  if (reason === undefined) return reply;
  return new StoreUnavailable("redis", reply, { reason, mayHaveRun: isDeniedInScript });
}
