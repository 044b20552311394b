import { stat } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type BuildOptions, type Plugin } from "esbuild";
import type { ServiceName } from "../../contract.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

/** Packages that are CommonJS still call `require`, which a module does not have by itself. */
const requireForPackages =
  'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

/**
 * Takes Node's own modules as CommonJS does. An `import` of one reads all that it exports, and so
 * loads what no service uses: `node:http` alone, with its `WebSocket`, costs 50 ms at the start.
 */
const builtinsAsCommonJs: Plugin = {
  name: "builtins-as-commonjs",
  setup(bundler) {
    const filter = new RegExp(`^(node:)?(${builtinModules.join("|")})$`);
    bundler.onResolve({ filter }, ({ path }) => ({ path, namespace: "builtin" }));
    bundler.onLoad({ filter, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};

/**
 * What traces need is a file of its own, so that a process without them does not even read it. The
 * two files share no module: what one tells the other goes by the names of channels.
 */
const tracesApart: Plugin = {
  name: "traces-apart",
  setup(bundler) {
    bundler.onResolve({ filter: /\/tracing\/otlp\.ts$/ }, ({ kind }) =>
      kind === "dynamic-import" ? { path: "./traces.mjs", external: true } : undefined,
    );
  },
};

export interface Bundle {
  path: string;
  bytes: number;
}

/**
 * Bundles a service into one module, and what traces need into another beside it. Neither needs
 * anything else but Node.
 *
 * Names of functions and classes are kept, so that a stack trace in the log can be read.
 *
 * @param folder where `<service>/main.mjs` is put; default: `dist` in the repository
 */
export async function bundleService(
  service: ServiceName,
  folder = join(root, "dist"),
): Promise<Bundle> {
  const path = join(folder, service, "main.mjs");
  await build({ ...options, entryPoints: [`services/${service}/main.ts`], outfile: path });
  await build({
    ...options,
    entryPoints: ["shared/kit/tracing/otlp.ts"],
    outfile: join(folder, service, "traces.mjs"),
    // Of its packages only the modules can be left out in part.
    mainFields: ["module", "main"],
  });
  const { size } = await stat(path);
  return { path, bytes: size };
}

const options = {
  absWorkingDir: root,
  bundle: true,
  format: "esm",
  platform: "node",
  target: "node24",
  minifySyntax: true,
  minifyWhitespace: true,
  plugins: [builtinsAsCommonJs, tracesApart],
  // The package `redis` is this client and four modules of Redis that no service uses.
  alias: { redis: "@redis/client" },
  banner: { js: requireForPackages },
  legalComments: "linked",
  logLevel: "warning",
} satisfies BuildOptions;
