/** A counter as it is first written: one DynamoDB update a request, by the client the counter uses. */
import { UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import Router from "@koa/router";
import Koa from "koa";
import { env, tables } from "../../../../shared/contract.ts";
import { createDynamoDB } from "../../../../shared/kit/dynamodb.ts";

const client = createDynamoDB({
  endpoint: process.env[env.dynamodbEndpoint],
  region: process.env[env.awsRegion],
  timeoutMs: 5_000,
});

const router = new Router();
router.get("/readyz", (ctx) => {
  ctx.body = { status: "ready" };
});
router.all("/views/:page", async (ctx) => {
  const { Attributes } = await client.send(
    new UpdateItemCommand({
      TableName: process.env[tables.counters.env],
      Key: { page: { S: ctx.params["page"] ?? "" } },
      UpdateExpression: "ADD counted :one",
      ExpressionAttributeValues: { ":one": { N: "1" } },
      ReturnValues: "UPDATED_NEW",
    }),
  );
  ctx.body = { count: Number(Attributes?.["counted"]?.N) };
});
new Koa().use(router.routes()).listen(Number(process.env.PORT));
