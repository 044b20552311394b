import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import { type TableContract, type TableName, tables } from "../../shared/contract.ts";
import { throttleAlarms } from "../alarms/alarms.ts";
import type { Alerts } from "../alarms/alerts.ts";
import type { Config } from "../config/parse.ts";

export interface DataArgs {
  config: Pick<Config, "data" | "protect" | "farewellTag">;
  alerts: Alerts;
}

/** The tables of the contract, paid by the request. */
export class Data extends pulumi.ComponentResource {
  readonly tables: Record<TableName, aws.dynamodb.Table>;
  readonly tableNames: pulumi.Output<Record<TableName, string>>;

  constructor(name: string, args: DataArgs, opts?: pulumi.ComponentResourceOptions) {
    super("page-services:index:Data", name, {}, opts);

    const entries = Object.entries(tables).map(
      ([table, contract]) => [table, this.#table(table, contract, args)] as const,
    );
    this.tables = Object.fromEntries(entries) as Record<TableName, aws.dynamodb.Table>;
    const names = entries.map(([table, { name: realName }]) => [table, realName] as const);
    this.tableNames = pulumi
      .output(Object.fromEntries(names))
      .apply((each) => each as Record<TableName, string>);
    this.registerOutputs({});
  }

  #table(name: string, { hashKey, ttlAttribute }: TableContract, args: DataArgs) {
    const { data, protect, farewellTag } = args.config;
    const table = new aws.dynamodb.Table(
      name,
      {
        billingMode: "PAY_PER_REQUEST",
        hashKey: hashKey.name,
        attributes: [hashKey],
        serverSideEncryption: { enabled: true },
        pointInTimeRecovery: { enabled: data.pointInTimeRecovery },
        deletionProtectionEnabled: protect,
        tags: farewellTag,
        ...(ttlAttribute && { ttl: { attributeName: ttlAttribute, enabled: true } }),
      },
      { parent: this, protect },
    );
    throttleAlarms(args.alerts.scope(name, this), table.name);
    return table;
  }
}
