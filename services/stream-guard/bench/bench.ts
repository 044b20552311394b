import { Agent, request } from "node:http";
import { DeleteItemCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { localCredentials, localRegion } from "../../../shared/tools/local/stores/local-aws.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { type LoadOptions, type LoadResult, median } from "../../../shared/tools/bench/load.ts";
import type { BenchReport, BenchRow } from "../../../shared/tools/bench/report.ts";
import { openSlowLink } from "./slow-link.ts";

const ROUNDS = 5;
const ROUND_MS = 2_000;
const WARM_UP_MS = 2_000;
/** Few enough that no processor is the limit when the store takes its time. */
const CALM_PLAYERS = 4;
const BUSY_PLAYERS = 32;
/** A write to DynamoDB, seen from the same region. */
const STORE_MS = 5;

/** Something that a player does over and over: a start and an end, or two writes. */
interface Turns {
  name: string;
  turn: (player: number) => Promise<void>;
}

interface Round {
  turnsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  turns: number;
}

/**
 * Stream-guard's rows: a start and an end, beside two writes that ask and guard nothing.
 *
 * On one machine the local store answers in no time, and what is compared is the processor time of
 * an HTTP service with that of the client alone; behind a link as long as a real one it is what a
 * player waits for.
 */
export async function bench(quick?: LoadOptions): Promise<BenchReport> {
  await using dynamodb = await DynamodbServer.start();
  const { streams } = await dynamodb.createTables();
  await using link = await openSlowLink(dynamodb.url, STORE_MS);
  const busy = { url: dynamodb.url, table: streams, players: BUSY_PLAYERS };
  const near = await compare(busy, quick?.rounds);
  if (quick)
    return { loads: near, rows: [row(`stream start and end, ${BUSY_PLAYERS} players`, near)] };
  const far = await compare({ url: link.url, table: streams, players: CALM_PLAYERS });
  return {
    loads: [...near, ...far],
    rows: [
      row(`stream start and end, ${BUSY_PLAYERS} players`, near),
      row(`the same, ${CALM_PLAYERS} players, a store that takes ${STORE_MS} ms`, far),
    ],
  };
}

interface Store {
  url: string;
  table: string;
  players: number;
}

async function compare(
  { url, table, players }: Store,
  rounds = ROUNDS,
): Promise<[LoadResult, LoadResult]> {
  const env = serviceEnvironment("stream-guard", { dynamodbUrl: url });
  await using guard = await ServiceProcess.start("stream-guard", { env });
  using guarded = createPlayers(guard.url);
  using bare = createBareClient(url, table);
  return await measureInTurns([guarded, bare], players, rounds);
}

function row(what: string, [guarded, bare]: [LoadResult, LoadResult]): BenchRow {
  const measured = guarded.requestsPerSecond / bare.requestsPerSecond;
  const against = "two writes by the bare DynamoDB client";
  return { what, against, measured, aim: ">=", reach: 0.8 };
}

/** Players at the service's own port, each at an address of its own. */
function createPlayers(url: string): Turns & Disposable {
  const agent = new Agent({ keepAlive: true });
  return {
    name: "stream-guard, start and end",
    async turn(player) {
      const headers = { "x-forwarded-for": `10.0.${player >> 8}.${player & 255}` };
      await send(`${url}/api/v1/stream`, { method: "POST", agent, headers }, '{"stream_id":"tv"}');
      await send(`${url}/api/v1/streams/tv`, { method: "DELETE", agent, headers });
    },
    [Symbol.dispose]() {
      agent.destroy();
    },
  };
}

/** What a start and an end would cost if nothing had to be true. */
function createBareClient(endpoint: string, TableName: string): Turns & Disposable {
  const client = new DynamoDBClient({
    endpoint,
    region: localRegion,
    credentials: localCredentials,
  });
  return {
    name: "bare DynamoDB client, two writes",
    async turn(player) {
      const Key = { id: { S: `bare-${player}` } };
      const Item = { ...Key, expires_at_ms: { N: "1767225600000" } };
      await client.send(new PutItemCommand({ TableName, Item }));
      await client.send(new DeleteItemCommand({ TableName, Key }));
    },
    [Symbol.dispose]() {
      client.destroy();
    },
  };
}

async function send(url: string, options: object, body = ""): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<undefined>();
  const call = request(url, options, (response) => {
    const { statusCode = 0 } = response;
    response.resume().on("end", () => {
      if (statusCode >= 200 && statusCode < 300) resolve(undefined);
      else reject(new Error(`${url} answered ${statusCode}`));
    });
  });
  call.on("error", reject);
  if (body !== "") call.setHeader("content-type", "application/json");
  call.end(body);
  await promise;
}

/** In turns, so that a machine that slows down slows both. */
async function measureInTurns(
  [own, other]: [Turns, Turns],
  players: number,
  rounds: number,
): Promise<[LoadResult, LoadResult]> {
  for (const turns of [own, other]) await runRound(turns, players, WARM_UP_MS);
  const ownRounds: Round[] = [];
  const otherRounds: Round[] = [];
  for (let round = 0; round < rounds; round += 1) {
    ownRounds.push(await runRound(own, players, ROUND_MS));
    otherRounds.push(await runRound(other, players, ROUND_MS));
  }
  const suffix = `, ${players} players`;
  return [summarise(own.name + suffix, ownRounds), summarise(other.name + suffix, otherRounds)];
}

async function runRound({ turn }: Turns, players: number, durationMs: number): Promise<Round> {
  const startedMs = performance.now();
  const tookMs: number[] = [];
  const play = async (player: number) => {
    let nowMs = performance.now();
    while (nowMs < startedMs + durationMs) {
      await turn(player);
      const beforeMs = nowMs;
      nowMs = performance.now();
      tookMs.push(nowMs - beforeMs);
    }
  };
  await Promise.all(Array.from({ length: players }, (_, player) => play(player)));
  const seconds = (performance.now() - startedMs) / 1_000;
  const sorted = tookMs.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? Number.NaN;
  return {
    turnsPerSecond: sorted.length / seconds,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    turns: sorted.length,
  };
}

function summarise(name: string, rounds: readonly Round[]): LoadResult {
  const medianOf = (key: keyof Round) => median(rounds.map((round) => round[key]));
  return {
    name,
    requestsPerSecond: medianOf("turnsPerSecond"),
    p50Ms: medianOf("p50Ms"),
    p99Ms: medianOf("p99Ms"),
    cpuMicrosPerRequest: Number.NaN,
    answers: rounds.reduce((sum, { turns }) => sum + turns, 0),
  };
}
