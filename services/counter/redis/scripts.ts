import { MAX_COUNT } from "../counter.ts";
import type { Redis } from "../../../shared/kit/redis.ts";
import { redisScript } from "../../../shared/kit/redis-script.ts";
import { PRELUDE } from "./prelude.ts";

/**
 * The counter's Lua. One script is one atomic step, and one page's keys share one hash slot.
 *
 * A page is a hash: `total`, `limit` (the highest number it may give), `epoch`, `server` (whom the
 * limit was reserved for; without it the page gives nothing), `step`, `raised`, `asked` (how much is
 * reserved at a time, when that last changed, and the limit that somebody was asked to raise),
 * `bots`, and `second`, `current`, `minute` and `day` (the running bucket, the sum of the last sixty
 * and the day of the visitors). Beside it a ring of one-second buckets, the day's visitors as a
 * HyperLogLog, for each writer a fence (its last batch that was counted), for each key that a hit was
 * sent with a receipt (its number, and who gave it), and, while an epoch is being begun, the name of
 * the writer that does it.
 *
 * The server is known by its replication id: it changes with every restart and every failover, that
 * is, whenever Redis may have come back with less than it had acknowledged.
 */

/** First element of a reply. */
export const DONE = 0;
/** Redis does not have the page, and the caller is elected to begin an epoch for it. */
export const BEGIN = 1;
/** Redis does not have the page, and another caller begins an epoch. */
export const WAIT = 2;
/** The page has too few numbers left. */
export const RAISE = 3;
/** The page has reached the highest count. */
const FULL = 4;
/** Nothing was done: the page is in another epoch, or was counted lately. */
const KEPT = 5;

/** What an epoch begins with, and the least that it reserves. */
export const FIRST_STEP = 16;
/** The most that is reserved at a time, beside the hits that ask for it. */
const LARGEST_STEP = 16_384;
/** How long an elected instance may take to begin an epoch before another one is elected. */
const BEGIN_MS = 2_000;
/** A page that is not counted leaves Redis after this. */
const PAGE_SECONDS = 86_400;
/** How long a fence outlives its batch: far longer than any retry of it. */
const FENCE_SECONDS = 300;
/** How long a key stands for its hit: longer than the fence of the batch that counted it. */
export const KEY_SECONDS = 600;
/** A visitor set outlives its day, so that a clock that steps back does not revive a key. */
const VISITORS_SECONDS = 2 * 86_400;

/**
 * Keys page, ring, visitors, fence, begin, receipt…; arguments writer, batch, hits, bots, visitor….
 *
 * Replies `{DONE, total, minute, second, epoch, limit, to, …}`, where a `to` above 0 asks this caller,
 * and no other, to raise the limit to it in the background; `{RAISE, total, epoch, limit, to}`;
 * `{BEGIN}`, `{WAIT}` or `{FULL}`. Only DONE has counted. Its reply ends with two numbers for each
 * receipt: the hit's, and 1 when this batch gave it. Hits without a receipt get the last numbers.
 *
 * A step doubles when half of it was used within a second of Redis' clock, and halves when that took
 * four or more: what is reserved follows what the page gets.
 */
