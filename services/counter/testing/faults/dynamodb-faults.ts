import { setTimeout as delay } from "node:timers/promises";
import { DeleteItemCommand, GetItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { AWAY_MS, type Fault, replaceInstance } from "./fault.ts";

const ledgerKey = (page: string) => ({ TableName: "counters", Key: { page: { S: page } } });

/** What happens to DynamoDB, below Redis and where it counts itself. */
export const dynamodbFaults: readonly Fault[] = [
  {
    name: "DynamoDB unreachable for 4 s",
    reservations: 0,
    async run({ fleet }) {
      await fleet.dynamodbProxy.cut();
      await delay(AWAY_MS);
      await fleet.dynamodbProxy.heal();
    },
  },
  {
    name: "DynamoDB silent for 4 s",
    reservations: 0,
    async run({ fleet }) {
      fleet.dynamodbProxy.block();
      await delay(AWAY_MS);
      await fleet.dynamodbProxy.heal();
    },
  },
  {
    name: "the page's item lost from DynamoDB",
    reservations: 0,
    async run({ fleet, load, page }) {
      await fleet.dynamodbClient.send(new DeleteItemCommand(ledgerKey(page)));
      await load.answered(1_000);
    },
  },
  {
    name: "the page's item restored from an older backup",
    reservations: 0,
    async run({ fleet, load, page }) {
      const { Item } = await fleet.dynamodbClient.send(new GetItemCommand(ledgerKey(page)));
      await load.answered(300);
      await fleet.dynamodbClient.send(new PutItemCommand({ TableName: "counters", Item }));
      await load.answered(1_000);
    },
  },
  {
    name: "DynamoDB counts: unreachable for 4 s",
    store: "dynamodb",
    reservations: 0,
    async run({ fleet }) {
      await fleet.dynamodbProxy.cut();
      await delay(AWAY_MS);
      await fleet.dynamodbProxy.heal();
    },
  },
  {
    name: "DynamoDB counts: an instance killed (SIGKILL)",
    isKill: true,
    store: "dynamodb",
    reservations: 0,
    run: (scene) => replaceInstance(scene, "kill"),
  },
];
