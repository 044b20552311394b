import { readJson } from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Target } from "../../../shared/tools/acceptance/target.ts";
import type { Finding, Send, Workload } from "../../../shared/tools/acceptance/load/workload.ts";

interface Streams {
  limit: number;
  streams: { stream_id: string }[];
}

const COLLECTION = "/api/v1/streams";
const asUser = true;

export const createWorkloads = (): Workload[] => [new StreamWorkload()];

/**
 * More players than slots: each starts a stream, keeps it by a heartbeat and ends it, over and over.
 *
 * A stream counts as held from the answer to its start until its end is asked for: never longer
 * than it really is, so that more of them than the limit would be a proof against the service.
 */
class StreamWorkload implements Workload {
  readonly name = "stream-guard: players";
  readonly #held = new Set<string>();
  #before = new Set<string>();
  #limit = 0;
  #most = 0;

  async prepare(target: Target): Promise<void> {
    const { limit, streams } = await list(target);
    this.#limit = limit;
    this.#before = new Set(streams.map(({ stream_id: id }) => id));
  }

  async turn(send: Send): Promise<void> {
    const answer = await send(
      { method: "POST", path: "/api/v1/stream", body: {}, asUser },
      201,
      409,
    );
    if (answer?.status !== 201) return;
    const { stream_id: id } = JSON.parse(answer.text) as { stream_id: string };
    this.#held.add(id);
    this.#most = Math.max(this.#most, this.#held.size + this.#before.size);
    const path = `${COLLECTION}/${id}`;
    await send({ method: "PUT", path, body: { video_playing: true }, asUser }, 200);
    this.#held.delete(id);
    await send({ method: "DELETE", path, asUser }, 204);
  }

  async findings(target: Target): Promise<readonly Finding[]> {
    const left = await this.#left(target);
    return [
      {
        holds: this.#most <= this.#limit,
        text: `at most ${this.#most} streams played at the same time, ${this.#limit} are allowed`,
      },
      { holds: left.length === 0, text: `${left.length} slots stayed taken by streams that ended` },
    ];
  }

  async cleanUp(target: Target): Promise<void> {
    for (const id of await this.#left(target)) {
      await target.send({ method: "DELETE", path: `${COLLECTION}/${id}`, asUser });
    }
  }

  async #left(target: Target): Promise<readonly string[]> {
    const { streams } = await list(target);
    return streams.map(({ stream_id: id }) => id).filter((id) => !this.#before.has(id));
  }
}

function list(target: Target): Promise<Streams> {
  return readJson<Streams>(target, { method: "GET", path: COLLECTION, asUser });
}
