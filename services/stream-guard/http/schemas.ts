import { z } from "zod";
import { MAX_STREAM_LIMIT } from "../guard.ts";

/** A half of a character would not survive a store. */
const limitedText = (maximum: number) =>
  z
    .string()
    .max(maximum)
    .refine((text) => text.isWellFormed(), "expected characters of Unicode, not halves of them");

const text = (maximum: number, meaning: string) => limitedText(maximum).describe(meaning);

/** The largest double below 1e126: an inclusive bound, as clients for OpenAPI 3.0 know no other. */
const LARGEST_NUMBER = 9.999999999999998e125;

/** What DynamoDB holds beside 0: from 1e-130 to below 1e126. */
const isStorable = (value: number) => value === 0 || value >= 1e-130;

/** Players report sizes and rates as numbers or as text: `24`, `"30000/1001"`. */
const numberOrText = (meaning: string) =>
  z
    .union([z.number().nonnegative().max(LARGEST_NUMBER).refine(isStorable), limitedText(64)], {
      error: "expected 0, a number from 1e-130 to below 1e126, or a text of at most 64 characters",
    })
    .describe(meaning);

const DateTime = z.iso.datetime({ offset: true });

/** RFC 3339: with seconds, which ISO 8601 may leave out, and `t` and `z` in either case. */
const isTime = (text: string) =>
  /t\d\d:\d\d:\d\d/i.test(text) && DateTime.safeParse(text.toUpperCase()).success;

const time = (meaning: string) =>
  z
    .string()
    .max(64)
    .refine(isTime, "expected an RFC 3339 time, such as 2026-11-21T20:15:00Z")
    .meta({ format: "date-time", description: meaning });

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

/** `.` and `..` are no path segments: a client would resolve them away. */
const StreamId = z
  .string()
  .regex(
    /^(?!\.{1,2}$)[A-Za-z0-9._~-]{1,128}$/,
    "expected 1 to 128 of A-Z a-z 0-9 . _ ~ -, but neither . nor ..",
  );

const STARTED_AT = "2026-11-21T20:15:00.000Z";
const EXPIRES_AT = "2026-11-21T20:16:00.000Z";
const playback = { stream_id: "living-room", video_name: "Metropolis", framerate: 24 };
const live = { ...playback, started_at: STARTED_AT, lease_expires_at: EXPIRES_AT };
const streams = ["living-room", "kitchen", "phone"].map((id) => ({ ...live, stream_id: id }));

export const StreamPath = z.object({
  stream_id: StreamId.meta({
    description: "The id with which the stream was started.",
    examples: [playback.stream_id],
  }),
});

export const CallerPath = z.object({
  caller: z
    .string()
    .max(256)
    .meta({
      description: "The caller's address; where the deployment knows users, the user's name.",
      examples: ["203.0.113.7"],
    }),
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
  .meta({
    id: "Start",
    description: "A stream that is to start. Every field may be left out.",
    examples: [playback],
  })
  .optional();

export const Heartbeat = Details.extend({
  stream_id: StreamId.describe("The same as in the path.").optional(),
  replace_stream_id: StreamId.describe(
    "Taken so that the body of the start may be sent again; it replaces nothing here.",
  ).optional(),
})
  .meta({
    id: "Heartbeat",
    description: "What has changed of the stream; the fields that are left out stay as they were.",
    examples: [{ video_playing: false }],
  })
  .optional();

const slots = z.int().max(MAX_STREAM_LIMIT);
const limit = slots.min(1).describe("Streams that the caller may have at the same time.");
const active = slots.min(0).describe("Streams that the caller has now.");
const leaseExpiresAt = z.iso
  .datetime()
  .describe("The slot is the stream's at least until then, without any further heartbeat.");

export const Hold = z
  .object({
    stream_id: z.string(),
    lease_expires_at: leaseExpiresAt,
    heartbeat_seconds: z.number().min(0).describe("How often the player should send a heartbeat."),
    active,
    limit,
  })
  .meta({
    id: "Hold",
    description: "A stream's hold on its slot.",
    examples: [
      {
        stream_id: playback.stream_id,
        lease_expires_at: EXPIRES_AT,
        heartbeat_seconds: 20,
        active: 1,
        limit: 3,
      },
    ],
  });

export const Stream = z
  .object({
    stream_id: z.string(),
    started_at: z.iso.datetime(),
    lease_expires_at: leaseExpiresAt,
    ...Details.shape,
  })
  .meta({
    id: "Stream",
    description: "A live stream, and what its player reported of it.",
    examples: [live],
  });

export const Streams = z.object({ limit, active, streams: z.array(Stream) }).meta({
  id: "Streams",
  description: "The live streams of the caller.",
  examples: [{ limit: 3, active: 3, streams }],
});
