import { tables, type TableName } from "../../../contract.ts";

export type TableNames = Record<TableName, string>;

/** Real names of the contract's tables; a prefix lets several stacks share one database. */
export function localTableNames(prefix = ""): TableNames {
  const named = Object.keys(tables).map((table) => [table, `${prefix}${table}`]);
  return Object.fromEntries(named) as TableNames;
}
