/**
 * A consumer of the stream guard: takes a slot, shows who else plays, and gives it back.
 *
 *   npm run example -- stream-guard [url] [video]
 *
 * Its types are made of `../openapi.json`: `npm run check` refuses what the API does not say.
 */
import createClient from "openapi-fetch";
import type { paths } from "./api.d.ts";

const [url = "http://localhost:8080", video = "Metropolis"] = process.argv.slice(2);
const guard = createClient<paths>({ baseUrl: url });

const { data: hold, error } = await guard.POST("/api/v1/stream", { body: { video_name: video } });
if (error) throw new Error(error.detail);
console.log(`Slot ${hold.active} of ${hold.limit}; a heartbeat every ${hold.heartbeat_seconds} s.`);

const { data: live } = await guard.GET("/api/v1/streams");
for (const stream of live?.streams ?? []) {
  console.log(`${stream.started_at}  ${stream.video_name ?? "something"}`);
}

const path = { stream_id: hold.stream_id };
const { response } = await guard.DELETE("/api/v1/streams/{stream_id}", { params: { path } });
console.log(response.ok ? "The slot is free again." : "The slot was gone already.");
