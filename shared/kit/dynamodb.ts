import { DynamoDBClient, type WriteRequest } from "@aws-sdk/client-dynamodb";
import { toDynamoDBFailure } from "./dynamodb-errors.ts";
import { StoreUnavailable } from "./store-unavailable.ts";
import { storeCalls } from "./tracing/channels.ts";

/** Marks a call of which an attempt may have run. */
const RAN = "attemptMayHaveRun";

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
  publishCalls(client);
  reportFailures(client);
  return client;
}

/** Each call with all its attempts, as its caller sees it. */
function publishCalls(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next, context) => (args) => {
      const operation = String(context["commandName"]).replace(/Command$/, "");
      return storeCalls.tracePromise(() => next(args), {
        store: "dynamodb",
        operation,
        items: countItems(args.input),
      });
    },
    { step: "initialize", name: "publishCall", priority: "high" },
  );
}

/** Of a call that takes several. */
function countItems(input: object): number | undefined {
  if (!("RequestItems" in input)) return undefined;
  const tables = Object.values(input.RequestItems as Record<string, WriteRequest[] | { Keys: [] }>);
  return tables.flatMap((each) => ("Keys" in each ? each.Keys : each)).length;
}

/** A call may have run when one of its attempts may have, whatever the last one was answered. */
function reportFailures(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const failure = toDynamoDBFailure(error);
        if (failure instanceof StoreUnavailable && failure.mayHaveRun) context[RAN] = true;
        throw error;
      }
    },
    { step: "finalizeRequest", name: "noteFailedAttempt", priority: "low" },
  );
  client.middlewareStack.add(
    (next, context) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        const failure = toDynamoDBFailure(error);
        if (!(failure instanceof StoreUnavailable)) throw failure;
        const { reason, mayHaveRun } = failure;
        throw new StoreUnavailable("dynamodb", error, {
          reason,
          mayHaveRun: mayHaveRun || context[RAN] === true,
        });
      }
    },
    { step: "initialize", name: "storeUnavailable", priority: "high" },
  );
}
