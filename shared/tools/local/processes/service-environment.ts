import { env, services, type ServiceName } from "../../../contract.ts";
import { localAwsEnvironment } from "../stores/local-aws.ts";
import { localTableNames, tableEnvironment, type TableNames } from "../stores/table-names.ts";

export interface StoreAddresses {
  dynamodbUrl: string;
  /** Default: the names of `localTableNames()`. */
  tableNames?: TableNames;
  /** Without one the counter counts in DynamoDB and the catalog has no cache. */
  redisUrl?: string | undefined;
}

/** What a deployed container of this service would be told, for local stores. */
export function serviceEnvironment(
  service: ServiceName,
  { dynamodbUrl, tableNames = localTableNames(), redisUrl }: StoreAddresses,
): Record<string, string> {
  const usesRedis = services[service].redis && redisUrl !== undefined;
  return {
    ...localAwsEnvironment(dynamodbUrl),
    ...tableEnvironment(tableNames),
    ...(usesRedis && { [env.redisUrl]: redisUrl }),
    ...(service === "counter" && { [env.counterStore]: usesRedis ? "redis" : "dynamodb" }),
    [env.trustedHops]: "1",
    [env.drainSeconds]: "1",
  };
}
