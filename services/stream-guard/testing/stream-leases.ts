import { type AttributeValue, type DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localAwsEnvironment, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { createDynamoDB } from "../../../shared/kit/dynamodb.ts";
import { StrictDynamoDB } from "../../../shared/tools/testing/strict-dynamodb.ts";

/** A strict DynamoDB with a table of streams, for one test file. */
export interface StreamsTable extends AsyncDisposable {
  /** Where it listens. */
  url: string;
  client: DynamoDBClient;
  table: string;
  /** Everything that is in the table. */
  items(): Promise<Record<string, AttributeValue>[]>;
  /** The names of the calls that were made through `client` since the last time. */
  takeCalls(): string[];
}

export async function openStreamsTable(): Promise<StreamsTable> {
  const server = await DynamodbServer.start();
  const { streams: table } = await server.createTables();
  const strict = await StrictDynamoDB.start(server.url);
  const client = createLocalClient(strict.url);
  let calls: string[] = [];
  client.middlewareStack.add(
    (next, { commandName = "" }) =>
      (args) => {
        calls.push(commandName);
        return next(args);
      },
    { step: "initialize", name: "recordCalls" },
  );
  return {
    url: strict.url,
    client,
    table,
    async items() {
      const { Items = [] } = await client.send(new ScanCommand({ TableName: table }));
      return Items;
    },
    takeCalls() {
      const taken = calls;
      calls = [];
      return taken;
    },
    async [Symbol.asyncDispose]() {
      client.destroy();
      await strict[Symbol.asyncDispose]();
      await server.stop();
    },
  };
}

/** The services' own client, at a local DynamoDB. */
export function createLocalClient(endpoint: string, timeoutMs = 5_000): DynamoDBClient {
  // As in a container, the SDK finds its credentials in the environment.
  Object.assign(process.env, localAwsEnvironment(endpoint));
  return createDynamoDB({ endpoint, region: localRegion, timeoutMs });
}
