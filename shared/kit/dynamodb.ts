import { DynamoDBClient, DynamoDBServiceException } from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "./store-unavailable.ts";

export interface DynamoDBOptions {
  /** Where a local DynamoDB listens; undefined for the region's own endpoint. */
  endpoint?: string | undefined;
  /** Region, such as `eu-west-1`; undefined for what the SDK finds by itself. */
  region?: string | undefined;
  /** Longest wait for one attempt, in milliseconds. A call makes at most `maxAttempts`. */
  timeoutMs: number;
  /**
   * How often one call may be sent. A write whose reply was lost is sent again, so more than 1 is
   * for calls that may run twice: reads, and writes that are fenced by a condition.
   *
   * @defaultValue 2
   */
  maxAttempts?: number;
}

/** Errors that say "not now" rather than "no": the call was not the fault. */
const OVERLOADED = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "InternalServerError",
]);

/**
 * A DynamoDB client whose every call ends: within `timeoutMs` an attempt.
 *
 * A store that is away, slow or throttling is reported as `StoreUnavailable`; every other answer,
 * a failed condition for one, passes as the SDK's own exception.
 */
export function createDynamoDB(options: DynamoDBOptions): DynamoDBClient {
  const client = new DynamoDBClient({
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.region === undefined ? {} : { region: options.region }),
    maxAttempts: options.maxAttempts ?? 2,
    requestHandler: {
      connectionTimeout: options.timeoutMs,
      requestTimeout: options.timeoutMs,
      throwOnRequestTimeout: true,
      httpsAgent: { keepAlive: true, maxSockets: 200 },
      httpAgent: { keepAlive: true, maxSockets: 200 },
    },
  });
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw isAnswer(error) ? error : new StoreUnavailable("dynamodb", error);
      }
    },
    { step: "initialize", name: "storeUnavailable", priority: "high" },
  );
  return client;
}

function isAnswer(error: unknown): boolean {
  return (
    error instanceof DynamoDBServiceException &&
    error.$fault === "client" &&
    !OVERLOADED.has(error.name)
  );
}
