import { createHash } from "node:crypto";
import type { Redis } from "../../../shared/kit/redis.ts";

/**
 * The counter's Lua. One script is one atomic step, and one page's keys share one hash slot.
 *
 * A page is a hash: `total`, `limit` (highest number it may deal), `epoch` and `server` (whom the
 * limit was promised to), `sealed` (when the epoch deals no more), `bots`, and `second`, `current` and `minute` (the running bucket, and the
 * sum of the last sixty). Beside it a ring of one-second buckets, the day's visitors as a
 * HyperLogLog, and for each writer a fence: the last batch of it that was counted.
 *
 * The server is known by its replication id: it changes with every restart and every failover, that
 * is, whenever Redis may have come back with less than it had acknowledged.
 */
const PRELUDE = `
local RING = 600
local MINUTE = 60

local function server_id()
  return redis.call('INFO', 'replication'):match('master_replid:(%x+)')
end

local function clock()
  return tonumber(redis.call('TIME')[1])
end

local function bucket_at(bucket, second)
  local at, count = bucket:match('^(%d+) (%d+)$')
  return tonumber(at) == second and tonumber(count) or 0
end

local function buckets(ring, second, length)
  local slots = {}
  for back = length - 1, 0, -1 do slots[#slots + 1] = (second - back) % RING end
  return redis.call('HMGET', ring, unpack(slots))
end

local function sum_minute(ring, second)
  local sum = 0
  for index, bucket in ipairs(buckets(ring, second, MINUTE)) do
    if bucket then sum = sum + bucket_at(bucket, second - MINUTE + index) end
  end
  return sum
end

local function today(second)
  return math.floor(second / 86400)
end
`;

/** First element of a reply: done, or the page must begin an epoch, needs a higher limit, is busy. */
export const OK = 0;
export const BEGIN = 1;
export const RAISE = 2;
export const BUSY = 3;

/** How long a fence outlives its batch: far longer than any retry of it. */
const FENCE_SECONDS = 300;
/** A visitor set outlives its day, so that a clock that steps back does not revive a key. */
const VISITORS_SECONDS = 2 * 86_400;

/**
 * Keys page, ring, visitors, fence; arguments batch, hits, bots, visitor….
 *
 * Replies `{OK, total, minute, second, limit, epoch}`, `{RAISE, total, limit, epoch}`, `{BEGIN}`, or
 * `{BEGIN, epoch, total}` when the last epoch was sealed there.
 */
export const ADD = defineScript(`
local batch, hits, bots = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local second = clock()
local page = redis.call('HMGET', KEYS[1],
  'server', 'total', 'limit', 'epoch', 'second', 'current', 'minute', 'day', 'sealed')

local fence = redis.call('GET', KEYS[4])
if fence then
  local last, total = fence:match('^(%d+) (%d+)$')
  if tonumber(last) == batch then
    return {${OK}, tonumber(total), sum_minute(KEYS[2], second), second,
      tonumber(page[3] or 0), tonumber(page[4] or 0)}
  end
  if tonumber(last) > batch then return redis.error_reply('STALE the batch was given up') end
end

if not page[2] or page[1] ~= server_id() then return {${BEGIN}} end
if page[9] then return {${BEGIN}, tonumber(page[4]), tonumber(page[2])} end
local total, limit, epoch = tonumber(page[2]) + hits, tonumber(page[3]), tonumber(page[4])
if total > limit then return {${RAISE}, total - hits, limit, epoch} end

local current, minute = hits, hits
if tonumber(page[5]) == second then
  current, minute = tonumber(page[6]) + hits, tonumber(page[7]) + hits
else
  local before = redis.call('HGET', KEYS[2], second % RING)
  if before then current = bucket_at(before, second) + hits end
  minute = sum_minute(KEYS[2], second) + hits
end
if current > 0 then
  redis.call('HSET', KEYS[2], second % RING, string.format('%.0f %.0f', second, current))
  if current == hits then redis.call('EXPIRE', KEYS[2], 2 * RING) end
end
redis.call('HSET', KEYS[1], 'total', total, 'second', second, 'current', current, 'minute', minute)
if bots > 0 then redis.call('HINCRBY', KEYS[1], 'bots', bots) end

if #ARGV > 3 then
  if tonumber(page[8]) ~= today(second) then
    redis.call('DEL', KEYS[3])
    redis.call('HSET', KEYS[1], 'day', today(second))
  end
  redis.call('PFADD', KEYS[3], unpack(ARGV, 4))
  if tonumber(page[8]) ~= today(second) then redis.call('EXPIRE', KEYS[3], ${VISITORS_SECONDS}) end
end
redis.call('SET', KEYS[4], string.format('%.0f %.0f', batch, total), 'EX', ${FENCE_SECONDS})
return {${OK}, total, minute, second, limit, epoch}
`);

