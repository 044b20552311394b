import { stat } from "node:fs/promises";
import { builtinModules } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, type Plugin } from "esbuild";
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

export interface Bundle {
  path: string;
  bytes: number;
}

/**
 * Bundles a service into one module that needs nothing beside it but Node.
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
  await build({
    absWorkingDir: root,
    entryPoints: [`services/${service}/main.ts`],
    outfile: path,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node24",
    minifySyntax: true,
    minifyWhitespace: true,
    plugins: [builtinsAsCommonJs],
    // The package `redis` is this client and four modules of Redis that no service uses.
    alias: { redis: "@redis/client" },
    banner: { js: requireForPackages },
    legalComments: "linked",
    logLevel: "warning",
  });
  const { size } = await stat(path);
  return { path, bytes: size };
}
