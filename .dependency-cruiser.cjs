/** Who may import what. Each rule says in its comment what to do instead. */
const service = "^services/([^/]+)/";
const tests = "\\.test\\.ts$|^shared/testing/";

module.exports = {
  forbidden: [
    {
      name: "no-cycles",
      comment: "Two files that import each other are one idea: move the shared part out.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "services-stand-alone",
      comment: "A service never imports another: what two of them need belongs in shared/.",
      severity: "error",
      from: { path: service },
      to: { path: "^services/", pathNot: "^services/$1/" },
    },
    {
      name: "services-know-no-infrastructure",
      comment: "What both sides need is plain data in shared/contract.ts.",
      severity: "error",
      from: { path: "^(services|shared)/" },
      to: { path: "^pulumi/" },
    },
    {
      name: "infrastructure-reads-only-the-contract",
      comment: "pulumi/ imports of this repository only shared/contract.ts.",
      severity: "error",
      from: { path: "^pulumi/", pathNot: tests },
      to: { path: "^(services|shared)/", pathNot: "^shared/contract\\.ts$" },
    },
    {
      name: "contract-imports-nothing",
      comment: "The contract is plain data, so that everybody can read it.",
      severity: "error",
      from: { path: "^shared/contract\\.ts$" },
      to: {},
    },
    {
      name: "shared-knows-no-service",
      comment: "shared/ serves the services; only the tools of development may start one.",
      severity: "error",
      from: {
        path: "^shared/",
        pathNot: `^shared/(dev|bench|testing|acceptance|delivery)/|${tests}`,
      },
      to: { path: "^services/" },
    },
    {
      name: "production-code-knows-no-test-code",
      comment: "What both need is no test code: move it out of shared/testing and shared/dev.",
      severity: "error",
      from: {
        path: "^(services|shared|pulumi)/",
        pathNot: `${tests}|^shared/(dev|bench|acceptance|delivery)/`,
      },
      to: { path: "^shared/(dev|bench|testing|acceptance|delivery)/|\\.test\\.ts$" },
    },
    {
      name: "only-main-joins",
      comment: "Nobody imports main.ts: it is the process.",
      severity: "error",
      from: { pathNot: tests },
      to: { path: "/main\\.ts$" },
    },
    {
      name: "only-main-picks-a-store",
      comment: "The domain declares the store it needs; only main.ts knows which one it gets.",
      severity: "error",
      from: {
        path: "^services/[^/]+/(app|routes|counter|catalog|guard)[^/]*\\.ts$",
        pathNot: tests,
      },
      to: { path: "-store\\.ts$|-cache\\.ts$|/scripts\\.ts$" },
    },
    {
      name: "domain-knows-no-transport",
      comment:
        "The domain speaks its own terms: HTTP belongs in routes.ts, stores behind its interface.",
      severity: "error",
      from: { path: "^services/[^/]+/(counter|catalog|guard)\\.ts$" },
      to: {
        path: "^shared/(http/|redis|dynamodb|serve)|/(routes|app|config)\\.ts$|node_modules/(koa|@koa|redis|@aws-sdk)",
      },
    },
    {
      name: "pulumi-below-pulumi",
      comment: "@pulumi packages are for the infrastructure program only.",
      severity: "error",
      from: { path: "^(services|shared)/" },
      to: { path: "node_modules/@pulumi/" },
    },
    {
      name: "store-clients-in-stores",
      comment:
        "Redis and AWS clients belong in shared/redis.ts, shared/dynamodb.ts and the stores.",
      severity: "error",
      from: {
        path: "^(services|shared)/",
        pathNot: `${tests}|^shared/(redis|dynamodb)\\.ts$|^shared/(dev|bench|acceptance|delivery)/|-(store|cache|writer)\\.ts$`,
      },
      to: { path: "node_modules/(redis|@redis|@aws-sdk)/" },
    },
    {
      name: "no-unlisted-packages",
      comment: "Add the package to package.json.",
      severity: "error",
      from: {},
      to: { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    },
    {
      name: "no-dev-packages-in-services",
      comment: "A service ships with its dependencies only.",
      severity: "error",
      from: {
        path: "^(services|shared)/",
        pathNot: `${tests}|^shared/(dev|bench|acceptance|delivery)/|^services/[^/]+/example/`,
      },
      to: { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    },
    {
      name: "no-unresolvable",
      comment: "The import leads nowhere.",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "(^|/)node_modules/.*node_modules" },
    // A package of the workspace may also use what the repository lists.
    combinedDependencies: true,
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { conditionNames: ["import", "require", "node", "default", "types"] },
  },
};
