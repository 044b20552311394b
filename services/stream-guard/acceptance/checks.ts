import { expect } from "chai";
import { bodyChecks } from "../../../shared/tools/acceptance/checks/body-checks.ts";
import { type Check, check } from "../../../shared/tools/acceptance/checks/check.ts";
import {
  expectProblem,
  expectStatus,
  readJson,
} from "../../../shared/tools/acceptance/checks/expectations.ts";
import type { Call, Target } from "../../../shared/tools/acceptance/target.ts";

interface Streams {
  limit: number;
  active: number;
  streams: { stream_id: string }[];
}

const asUser = true;
const start = (body: unknown = {}): Call => ({
  method: "POST",
  path: "/api/v1/stream",
  body,
  asUser,
});
const stream = (method: string, id: string): Call => ({
  method,
  path: `/api/v1/streams/${id}`,
  asUser,
});
const list = (target: Target) =>
  readJson<Streams>(target, { method: "GET", path: "/api/v1/streams", asUser });

export const checks: readonly Check[] = [
  check("lets no more streams start at once than the limit, and says which they are", (target) =>
    withStreams(target, async (free) => {
      const { limit } = await list(target);
      // More than there are slots, all at the same time.
      const starts = await Promise.all(
        Array.from({ length: free + 3 }, () => target.send(start({ video_name: "acceptance" }))),
      );
      const started = starts.filter(({ status }) => status === 201);
      expect(started).to.have.lengthOf(free);
      for (const refused of starts.filter(({ status }) => status !== 201)) {
        expectStatus(refused, 409);
        expect(Number(refused.headers.get("retry-after"))).to.be.at.least(1);
        const body = JSON.parse(refused.text) as Streams;
        expect(body).to.include({ limit, active: limit });
        expect(body.streams).to.have.lengthOf(limit);
      }
    }),
  ),
  check("does not believe a client that names another address", (target) =>
    withStreams(target, async (free) => {
      for (let i = 0; i < free; i += 1) expectStatus(await target.send(start()), 201);
      const headers = { "x-forwarded-for": "198.51.100.77" };
      await expectProblem(target, { ...start(), headers }, 409);
    }),
  ),
  check("takes no second slot for a start that is sent twice", (target) =>
    withStreams(target, async () => {
      const once = start({ stream_id: `acceptance-${Date.now()}` });
      const first = await readJson<Streams>(target, once, 201);
      const again = await readJson<Streams>(target, once, 200);
      expect(again.active).to.equal(first.active);
    }),
  ),
  check("keeps a slot by heartbeats, frees it at the end, and never brings it back", (target) =>
    withStreams(target, async () => {
      const { stream_id: id } = await readJson<{ stream_id: string }>(target, start(), 201);
      const paused = { ...stream("PUT", id), body: { video_playing: false } };
      expect(await readJson(target, paused)).to.include({ stream_id: id });
      expectStatus(await target.send(stream("DELETE", id)), 204);
      await expectProblem(target, stream("DELETE", id), 404);
      await expectProblem(target, { ...stream("PUT", id), body: {} }, 410);
    }),
  ),
  check("replaces a stream in one step", (target) =>
    withStreams(target, async (free) => {
      const ids: string[] = [];
      for (let i = 0; i < free; i += 1) {
        ids.push((await readJson<{ stream_id: string }>(target, start(), 201)).stream_id);
      }
      const [replaced] = ids;
      await readJson(target, start({ replace_stream_id: replaced }), 201);
      const now = await list(target);
      expect(now.active).to.equal(now.limit);
      expect(now.streams.map(({ stream_id: id }) => id)).to.not.include(replaced);
    }),
  ),
  check(
    "lets an operator, and only an operator, see and end a caller's streams",
    async (target) => {
      // An address of no network: whatever is ended is nobody's.
      const all: Call = { method: "GET", path: "/stream-guard/callers/192.0.2.1/streams" };
      const end: Call = { ...all, method: "DELETE" };
      if (target.hasKey) await expectProblem(target, { ...all, authorized: false }, 401);
      expectStatus(await target.send(end), 204);
      expect(await readJson(target, all)).to.include({ active: 0 });
      await expectProblem(target, { ...end, path: `${all.path}/acceptance` }, 404);
    },
  ),
  ...bodyChecks({ method: "POST", path: "/api/v1/stream", asUser }),
];

/**
 * Runs with the slots that the caller has left, and afterwards ends every stream that is new.
 * Through a load balancer the caller is this machine's own address, which may be watching already.
 */
async function withStreams(target: Target, run: (free: number) => Promise<void>): Promise<void> {
  const { limit, active, streams } = await list(target);
  if (active >= limit) {
    throw new Error(`All ${limit} slots of this address are taken: end a stream, then try again`);
  }
  const before = new Set(streams.map(({ stream_id: id }) => id));
  try {
    await run(limit - active);
  } finally {
    const left = (await list(target)).streams.filter(({ stream_id: id }) => !before.has(id));
    await Promise.all(left.map(({ stream_id: id }) => target.send(stream("DELETE", id))));
  }
}
