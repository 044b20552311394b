import { setTimeout as delay } from "node:timers/promises";
import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { StoreUnavailable } from "../../../shared/kit/store-unavailable.ts";

/**
 * What happens to one call of the store.
 *
 * - `throttled`: refused, nothing has happened
 * - `lost`: it has happened, and the reply never comes
 * - `late`: no reply comes, and it happens a little later
 * - `repeated`: the reply is lost, and the client sends the call again
 */
export type CallFault = "none" | "throttled" | "lost" | "late" | "repeated";

/** Sooner than a slot is looked for the second time. */
export const LATE_MS = 5;

/** Lets every call of a client meet the fault that is drawn for it. */
export function addFaults(client: DynamoDBClient, draw: () => CallFault): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      switch (draw()) {
        case "throttled":
          throw new StoreUnavailable("dynamodb", undefined, {
            reason: "throttled",
            mayHaveRun: false,
          });
        case "lost":
          await next(args).catch(() => undefined);
          throw new StoreUnavailable("dynamodb");
        case "late":
          void delay(LATE_MS).then(() => next(args).catch(() => undefined));
          throw new StoreUnavailable("dynamodb");
        case "repeated":
          await next(args).catch(() => undefined);
          return next(args);
        case "none":
          return next(args);
      }
    },
    { step: "initialize", name: "drawFault" },
  );
}
