import { DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { StoreUnavailable, type UnavailableReason } from "./store-unavailable.ts";

/** Replies that refuse the caller rather than the call. */
const REFUSALS: Readonly<Record<string, UnavailableReason>> = {
  ProvisionedThroughputExceededException: "throttled",
  ThrottlingException: "throttled",
  RequestLimitExceeded: "throttled",
  AccessDeniedException: "denied",
  ExpiredTokenException: "denied",
  IncompleteSignatureException: "denied",
  InvalidSignatureException: "denied",
  MissingAuthenticationTokenException: "denied",
  UnrecognizedClientException: "denied",
};
const NO_CONNECTION = new Set([
  "ECONNREFUSED",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
]);
const MAY_HAVE_RUN: ReadonlySet<UnavailableReason> = new Set([
  "disconnected",
  "failing",
  "timeout",
]);

/**
 * What went wrong with one attempt of a call, as the callers of a store tell failures apart.
 *
 * @returns StoreUnavailable, or the error itself when it is an answer (a failed condition) or a
 *   mistake of ours
 */
export function toDynamoDBFailure(error: unknown): unknown {
  if (error instanceof StoreUnavailable || error instanceof TypeError) return error;
  const reason =
    error instanceof DynamoDBServiceException ? reasonOfReply(error) : reasonOfSilence(error);
  if (reason === undefined) return error;
  return new StoreUnavailable("dynamodb", error, { reason, mayHaveRun: MAY_HAVE_RUN.has(reason) });
}

function reasonOfReply({ name, $fault }: DynamoDBServiceException): UnavailableReason | undefined {
  return REFUSALS[name] ?? ($fault === "server" ? "failing" : undefined);
}

function reasonOfSilence(error: unknown): UnavailableReason {
  if (!(error instanceof Error)) return "failing";
  if (error.name === "CredentialsProviderError") return "denied";
  if (error.name === "TimeoutError") return "timeout";
  const { code } = error as NodeJS.ErrnoException;
  if (code !== undefined && NO_CONNECTION.has(code)) return "unreachable";
  return code === undefined ? "failing" : "disconnected";
}
