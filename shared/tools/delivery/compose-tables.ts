/** Makes the tables of compose.yaml, before the services start; those that exist stay. */
import { env } from "../../contract.ts";
import { createTables } from "../local/stores/create-tables.ts";

const endpoint = process.env[env.dynamodbEndpoint];
if (endpoint === undefined) throw new Error(`${env.dynamodbEndpoint} is not set`);
console.log(`Tables: ${Object.values(await createTables(endpoint)).join(", ")}`);
