import { dynamodbFaults } from "./dynamodb-faults.ts";
import type { Fault } from "./fault.ts";
import { instanceFaults } from "./instance-faults.ts";
import { redisFaults } from "./redis-faults.ts";

/** Every fault that the counter's promises are tried under. */
export const faults: readonly Fault[] = [...instanceFaults, ...redisFaults, ...dynamodbFaults];
