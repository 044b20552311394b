import tseslint from "typescript-eslint";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Name what a file gives: use a named export.",
};
const noBarrel = {
  selector: "ExportAllDeclaration",
  message: "No barrels: import from the file that owns the name.",
};
const noNull = {
  selector: ":not(BinaryExpression, CallExpression) > Literal[raw='null']",
  message: "Use undefined: null is for what is not ours, to compare with or to pass on.",
};
const noPrivate = {
  selector:
    ":matches(PropertyDefinition, MethodDefinition[kind!='constructor'])[accessibility='private']",
  message: "Use #name, which is private at runtime, too.",
};
const noCurrentDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: "Take the clock as a dependency, now().",
};
const noAssertionInCatch = {
  selector: "CatchClause CallExpression[callee.name='expect']",
  message: "It is skipped where nothing is thrown: assert on what the promise became.",
};
const noShould = {
  selector: "CallExpression[callee.name=/^(it|describe)$/] > .arguments[value=/\\bshould\\b/]",
  message: "Say in the present tense what it does.",
};
const componentArgs = {
  selector:
    "ClassDeclaration[superClass.property.name='ComponentResource'] MethodDefinition[kind='constructor'] > FunctionExpression > .params:nth-child(2):not([typeAnnotation.typeAnnotation.typeName.name=/Args$/])",
  message: "A component takes XArgs, as those of Pulumi do.",
};
const everywhere = [noDefaultExport, noBarrel, noPrivate, componentArgs];
const environment = {
  object: "process",
  property: "env",
  message: "Read the environment in config.ts.",
};
const clock = { object: "Date", property: "now", message: "Take the clock as a dependency." };
const chance = { object: "Math", property: "random", message: "Take chance as a dependency." };

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/dist/", ".data/", "*.config.js", "**/*.cjs", "**/api.d.ts"] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" } },
  ...tseslint.configs.strictTypeChecked,
  {
    // One program, made once: the service that editors use computes a quarter more.
    languageOptions: {
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-params": "off",
      "@typescript-eslint/max-params": ["error", { max: 3 }],
      "max-depth": ["error", 3],
      complexity: ["error", 12],
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", ...everywhere, noNull, noCurrentDate],
      "no-restricted-properties": ["error", environment, clock, chance],
      "@typescript-eslint/prefer-nullish-coalescing": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/restrict-template-expressions": [
        "error",
        { allowNumber: true, allowBoolean: true },
      ],
      "@typescript-eslint/no-unused-vars": [
        "error",
        { argsIgnorePattern: "^_", ignoreRestSiblings: true },
      ],
      "@typescript-eslint/no-confusing-void-expression": ["error", { ignoreArrowShorthand: true }],
    },
  },
  {
    // What browsers run may use what they only advise against: the replacement needs HTTPS.
    files: ["**/browser/**"],
    rules: { "@typescript-eslint/no-deprecated": "off", "no-restricted-properties": "off" },
  },
  {
    // Elsewhere the browser's types are known to the compiler, too: its globals must not be used.
    files: ["services/**", "shared/**", "pulumi/**"],
    ignores: ["**/browser/**"],
    rules: {
      "no-restricted-globals": ["error", "document", "window", "location", "name", "event", "self"],
    },
  },
  {
    // The entry points: a process, a command line.
    files: [
      "**/main.ts",
      "**/config.ts",
      "shared/tools/**",
      "services/*/{acceptance,bench,example,testing}/**",
      "pulumi/{architecture,capacity,cost,offline,preview-comment,rehearsal}/**",
      "pulumi/index.ts",
    ],
    rules: {
      "no-restricted-properties": "off",
      "no-console": "off",
      "no-restricted-syntax": ["error", ...everywhere, noNull],
    },
  },
  {
    files: ["**/*.test.ts", "shared/tools/testing/**", "services/*/testing/**"],
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": "off",
      "no-restricted-syntax": ["error", ...everywhere, noAssertionInCatch, noShould],
      "no-restricted-properties": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
