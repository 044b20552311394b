import { z } from "zod";

const text = (maximum: number, meaning: string) => z.string().max(maximum).describe(meaning);

/** Players tell sizes and rates as numbers or in words of their own: `24`, `"30000/1001"`. */
const numberOrText = (meaning: string) =>
  z
    .union([z.number().nonnegative(), z.string().max(64)], {
      error: "expected a number that is not negative, or a text of at most 64 characters",
    })
    .describe(meaning);

const time = (meaning: string) =>
  z.iso
    .datetime({ offset: true, error: "expected an RFC 3339 time, such as 2026-11-21T20:15:00Z" })
    .max(64)
    .describe(meaning);

const details = {
  video_name: text(1_024, "What is watched."),
  codec_info: text(1_024, "Codecs, such as `avc1.640028, mp4a.40.2`."),
  file_type: text(256, "Container format or media type."),
  size: numberOrText("Size of the file; bytes, where it is a number."),
  src: text(4_096, "Where the video comes from."),
  framerate: numberOrText("Frames per second."),
  video_ended: z.boolean().describe("True gives the slot up."),
  video_playing: z.boolean().describe("False while paused; the slot stays the stream's."),
  video_start_time: time("When the playback began."),
  video_end_time: time("When the playback ended."),
};

const Details = z.strictObject(details).partial();

const StreamId = z
  .string()
  .regex(/^[A-Za-z0-9._~-]{1,128}$/, "expected 1 to 128 of A-Z a-z 0-9 . _ ~ -");

export const StreamPath = z.object({
  stream_id: StreamId.describe("The id with which the stream was started."),
});

export const Start = Details.extend({
  stream_id: StreamId.describe(
    "The player's own id of the stream. A start that is sent again with it takes no second slot.",
  ).optional(),
  replace_stream_id: StreamId.describe(
    "A stream of the caller that ends in the same instant in which this one starts.",
  ).optional(),
})
  .refine(({ stream_id, replace_stream_id: replaced }) => !replaced || stream_id !== replaced, {
    path: ["replace_stream_id"],
    error: "expected the id of another stream than stream_id",
  })
  .meta({ id: "Start", description: "A stream that is to start. Every field may be left out." })
  .optional();

export const Heartbeat = Details.meta({
  id: "Heartbeat",
  description: "What has changed of the stream; the fields that are left out stay as they were.",
}).optional();

const limit = z.int().describe("Streams that the caller may have at the same time.");
const active = z.int().describe("Streams that the caller has now.");
const leaseExpiresAt = z.iso
  .datetime()
  .describe("The slot is the stream's at least until then, without any further heartbeat.");

export const Hold = z
  .object({
    stream_id: z.string(),
    lease_expires_at: leaseExpiresAt,
    heartbeat_seconds: z.number().describe("How often the player should send a heartbeat."),
    active,
    limit,
  })
  .meta({ id: "Hold", description: "A stream's hold on its slot." });

export const Streams = z
  .object({
    limit,
    active,
    streams: z.array(
      z
        .object({
          stream_id: z.string(),
          started_at: z.iso.datetime(),
          lease_expires_at: leaseExpiresAt,
          ...Details.shape,
        })
        .meta({ id: "Stream", description: "A live stream, and what its player told of it." }),
    ),
  })
  .meta({ id: "Streams", description: "The live streams of the caller." });
