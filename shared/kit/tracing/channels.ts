import { channel, tracingChannel } from "node:diagnostics_channel";
import type { IncomingHttpHeaders } from "node:http";
import type { StoreName } from "../store-unavailable.ts";

/**
 * What a service does, for whoever wants to trace it. Nobody listens unless `TRACES` is on, and then
 * `spans.ts` does: a channel without listeners only calls the function that it is given.
 */

/** A request, from its arrival to its answer. */
export interface TracedRequest {
  readonly method: string;
  readonly headers: IncomingHttpHeaders;
  /** The route's pattern, once it is answered: a path may name a person. */
  route?: string;
  status?: number;
  /** Given by whoever traces it: 32 hexadecimal digits. */
  traceId?: string;
}

/** A call of a store, with its retries. What it asks for is nobody's business. */
export interface StoreCall {
  readonly store: StoreName;
  /** As the store calls it, where it is known before the call. */
  readonly operation?: string;
  /** How many items a DynamoDB call is about, where it takes several. */
  readonly items?: number | undefined;
  /** Those of the Redis client, by the names of their commands. */
  readonly scripts?: Readonly<Record<string, { SHA1: string }>> | undefined;
}

/** Work that is done in one go for several callers. */
export interface Batch {
  /** Each of them was published as joined before. */
  readonly entries: readonly object[];
}

export const requests = tracingChannel<unknown, TracedRequest>("page-services:request");
export const storeCalls = tracingChannel<unknown, StoreCall>("page-services:store-call");
export const batches = tracingChannel<unknown, Batch>("page-services:batch");
/** An entry that waits for its batch, published while its caller's request is under way. */
export const joins = channel("page-services:join");
