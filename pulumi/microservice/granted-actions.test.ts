import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { expect } from "chai";
import ts from "typescript";
import {
  type ServiceContract,
  serviceNames,
  services,
  type TableName,
} from "../../shared/contract.ts";

const root = path.resolve(import.meta.dirname, "../..");

/** Table → actions, each sorted: what a service sends, or what it is granted. */
type Actions = Record<string, string[]>;

async function parse(file: string): Promise<ts.SourceFile> {
  return ts.createSourceFile(file, await readFile(file, "utf8"), ts.ScriptTarget.Latest, true);
}

function all<Node extends ts.Node>(node: ts.Node, is: (each: ts.Node) => each is Node): Node[] {
  const found: Node[] = is(node) ? [node] : [];
  node.forEachChild((child) => void found.push(...all(child, is)));
  return found;
}

/** Files that `source` imports for their values, by absolute path. */
function importedFiles(source: ts.SourceFile): string[] {
  return all(source, ts.isImportDeclaration)
    .filter(({ importClause }) => importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    .map(({ moduleSpecifier }) => (moduleSpecifier as ts.StringLiteral).text)
    .filter((specifier) => specifier.startsWith("."))
    .map((specifier) => path.resolve(path.dirname(source.fileName), specifier));
}

/** The commands of DynamoDB that a store makes, in its own file or in those it imports. */
async function commandsOf(file: string, seen = new Set<string>()): Promise<Set<string>> {
  if (seen.has(file)) return new Set();
  seen.add(file);
  const source = await parse(file);
  const made = all(source, ts.isNewExpression)
    .map(({ expression }) => /^(\w+)Command$/.exec(expression.getText())?.[1])
    .filter((command) => command !== undefined);
  const further = await Promise.all(importedFiles(source).map((each) => commandsOf(each, seen)));
  return new Set([...made, ...further.flatMap((each) => [...each])]);
}

/** What each name of a file stands for: the settings that its declaration mentions. */
function settingsByName(source: ts.SourceFile): Map<string, Set<string>> {
  const mentioned = new Map<string, Set<string>>();
  for (const { name, propertyName } of all(source, ts.isBindingElement))
    mentioned.set(name.getText(), new Set([(propertyName ?? name).getText()]));
  for (const { name, initializer } of all(source, ts.isVariableDeclaration))
    if (ts.isIdentifier(name) && initializer !== undefined)
      mentioned.set(name.text, new Set(all(initializer, ts.isIdentifier).map(({ text }) => text)));
  return mentioned;
}

/** The settings of tables among `names` and all that they stand for. */
function tableSettings(names: Iterable<string>, mentioned: Map<string, Set<string>>): Set<string> {
  const [reached, queue] = [new Set<string>(), [...names]];
  for (const name of queue) {
    if (reached.has(name)) continue;
    reached.add(name);
    queue.push(...(mentioned.get(name) ?? []));
  }
  return new Set([...reached].filter((name) => /^\w+Table$/.test(name)));
}

/** Setting → table, as the service's config.ts declares it. */
async function tablesBySetting(service: string): Promise<Map<string, string>> {
  const source = await parse(path.join(root, "services", service, "config.ts"));
  const pairs = all(source, ts.isPropertyAssignment).map(({ name, initializer }) => {
    const table = /^tableSetting\("(\w+)"\)$/.exec(initializer.getText())?.[1];
    return [name.getText(), table ?? ""] as const;
  });
  return new Map(pairs.filter(([, table]) => table !== ""));
}

async function filesOf(service: string): Promise<string[]> {
  const directory = path.join(root, "services", service);
  const entries = await readdir(directory, { recursive: true });
  return entries
    .filter(
      (entry) => entry.endsWith(".ts") && !/\.test\.ts$|^(testing|bench|acceptance)/.test(entry),
    )
    .map((entry) => path.join(directory, entry));
}

/** The names in the value of the option `table`. */
function tableOption(made: ts.NewExpression): string[] {
  const values: ts.Node[] = [
    ...all(made, ts.isPropertyAssignment)
      .filter(({ name }) => name.getText() === "table")
      .map(({ initializer }) => initializer),
    ...all(made, ts.isShorthandPropertyAssignment).filter(({ name }) => name.text === "table"),
  ];
  return values.flatMap((value) => all(value, ts.isIdentifier)).map(({ text }) => text);
}

/** Each `new Store(…)` of a class from dynamodb/, with the setting that is its option `table`. */
async function storesMadeIn(file: string) {
  const source = await parse(file);
  const mentioned = settingsByName(source);
  const stores = new Map<string, string>();
  for (const declaration of all(source, ts.isImportDeclaration))
    for (const { name } of all(declaration, ts.isImportSpecifier)) {
      const from = (declaration.moduleSpecifier as ts.StringLiteral).text;
      if (/^\.\/dynamodb\//.test(from))
        stores.set(name.text, path.resolve(path.dirname(file), from));
    }
  return all(source, ts.isNewExpression).flatMap((made) => {
    const store = stores.get(made.expression.getText());
    if (store === undefined) return [];
    const settings = tableSettings(tableOption(made), mentioned);
    return [{ name: made.expression.getText(), file: store, settings: [...settings] }];
  });
}

/** Table → actions that the code of a service sends. */
async function sentBy(service: string): Promise<Actions> {
  const tables = await tablesBySetting(service);
  const made = (await Promise.all((await filesOf(service)).map(storesMadeIn))).flat();
  const sent: Record<string, Set<string>> = {};
  for (const { name, file, settings } of made) {
    expect(settings, `the table that ${service} gives to its ${name}`).to.have.lengthOf(1);
    const table = tables.get(settings[0] ?? "");
    expect(table, `the table behind ${settings.join()} of ${service}/config.ts`).to.be.a("string");
    for (const command of await commandsOf(file)) (sent[table ?? ""] ??= new Set()).add(command);
  }
  return sorted(sent);
}

function sorted(actions: Record<string, Iterable<string>>): Actions {
  const entries = Object.entries(actions).map(([table, each]) => [table, [...each].sort()]);
  return Object.fromEntries(entries.sort()) as Actions;
}

describe("the grants of the contract", () => {
  for (const name of serviceNames)
    it(`are what the stores of ${name} send to each table, no less and no more`, async () => {
      const { tables }: ServiceContract = services[name];
      expect(await sentBy(name)).to.deep.equal(
        sorted(tables as Record<TableName, readonly string[]>),
      );
    });
});