/** Keys page, ring, visitors. Replies `{OK, total, minute, second, bots, visitors}` or `{BEGIN}`. */
export const READ = defineScript(`
local second = clock()
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'bots', 'day')
if not page[2] or page[1] ~= server_id() then return {${BEGIN}} end
local visitors = 0
if tonumber(page[4]) == today(second) then visitors = redis.call('PFCOUNT', KEYS[3]) end
return {${OK}, tonumber(page[2]), sum_minute(KEYS[2], second), second, tonumber(page[3] or 0), visitors}
`);

/** Key ring; argument length. Replies `{second, count…}`: a count for each bucket, oldest first. */
export const HISTORY = defineScript(`
local second, length = clock(), tonumber(ARGV[1])
local reply = {second}
for index, bucket in ipairs(buckets(KEYS[1], second, length)) do
  reply[index + 1] = bucket and bucket_at(bucket, second - length + index) or 0
end
return reply
`);

/** Key page; arguments epoch, limit. Replies 1 when that epoch may now deal up to the limit. */
export const EXTEND = defineScript(`
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'limit', 'epoch', 'sealed')
if not page[2] or page[1] ~= server_id() or page[4] ~= ARGV[1] or page[5] then return 0 end
if tonumber(page[3]) < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], 'limit', ARGV[2]) end
return 1
`);

/**
 * Key page; arguments epoch, count, limit. Replies 1 when that epoch has begun, 0 when the page has
 * a later one. Must never be sent twice: the first one's numbers may be dealt, and lost again.
 */
export const START = defineScript(`
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'epoch')
local server = server_id()
if page[2] and page[1] == server and tonumber(page[3]) >= tonumber(ARGV[1]) then return 0 end
redis.call('HSET', KEYS[1], 'server', server, 'epoch', ARGV[1], 'total', ARGV[2], 'limit', ARGV[3])
redis.call('HDEL', KEYS[1], 'second', 'current', 'minute', 'sealed')
return 1
`);

/**
 * Key page; argument seconds. Ends the page's epoch, unless it was counted in the last so many
 * seconds. Replies `{OK, epoch, total}`, `{BUSY}`, or `{BEGIN}` when there is nothing to end.
 */
export const SEAL = defineScript(`
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'epoch', 'second')
if not page[2] or page[1] ~= server_id() then return {${BEGIN}} end
if page[4] and clock() - tonumber(page[4]) < tonumber(ARGV[1]) then return {${BUSY}} end
redis.call('HSET', KEYS[1], 'sealed', 1)
return {${OK}, tonumber(page[3]), tonumber(page[2])}
`);

interface Script {
  lua: string;
  sha: string;
}

function defineScript(body: string): Script {
  const lua = `${PRELUDE}${body}`;
  return { lua, sha: createHash("sha1").update(lua).digest("hex") };
}

export interface ScriptCall {
  script: Script;
  keys: string[];
  arguments?: string[];
}

/** Runs a script by its digest; sends its text only to a server that has not seen it yet. */
export async function runScript(redis: Redis, call: ScriptCall): Promise<number[]> {
  const { script, keys, arguments: args = [] } = call;
  const options = { keys, arguments: args };
  try {
    return (await redis.run((client) => client.evalSha(script.sha, options))) as number[];
  } catch (error) {
    if (!(error instanceof Error) || !error.message.startsWith("NOSCRIPT")) throw error;
    return (await redis.run((client) => client.eval(script.lua, options))) as number[];
  }
}
