import tseslint from "typescript-eslint";

const noDefaultExport = {
  selector: "ExportDefaultDeclaration",
  message: "Name what a file gives: use a named export.",
};
const noBarrel = {
  selector: "ExportAllDeclaration",
  message: "No barrels: import from the file that owns the name.",
};

export default tseslint.config(
  { ignores: ["**/node_modules/", "**/dist/", ".data/", "*.config.js", "**/*.cjs", "**/api.d.ts"] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: "error" } },
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { projectService: true } },
    rules: {
      "max-lines": ["error", { max: 250 }],
      "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
      "max-params": "off",
      "@typescript-eslint/max-params": ["error", { max: 3 }],
      "max-depth": ["error", 3],
      complexity: ["error", 12],
      eqeqeq: "error",
      "no-console": "error",
      "no-restricted-syntax": ["error", noDefaultExport, noBarrel],
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: "Read the environment in config.ts." },
      ],
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
    files: ["services/*/page/browser/**"],
    rules: { "@typescript-eslint/no-deprecated": "off" },
  },
  {
    // Elsewhere the browser's types are known to the compiler, too: its globals must not be used.
    files: ["services/**", "shared/**", "pulumi/**"],
    ignores: ["services/*/page/browser/**"],
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
      "pulumi/{architecture,cost,offline,preview-comment,rehearsal}/**",
      "pulumi/index.ts",
    ],
    rules: { "no-restricted-properties": "off", "no-console": "off" },
  },
  {
    files: ["**/*.test.ts", "shared/tools/testing/**", "services/*/testing/**"],
    rules: {
      "max-lines": ["error", { max: 400 }],
      "max-lines-per-function": "off",
      "no-restricted-properties": "off",
      "@typescript-eslint/no-unused-expressions": "off",
      "@typescript-eslint/no-non-null-assertion": "off",
    },
  },
);