const ADD = `${PRELUDE}
local writer, batch, hits, bots = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local second = clock()
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'limit', 'epoch', 'second', 'current',
  'minute', 'day', 'step', 'raised', 'asked')

local mark = writer .. ' ' .. ARGV[2]

local function with_receipts(reply)
  for index = 6, #KEYS do
    local number, by = (redis.call('GET', KEYS[index]) or '0 '):match('^(%d+) (.*)$')
    reply[#reply + 1] = tonumber(number)
    reply[#reply + 1] = by == mark and 1 or 0
  end
  return reply
end

local fence = redis.call('GET', KEYS[4])
if fence then
  local last, total, epoch = fence:match('^(%d+) (%d+) (%d+)$')
  if tonumber(last) == batch then
    local minute = sum_last(MINUTE, KEYS[2], second)
    return with_receipts({${DONE}, tonumber(total), minute, second, tonumber(epoch), 0, 0})
  end
  if tonumber(last) > batch then return redis.error_reply('STALE the batch was given up') end
end

if page[1] ~= server_id() then
  if redis.call('SET', KEYS[5], writer, 'NX', 'PX', ${BEGIN_MS}) then return {${BEGIN}} end
  return {redis.call('GET', KEYS[5]) == writer and ${BEGIN} or ${WAIT}}
end

local new = {}
for index = 6, #KEYS do
  if redis.call('EXISTS', KEYS[index]) == 0 then new[#new + 1] = KEYS[index] end
end
hits = hits + #new

local total, limit, epoch = tonumber(page[2]) + hits, tonumber(page[3]), tonumber(page[4])
if total > ${MAX_COUNT} then return {${FULL}} end
local step, isAsked = tonumber(page[9]), tonumber(page[11]) == limit
if not isAsked and limit - total <= step / 2 then
  local elapsed = second - tonumber(page[10])
  if elapsed < 1 then step = math.min(step * 2, ${LARGEST_STEP}) end
  if elapsed >= 4 then step = math.max(step / 2, ${FIRST_STEP}) end
  redis.call('HSET', KEYS[1], 'step', step, 'raised', second, 'asked', digits(limit))
else
  isAsked = true
end
local to = math.min(total + step, ${MAX_COUNT})
if total > limit then return {${RAISE}, total - hits, epoch, limit, to} end

local current, minute = hits, hits
if tonumber(page[5]) == second then
  current, minute = tonumber(page[6]) + hits, tonumber(page[7]) + hits
else
  local before = redis.call('HGET', KEYS[2], second % RING)
  if before then current = bucket_at(before, second) + hits end
  minute = sum_last(MINUTE, KEYS[2], second) + hits
  redis.call('EXPIRE', KEYS[1], ${PAGE_SECONDS})
end
if current > 0 then
  redis.call('HSET', KEYS[2], second % RING, string.format('%.0f %.0f', second, current))
  if current == hits then redis.call('EXPIRE', KEYS[2], 2 * RING) end
end
redis.call('HSET', KEYS[1],
  'total', digits(total), 'second', second, 'current', current, 'minute', minute)
if bots > 0 then redis.call('HINCRBY', KEYS[1], 'bots', bots) end

if #ARGV > 4 then
  local isNewDay = tonumber(page[8]) ~= today(second)
  if isNewDay then
    redis.call('DEL', KEYS[3])
    redis.call('HSET', KEYS[1], 'day', today(second))
  end
  redis.call('PFADD', KEYS[3], unpack(ARGV, 5))
  if isNewDay then redis.call('EXPIRE', KEYS[3], ${VISITORS_SECONDS}) end
end
for offset, receipt in ipairs(new) do
  local number = digits(total - hits + offset)
  redis.call('SET', receipt, number .. ' ' .. mark, 'EX', ${KEY_SECONDS})
end
redis.call('SET', KEYS[4], batch .. ' ' .. digits(total) .. ' ' .. page[4], 'EX', ${FENCE_SECONDS})
to = (isAsked or to <= limit) and 0 or to
return with_receipts({${DONE}, total, minute, second, epoch, limit, to})
`;

/**
 * Keys page, ring, visitors, begin; argument length. Replies `{outcome, total, second, bots,
 * visitors, count…}`, a count for each of the last so many seconds, oldest first. The outcome is DONE,
 * or BEGIN when Redis does not have the page: its total is then the ledger's to tell; or WAIT while
 * somebody begins or ends an epoch: the ledger then counts what is reserved, and given by nobody.
 */
const READ = `${PRELUDE}
local second, length = clock(), tonumber(ARGV[1])
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'bots', 'day')
local visitors = 0
if tonumber(page[4]) == today(second) then visitors = redis.call('PFCOUNT', KEYS[3]) end
local outcome = ${DONE}
if page[1] ~= server_id() then outcome = redis.call('EXISTS', KEYS[4]) == 1 and ${WAIT} or ${BEGIN} end
local reply = {outcome, tonumber(page[2] or 0), second, tonumber(page[3] or 0), visitors}
for index, bucket in ipairs(buckets(KEYS[2], second, length)) do
  reply[#reply + 1] = bucket and bucket_at(bucket, second - length + index) or 0
end
return reply
`;

