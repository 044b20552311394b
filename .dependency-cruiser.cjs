/** Who may import what, by place. Each rule says in its comment what to do instead. */
const tests = "\\.test\\.ts$";
/** Rooms of a service that do not ship: its part of validate, stress, bench and tests. */
const workshop = "^services/[^/]+/(acceptance|bench|testing|example)/";
const development = `${tests}|${workshop}|^shared/tools/`;
/** A domain lies at its service's root, a second one in a folder; what keeps it up beside it. */
const domain = "^services/[^/]+/((accounts|days|resilience|roll-up|top)/)?[^/]+\\.ts$";
/** Files at a service's root that join the rooms, by what they are. */
const joints = "^services/[^/]+/(main|app|config|metrics)\\.ts$";
const storeClients = "node_modules/(redis|@redis|@aws-sdk)/";

const forbid = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

module.exports = {
  forbidden: [
    forbid(
      "no-cycles",
      "Two files that import each other are one idea: move the shared part out.",
      {},
      { circular: true },
    ),

    // Inside a service: main → app → http → domain ← redis, dynamodb.
    forbid(
      "services-stand-alone",
      "A service never imports another: what two of them need belongs in shared/kit.",
      { path: "^services/([^/]+)/" },
      { path: "^services/", pathNot: "^services/$1/" },
    ),
    forbid(
      "a-service-has-these-rooms",
      "A file of a service lies at its root or in a room that a rule below knows: add the room to its rules first.",
      {
        path: "^services/[^/]+/[^/]+/",
        pathNot:
          "^services/[^/]+/(accounts|days|resilience|roll-up|top|http|redis|dynamodb|page|example|acceptance|bench|testing)/",
      },
      {},
    ),
    forbid(
      "nobody-imports-main",
      "main.ts is the process: what somebody else needs of it belongs beside it.",
      {},
      { path: "^services/[^/]+/main\\.ts$" },
    ),
    forbid(
      "app-knows-no-store",
      "app.ts joins the domain and its routes; main.ts hands it the stores.",
      { path: "^services/[^/]+/app\\.ts$" },
      {
        path: "^services/[^/]+/(redis|dynamodb|page)/|^shared/kit/(redis|dynamodb)|/(main|config)\\.ts$",
      },
    ),
    forbid(
      "domain-knows-no-room",
      "A domain file speaks its own terms: declare the interface here, and let the room obey it.",
      { path: domain, pathNot: `${joints}|${tests}` },
      {
        path:
          "^services/[^/]+/(http|redis|dynamodb|page)/|/(main|app|config|metrics)\\.ts$|" +
          "^shared/kit/(http/|tracing/|process/serve|redis|dynamodb\\.|config\\.|settings\\.)|" +
          `node_modules/(koa|@koa|zod|prom-client)|${storeClients}`,
      },
    ),
    forbid(
      "config-knows-only-the-domain",
      "config.ts reads text; what it configures is built in main.ts.",
      { path: "^services/[^/]+/(config|metrics)\\.ts$" },
      {
        path: "^services/[^/]+/(http|redis|dynamodb|page)/|^shared/kit/(http/|redis|dynamodb)|/(main|app)\\.ts$",
      },
    ),
    forbid(
      "http-knows-no-store",
      "http/ turns requests into calls of the domain; the stores are behind its interfaces.",
      { path: "^services/[^/]+/http/", pathNot: tests },
      {
        path: `^services/[^/]+/(redis|dynamodb)/|^shared/kit/(redis|dynamodb)|/(main|app|config)\\.ts$|${storeClients}`,
      },
    ),
    forbid(
      "page-only-draws",
      "page/ turns what it is given into HTML and SVG.",
      { path: "^services/[^/]+/page/", pathNot: tests },
      {
        path: `^services/[^/]+/(http|redis|dynamodb)/|^shared/kit/(redis|dynamodb)|/(main|app|config)\\.ts$|${storeClients}`,
      },
    ),
    forbid(
      "stores-know-the-domain-alone",
      "A store obeys an interface of the domain; it knows no HTTP, no settings and no other store.",
      { path: "^services/[^/]+/(redis|dynamodb)/", pathNot: tests },
      {
        path: "^services/[^/]+/(http|page)/|^shared/kit/(http/|config|settings|process/serve)|/(main|app|config)\\.ts$",
      },
    ),
    forbid(
      "redis-knows-no-dynamodb",
      "What both stores need is an interface at the service's root.",
      { path: "^services/[^/]+/redis/", pathNot: tests },
      {
        path: "^services/[^/]+/dynamodb/|^shared/kit/dynamodb|node_modules/@aws-sdk/",
      },
    ),
    forbid(
      "dynamodb-knows-no-redis",
      "What both stores need is an interface at the service's root.",
      { path: "^services/[^/]+/dynamodb/", pathNot: tests },
      { path: "^services/[^/]+/redis/|^shared/kit/redis|node_modules/(redis|@redis)/" },
    ),
    forbid(
      "an-example-knows-only-the-api",
      "A consumer lives elsewhere: it has the API description and its own packages.",
      { path: "^services/[^/]+/example/", pathNot: tests },
      { path: "^(services|shared|pulumi)/", pathNot: "^services/[^/]+/example/" },
    ),
    forbid(
      "what-ships-knows-no-workshop",
      "What both need is no test code: move it out of the tools.",
      { path: "^(services|shared|pulumi)/", pathNot: development },
      { path: development },
    ),

    // Between the houses.
    forbid(
      "services-know-no-infrastructure",
      "What both sides need is plain data in shared/contract.ts.",
      { path: "^(services|shared)/" },
      { path: "^pulumi/" },
    ),
    forbid(
      "infrastructure-reads-only-the-contract",
      "pulumi/ imports of this repository only shared/contract.ts.",
      { path: "^pulumi/", pathNot: tests },
      { path: "^(services|shared)/", pathNot: "^shared/contract\\.ts$" },
    ),
    forbid(
      "contract-imports-nothing",
      "The contract is plain data, so that everybody can read it.",
      { path: "^shared/contract\\.ts$" },
      {},
    ),
    forbid(
      "shared-knows-no-service",
      "shared/ serves any service: what belongs to one lies in its folder, and tools find it by path.",
      { path: "^shared/" },
      { path: "^services/" },
    ),
    forbid(
      "kit-knows-no-tool",
      "The kit runs inside a service, the tools around it.",
      { path: "^shared/kit/", pathNot: tests },
      { path: "^shared/tools/" },
    ),
    forbid(
      "below-http",
      "kit/http stands on the rest of the kit, not the other way round; only service-context joins them.",
      { path: "^shared/kit/", pathNot: `${tests}|^shared/kit/http/|/service-context\\.ts$` },
      { path: "^shared/kit/http/" },
    ),

    // Inside the infrastructure: components → config → sections → limits.
    forbid(
      "limits-import-nothing",
      "What AWS offers is plain data and pure functions, so that checks and policies can both ask.",
      { path: "^pulumi/limits/", pathNot: tests },
      {},
    ),
    forbid(
      "sections-stand-alone",
      "A section is checked by itself: what two of them must agree on belongs in config/together.ts.",
      { path: "^pulumi/config/sections/", pathNot: tests },
      { path: "^pulumi/", pathNot: "^pulumi/(config/sections/|limits/|config/faults\\.ts$)" },
    ),
    forbid(
      "config-creates-nothing",
      "The configuration is checked before any resource exists: it knows no component and no package of Pulumi.",
      { path: "^pulumi/config/", pathNot: tests },
      { path: "^pulumi/|node_modules/@pulumi/", pathNot: "^pulumi/(config|limits)/" },
    ),

    // Packages.
    forbid(
      "pulumi-below-pulumi",
      "@pulumi packages are for the infrastructure program only.",
      { path: "^(services|shared)/" },
      { path: "node_modules/@pulumi/" },
    ),
    forbid(
      "store-clients-in-stores",
      "Redis and AWS clients belong in shared/kit/redis.ts, shared/kit/dynamodb.ts and the store folders.",
      {
        path: "^(services|shared)/",
        pathNot: `${development}|^shared/kit/(redis|dynamodb)|^services/[^/]+/(redis|dynamodb)/`,
      },
      { path: storeClients },
    ),
    forbid(
      "traces-apart",
      "Who does something tells tracing/channels.ts; what listens is loaded where TRACES is on, by service-context alone.",
      {
        path: "^(services|shared|pulumi)/",
        pathNot: `${tests}|^shared/kit/tracing/(otlp|sampling|spans|trace-ids)\\.ts$|/service-context\\.ts$`,
      },
      {
        path: "^shared/kit/tracing/(otlp|sampling|spans|trace-ids)\\.ts$|node_modules/@opentelemetry/",
      },
    ),
    forbid(
      "no-unlisted-packages",
      "Add the package to package.json.",
      {},
      { dependencyTypes: ["npm-no-pkg", "npm-unknown"] },
    ),
    forbid(
      "no-dev-packages-in-services",
      "A service ships with its dependencies only.",
      { path: "^(services|shared)/", pathNot: development },
      { dependencyTypes: ["npm-dev"], dependencyTypesNot: ["type-only"] },
    ),
    forbid("no-unresolvable", "The import leads nowhere.", {}, { couldNotResolve: true }),
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
