import {
  containerEnvironment,
  containerSecrets,
  services,
  type ServiceName,
} from "../../../contract.ts";
import { serviceSettings } from "../../../kit/settings.ts";
import { localCredentials, localRegion } from "../stores/local-aws.ts";
import { localTableNames, type TableNames } from "../stores/table-names.ts";

export interface StoreAddresses {
  dynamodbUrl: string;
  /** Default: the names of `localTableNames()`. */
  tableNames?: TableNames;
  /** Without one the counter counts in DynamoDB and the catalog has no cache. */
  redisUrl?: string | undefined;
  isRedisCluster?: boolean | undefined;
  /** Without them the tokens of a process end with it. */
  tokenKeys?: string | undefined;
}

/** What a deployed container of this service is given, for local stores. */
export function serviceEnvironment(
  service: ServiceName,
  stores: StoreAddresses,
): Record<string, string> {
  const { dynamodbUrl, tableNames = localTableNames() } = stores;
  const { redisUrl, isRedisCluster, tokenKeys } = stores;
  return {
    ...containerEnvironment(services[service], {
      region: localRegion,
      tableNames,
      dynamodbEndpoint: dynamodbUrl,
      isRedisCluster,
      trustedHops: 1,
      drainSeconds: 1,
      deployment: "local",
    }),
    ...containerSecrets(services[service], { redisUrl, tokenKeys }),
    // Nothing of this machine's network reaches a service past the gateway.
    [serviceSettings.listenHost.env]: "127.0.0.1",
    AWS_ACCESS_KEY_ID: localCredentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: localCredentials.secretAccessKey,
  };
}