/** Key page; arguments epoch, limit. Replies 1 when that epoch may now give up to the limit. */
const EXTEND = `${PRELUDE}
local page = redis.call('HMGET', KEYS[1], 'server', 'limit', 'epoch')
if page[1] ~= server_id() or page[3] ~= ARGV[1] then return {0} end
if tonumber(page[2]) < tonumber(ARGV[2]) then redis.call('HSET', KEYS[1], 'limit', ARGV[2]) end
return {1}
`;

/**
 * Keys page, begin, ring; arguments epoch, count, limit. A count below the hits of the ring was set:
 * it forgets them, or the last minute would be more than the count. Replies 1 when that epoch has begun, 0 when the
 * page has a later one. Must never be sent twice: the first one's numbers may be given, and lost
 * again. Its first write is its only one that matters, so an error reply means that it did not run.
 */
const START = `${PRELUDE}
local page = redis.call('HMGET', KEYS[1], 'server', 'epoch')
local server = server_id()
if page[1] == server and tonumber(page[2]) >= tonumber(ARGV[1]) then return {0} end
redis.call('HSET', KEYS[1], 'server', server, 'epoch', ARGV[1], 'total', ARGV[2], 'limit', ARGV[3],
  'step', ${FIRST_STEP}, 'raised', clock(), 'asked', '')
redis.call('HDEL', KEYS[1], 'second', 'current', 'minute')
redis.call('EXPIRE', KEYS[1], ${PAGE_SECONDS})
redis.call('DEL', KEYS[2])
if sum_last(RING, KEYS[3], clock()) > tonumber(ARGV[2]) then redis.call('DEL', KEYS[3]) end
return {1}
`;

/** Key begin; argument writer. Lets another instance be elected at once. */
const YIELD = `${PRELUDE}
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
return {1}
`;

/**
 * Keys page, begin; arguments epoch (empty for any), seconds, who keeps the others from beginning an
 * epoch, and when: `always`, or only where this ended one. Ends the page's epoch, unless the page was
 * counted in the last so many seconds. Replies `{DONE, epoch, total}` or `{KEPT}`.
 */
const END = `${PRELUDE}
if ARGV[4] == 'always' then redis.call('SET', KEYS[2], ARGV[3], 'PX', ${BEGIN_MS}) end
local page = redis.call('HMGET', KEYS[1], 'server', 'total', 'epoch', 'second')
if page[1] ~= server_id() or (ARGV[1] ~= '' and page[3] ~= ARGV[1]) then return {${KEPT}} end
if page[4] and clock() - tonumber(page[4]) < tonumber(ARGV[2]) then return {${KEPT}} end
redis.call('HDEL', KEYS[1], 'server')
redis.call('SET', KEYS[2], ARGV[3], 'PX', ${BEGIN_MS})
return {${DONE}, tonumber(page[3]), tonumber(page[2])}
`;

/**
 * Keys page, ring, visitors, begin; arguments who keeps the others from beginning an epoch, and 1 to
 * wait for who begins or ends one now. Replies `{DONE}` or `{WAIT}`.
 */
const REMOVE = `${PRELUDE}
if ARGV[2] == '1' and redis.call('EXISTS', KEYS[4]) == 1 then return {${WAIT}} end
redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
redis.call('SET', KEYS[4], ARGV[1], 'PX', ${BEGIN_MS})
return {${DONE}}
`;

const toNumbers = (reply: unknown) => reply as number[];

/** Commands of the client, named by what they do to a page. */
export const counterScripts = {
  addHits: redisScript(ADD, toNumbers),
  readPage: redisScript(READ, toNumbers),
  extendEpoch: redisScript(EXTEND, toNumbers),
  startEpoch: redisScript(START, toNumbers),
  yieldBegin: redisScript(YIELD, toNumbers),
  endEpoch: redisScript(END, toNumbers),
  removePage: redisScript(REMOVE, toNumbers),
};

/** Redis with the counter's scripts. */
export type CounterRedis = Redis<typeof counterScripts>;
