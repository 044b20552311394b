import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { openRedis } from "../../../shared/kit/redis-cluster/open-redis.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import {
  type RedisUnderTest,
  startRedisUnderTest,
} from "../../../shared/tools/testing/redis-under-test.ts";
import { type CounterRedis, counterScripts } from "../redis/scripts.ts";

/** A real Redis and a local DynamoDB, each with a client; the calls of a busy machine may take long. */
export class LocalStores implements AsyncDisposable {
  readonly redisServer: RedisUnderTest;
  readonly dynamodbServer: DynamodbServer;
  readonly redis: CounterRedis;
  readonly dynamodb: DynamoDBClient;

  static async start(): Promise<LocalStores> {
    const [redisServer, dynamodbServer] = await Promise.all([
      startRedisUnderTest(),
      DynamodbServer.start(),
    ]);
    await dynamodbServer.createTables();
    const stores = new LocalStores(redisServer, dynamodbServer);
    await pollUntil(() => stores.redis.check().then(() => true), { what: "redis answers" });
    return stores;
  }

  private constructor(redisServer: RedisUnderTest, dynamodbServer: DynamodbServer) {
    this.redisServer = redisServer;
    this.dynamodbServer = dynamodbServer;
    const log = pino({ level: "silent" });
    const { url, isCluster } = redisServer;
    this.redis = openRedis({ url, isCluster, timeoutMs: 5_000, log, scripts: counterScripts });
    this.dynamodb = openDynamoDB(dynamodbServer.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.close();
    this.dynamodb.destroy();
    await Promise.all([this.redisServer[Symbol.asyncDispose](), this.dynamodbServer.stop()]);
  }
}

export function openDynamoDB(endpoint: string): DynamoDBClient {
  Object.assign(process.env, localAwsEnvironment(endpoint));
  return createDynamoDB({ endpoint, region: localRegion, timeoutMs: 5_000 });
}
