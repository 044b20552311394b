/**
 * A video player as the stream guard sees it: starts a stream, sends heartbeats while it plays and
 * pauses, and ends it. Prints the answers.
 *
 *   node_modules/.bin/node services/stream-guard/example/player.ts [url] [video] [seconds]
 */
import { randomUUID } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import createClient from "openapi-fetch";
import type { components, paths } from "./api.d.ts";

type Details = components["schemas"]["Heartbeat"];
type Hold = components["schemas"]["Hold"];
type Stream = components["schemas"]["Stream"];

export interface PlayerOptions {
  /** Where the stream guard is, without a slash at its end. */
  url: string;
  /** What the player would show its viewer, line by line. */
  say: (line: string) => void;
  /** Sent along; behind a load balancer none are needed. */
  headers?: Record<string, string>;
  /** Names the stream, so that a start whose answer was lost can be sent again. */
  createId?: () => string;
}

/** The guard refused: the viewer has to choose what to end. */
export class TooManyStreams extends Error {
  override readonly name = "TooManyStreams";
  readonly streams: readonly Stream[];

  constructor(detail: string, streams: readonly Stream[]) {
    super(detail);
    this.streams = streams;
  }
}

/** One screen, on which one video at a time is watched. */
export class Player {
  readonly #client: ReturnType<typeof createClient<paths>>;
  readonly #options: PlayerOptions;
  readonly #streamId: string;
  #hold: Hold | undefined;

  constructor(options: PlayerOptions) {
    const { url, headers = {}, createId = randomUUID } = options;
    this.#client = createClient<paths>({ baseUrl: url, headers });
    this.#options = options;
    this.#streamId = createId();
  }

  /** How long it may wait until its next heartbeat, in milliseconds. */
  get heartbeatMs(): number {
    return (this.#hold?.heartbeat_seconds ?? 1) * 1_000;
  }

  /**
   * Starts to play.
   *
   * @param replaceStreamId a stream of the same viewer that ends for this one
   * @throws TooManyStreams when the viewer has as many as allowed
   */
  async start(details: Details, replaceStreamId?: string): Promise<void> {
    const { data, error } = await this.#client.POST("/api/v1/stream", {
      body: {
        video_playing: true,
        ...details,
        stream_id: this.#streamId,
        ...(replaceStreamId === undefined ? {} : { replace_stream_id: replaceStreamId }),
      },
    });
    if (data !== undefined) {
      this.#hold = data;
      this.#options.say(`playing: stream ${data.active} of ${data.limit}`);
      return;
    }
    this.#options.say(`refused: ${error.detail}`);
    if ("streams" in error) throw new TooManyStreams(error.detail, error.streams);
    throw new Error(error.detail);
  }

  async pause(): Promise<void> {
    await this.heartbeat({ video_playing: false });
  }

  async resume(): Promise<void> {
    await this.heartbeat({ video_playing: true });
  }

  /**
   * Keeps the slot; a stream that has lost it starts again.
   *
   * @throws TooManyStreams when it has lost the slot, and there is no other
   */
  async heartbeat(details: Details = {}): Promise<void> {
    const { data, error, response } = await this.#client.PUT("/api/v1/streams/{stream_id}", {
      params: { path: { stream_id: this.#streamId } },
      body: details,
    });
    if (data !== undefined) {
      this.#hold = data;
      const state = { true: "playing", false: "paused" }[String(details.video_playing)] ?? "alive";
      this.#options.say(`${state}: the slot is kept until ${data.lease_expires_at}`);
      return;
    }
    this.#options.say(`heartbeat failed: ${error.detail}`);
    // Any other failure may pass: the slot outlives two heartbeats that did not come.
    if (response.status === 410) await this.start(details);
  }

  /** Stops playing; a stream that is gone already has ended as well. */
  async end(): Promise<void> {
    const { response } = await this.#client.DELETE("/api/v1/streams/{stream_id}", {
      params: { path: { stream_id: this.#streamId } },
    });
    this.#hold = undefined;
    this.#options.say(response.ok ? "ended: the slot is free" : "ended: the slot was gone already");
  }
}

export interface Viewing {
  details: Details;
  playSeconds: number;
  /** Waits, in milliseconds. */
  wait: (ms: number) => Promise<unknown>;
}

/** Watches a video: the first half, a pause as long as a heartbeat, the second half. */
export async function watch(player: Player, { details, playSeconds, wait }: Viewing) {
  await player.start(details);
  try {
    for (const half of ["first", "second"]) {
      for (let leftMs = (playSeconds * 1_000) / 2; leftMs > 0; leftMs -= player.heartbeatMs) {
        await wait(Math.min(leftMs, player.heartbeatMs));
        await player.heartbeat();
      }
      if (half === "second") continue;
      await player.pause();
      await wait(player.heartbeatMs);
      await player.resume();
    }
  } finally {
    await player.end();
  }
}

if (import.meta.main) {
  const [url = "http://localhost:8080", video = "Metropolis", seconds = "30"] =
    process.argv.slice(2);
  const player = new Player({ url, say: console.log });
  try {
    const details = { video_name: video };
    await watch(player, { details, playSeconds: Number(seconds), wait: delay });
  } catch (error) {
    if (!(error instanceof TooManyStreams)) throw error;
    for (const { stream_id: id, video_name: name = "something" } of error.streams) {
      console.log(`  ${id}  ${name}`);
    }
    process.exitCode = 1;
  }
}
