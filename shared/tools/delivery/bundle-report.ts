/**
 * `npm run bundle:size`: what the image of each service weighs, and how fast its bundle starts.
 *
 * No Docker engine is asked. An image is the layers of its Dockerfile: Alpine and its C++ library,
 * whose compressed sizes are published, Node, and the bundle. Node is measured as the `node`
 * package brings it, for glibc and this machine's architecture; the image's own build of the
 * same version, for musl, is within a megabyte of it.
 */
import { spawnSync } from "node:child_process";
import { createReadStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGzip } from "node:zlib";
import { serviceNames } from "../../contract.ts";
import { bundleService } from "./bundle-service.ts";
import { medianStartMs, STARTS } from "./start-time.ts";
import { DynamodbServer } from "../local/stores/dynamodb-server.ts";
import { expectNoArguments } from "../no-arguments.ts";
import { findProgram } from "../local/processes/find-program.ts";
import { RedisServer } from "../local/stores/redis-server.ts";

/** Compressed layer of alpine:3.24, and of its package libstdc++ with libgcc, in bytes. */
const ALPINE_BYTES = 3_700_000;
const LIBSTDCXX_BYTES = 1_000_000;
const LARGEST_IMAGE_BYTES = 58_000_000;
const LONGEST_START_MS = 400;

expectNoArguments(
  "Usage: npm run bundle:size   what each image weighs, and how fast its service starts",
);
const folder = await mkdtemp(join(tmpdir(), "bundles-"));
try {
  process.exitCode = (await report()) ? 0 : 1;
} finally {
  await rm(folder, { recursive: true });
}

/** @returns whether every service keeps within its limits */
async function report(): Promise<boolean> {
  const baseBytes = ALPINE_BYTES + LIBSTDCXX_BYTES + (await compressedBytes(strippedNode()));
  await using dynamodb = await DynamodbServer.start();
  await using redis = await RedisServer.start();
  await dynamodb.createTables();
  const stores = { dynamodbUrl: dynamodb.url, redisUrl: redis.url };

  console.log("| service | bundle | compressed | image, compressed | start to ready |");
  console.log("| --- | --- | --- | --- | --- |");
  let withinLimits = true;
  for (const service of serviceNames) {
    const { path, bytes } = await bundleService(service, folder);
    const compressed = await compressedBytes(path);
    const imageBytes = baseBytes + compressed;
    const startMs = await medianStartMs(service, path, stores);
    const cells = [service, megabytes(bytes), megabytes(compressed), megabytes(imageBytes)];
    console.log(`| ${cells.join(" | ")} | ${Math.round(startMs)} ms |`);
    withinLimits &&= imageBytes <= LARGEST_IMAGE_BYTES && startMs <= LONGEST_START_MS;
  }
  console.log(
    `\nLimits: ${megabytes(LARGEST_IMAGE_BYTES)} an image, ${LONGEST_START_MS} ms to be ready ` +
      `(median of ${STARTS}): ${withinLimits ? "kept" : "missed"}.`,
  );
  return withinLimits;
}

/** Node as the Dockerfile keeps it; with its symbols, and so larger, where nothing strips it. */
function strippedNode(): string {
  const strip = findProgram(["strip"]);
  const stripped = join(folder, "node");
  if (strip && spawnSync(strip, ["-o", stripped, process.execPath]).status === 0) return stripped;
  console.log("There is no `strip` on this machine: Node is counted with its symbols.\n");
  return process.execPath;
}

/** As a registry keeps a layer: by gzip at its default level. */
async function compressedBytes(path: string): Promise<number> {
  let bytes = 0;
  for await (const chunk of createReadStream(path).pipe(createGzip())) {
    bytes += (chunk as Buffer).length;
  }
  return bytes;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
