import {
  CreateTableCommand,
  DescribeTableCommand,
  DynamoDBClient,
  ResourceInUseException,
} from "@aws-sdk/client-dynamodb";
import { tables, type TableName } from "../../../contract.ts";
import { localCredentials, localRegion } from "./local-aws.ts";
import { pollUntil } from "../processes/poll-until.ts";
import { localTableNames, type TableNames } from "./table-names.ts";

/**
 * Makes the tables of the contract at a local endpoint; those that exist stay as they are.
 * Resolves with their names when all are active.
 */
export async function createTables(
  endpoint: string,
  names: TableNames = localTableNames(),
): Promise<TableNames> {
  const client = new DynamoDBClient({
    endpoint,
    region: localRegion,
    credentials: localCredentials,
  });
  try {
    const entries = Object.entries(names) as [TableName, string][];
    await Promise.all(entries.map(([table, name]) => createTable(client, table, name)));
    return names;
  } finally {
    client.destroy();
  }
}

async function createTable(
  client: DynamoDBClient,
  table: TableName,
  TableName: string,
): Promise<void> {
  const { hashKey } = tables[table];
  const command = new CreateTableCommand({
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    AttributeDefinitions: [{ AttributeName: hashKey.name, AttributeType: hashKey.type }],
    KeySchema: [{ AttributeName: hashKey.name, KeyType: "HASH" }],
  });
  try {
    await client.send(command);
  } catch (error) {
    if (!(error instanceof ResourceInUseException)) throw error;
  }
  await pollUntil(() => isActive(client, TableName), { what: `Table ${TableName} becomes active` });
}

async function isActive(client: DynamoDBClient, TableName: string): Promise<boolean> {
  const { Table } = await client.send(new DescribeTableCommand({ TableName }));
  return Table?.TableStatus === "ACTIVE";
}
