import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { pino } from "pino";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { createRedis } from "../../../shared/kit/redis.ts";
import { pollUntil } from "../../../shared/tools/local/processes/poll-until.ts";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { RedisServer } from "../../../shared/tools/local/stores/redis-server.ts";
import { type CounterRedis, counterScripts } from "../redis/scripts.ts";

/** A real Redis and a local DynamoDB, each with a client; the calls of a busy machine may take long. */
export class LocalStores implements AsyncDisposable {
  readonly redisServer: RedisServer;
  readonly dynamodbServer: DynamodbServer;
  readonly redis: CounterRedis;
  readonly dynamodb: DynamoDBClient;

  static async start(): Promise<LocalStores> {
    const [redisServer, dynamodbServer] = await Promise.all([
      RedisServer.start(),
      DynamodbServer.start(),
    ]);
    await dynamodbServer.createTables();
    const stores = new LocalStores(redisServer, dynamodbServer);
    await pollUntil(() => stores.redis.run((client) => client.ping()), { what: "redis answers" });
    return stores;
  }

  private constructor(redisServer: RedisServer, dynamodbServer: DynamodbServer) {
    this.redisServer = redisServer;
    this.dynamodbServer = dynamodbServer;
    const log = pino({ level: "silent" });
    this.redis = createRedis({
      url: redisServer.url,
      timeoutMs: 5_000,
      log,
      scripts: counterScripts,
    });
    this.dynamodb = openDynamoDB(dynamodbServer.url);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.redis.close();
    this.dynamodb.destroy();
    await Promise.all([this.redisServer.stop(), this.dynamodbServer.stop()]);
  }
}

export function openDynamoDB(endpoint: string): DynamoDBClient {
  Object.assign(process.env, localAwsEnvironment(endpoint));
  return createDynamoDB({ endpoint, region: localRegion, timeoutMs: 5_000 });
}
