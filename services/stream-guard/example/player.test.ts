import { expect } from "chai";
import { DynamodbServer } from "../../../shared/tools/local/stores/dynamodb-server.ts";
import { serviceEnvironment } from "../../../shared/tools/local/processes/service-environment.ts";
import { ServiceProcess } from "../../../shared/tools/local/processes/service-process.ts";
import { Player, TooManyStreams, watch } from "./player.ts";

describe("Player", () => {
  let database: DynamodbServer;
  let guard: ServiceProcess;
  before(async () => {
    database = await DynamodbServer.start();
    await database.createTables();
    const env = serviceEnvironment("stream-guard", { dynamodbUrl: database.url });
    guard = await ServiceProcess.start("stream-guard", { env: { ...env, DRAIN_SECONDS: "0" } });
  });
  after(async () => {
    await guard.stop();
    await database.stop();
  });

  const createPlayer = (address: string, id: string) => {
    const said: string[] = [];
    const player = new Player({
      url: guard.url,
      say: (line) => said.push(line.replace(/:.*/, "")),
      headers: { "x-forwarded-for": address },
      createId: () => id,
    });
    return { player, said };
  };

  it("starts, plays, pauses, plays on and ends, and prints the answers", async () => {
    const { player, said } = createPlayer("192.0.2.1", "a");
    const waits: number[] = [];
    const wait = (ms: number) => Promise.resolve(waits.push(ms));
    await watch(player, { details: { video_name: "Metropolis" }, playSeconds: 60, wait });
    expect(waits).to.deep.equal([18_000, 12_000, 18_000, 18_000, 12_000]);
    expect(said).to.deep.equal([
      ...["playing", "alive", "alive", "paused", "playing", "alive", "alive", "ended"],
    ]);
  });

  it("learns what to end when it is refused, and takes the place of that", async () => {
    for (const id of ["a", "b", "c"]) await createPlayer("192.0.2.2", id).player.start({});
    const { player, said } = createPlayer("192.0.2.2", "d");
    const refusal = await player.start({}).catch((error: unknown) => error);
    expect(refusal).to.be.instanceOf(TooManyStreams);
    const { streams } = refusal as TooManyStreams;
    expect(streams.map((stream) => stream.stream_id)).to.deep.equal(["a", "b", "c"]);
    await player.start({}, "a");
    expect(said).to.deep.equal(["refused", "playing"]);
  });

  it("starts again when its slot is lost, and ends in peace when it is gone", async () => {
    const { player, said } = createPlayer("192.0.2.3", "a");
    const twin = createPlayer("192.0.2.3", "a").player;
    await player.start({});
    await twin.end();
    await player.heartbeat();
    await twin.end();
    await player.end();
    expect(said).to.deep.equal(["playing", "heartbeat failed", "playing", "ended"]);
  });
});
