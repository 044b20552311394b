/** The body of a DynamoDB call or reply. */
export type Body = Readonly<Record<string, unknown>>;

const EXPRESSION_BYTES = 4_096;
const OPERATORS = 300;
const IN_OPERANDS = 100;
const WRITES = 25;
const expressionNames = [
  "UpdateExpression",
  "ConditionExpression",
  "FilterExpression",
  "KeyConditionExpression",
  "ProjectionExpression",
] as const;
const updateOperators = /[+-]|\b(?:if_not_exists|list_append)\s*\(/g;
/** BETWEEN counts by its AND. */
const conditionOperators =
  /<>|<=|>=|[=<>]|\b(?:AND|OR|NOT|IN)\b|\b(?:attribute_\w+|begins_with|contains|size)\s*\(/gi;
const inLists = /\bIN\s*\(([^)]*)\)/gi;

/**
 * The limit of DynamoDB that a call breaks and dynalite does not know; undefined for none.
 *
 * dynalite itself refuses items above 400 KB, numbers outside DynamoDB's range, batches above 25 of
 * one table or 100 keys, and names or values that are unused or undefined. Nobody checks the range
 * of a number that an update computes: that needs the item.
 */
export function findBrokenLimit(input: Body): string | undefined {
  const tables = Object.values((input["RequestItems"] ?? {}) as Body);
  const writes = tables.filter((requests) => Array.isArray(requests)).flat().length;
  if (writes > WRITES) return "Too many items requested for the BatchWriteItem call";
  const bodies = [input, ...(tables as Body[])];
  return bodies
    .flatMap((body) => expressionNames.map((name) => findInExpression(name, body[name])))
    .find((broken) => broken !== undefined);
}

function findInExpression(name: string, expression: unknown): string | undefined {
  if (typeof expression !== "string") return undefined;
  const bytes = Buffer.byteLength(expression);
  if (bytes > EXPRESSION_BYTES) {
    const rule = "Expression size has exceeded the maximum allowed size";
    return `Invalid ${name}: ${rule}; expression size: ${bytes}`;
  }
  const operators = name === "UpdateExpression" ? updateOperators : conditionOperators;
  const count = expression.match(operators)?.length ?? 0;
  if (count > OPERATORS) {
    return `Invalid ${name}: The expression contains too many operators; operator count: ${count}`;
  }
  const lists = [...expression.matchAll(inLists)].map(([, list = ""]) => list.split(","));
  if (lists.some((list) => list.length > IN_OPERANDS)) {
    return `Invalid ${name}: The IN operator is provided with too many operands`;
  }
  return undefined;
}
