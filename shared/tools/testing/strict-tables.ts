import type { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { createDynamoDB } from "../../kit/dynamodb.ts";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../local/stores/local-aws.ts";
import { StrictDynamoDB } from "./strict-dynamodb.ts";

/** The tables of the contract in a local DynamoDB that keeps AWS' limits, and a client of them. */
export class StrictTables implements AsyncDisposable {
  readonly proxy: StrictDynamoDB;
  readonly client: DynamoDBClient;
  readonly #server: DynamodbServer;

  static async start(): Promise<StrictTables> {
    const server = await DynamodbServer.start();
    await server.createTables();
    return new StrictTables(server, await StrictDynamoDB.start(server.url));
  }

  private constructor(server: DynamodbServer, proxy: StrictDynamoDB) {
    this.#server = server;
    this.proxy = proxy;
    Object.assign(process.env, localAwsEnvironment(proxy.url));
    this.client = createDynamoDB({ endpoint: proxy.url, region: localRegion, timeoutMs: 5_000 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.client.destroy();
    await this.proxy[Symbol.asyncDispose]();
    await this.#server.stop();
  }
}
