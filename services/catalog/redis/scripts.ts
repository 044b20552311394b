import { redisScript } from "../../../shared/kit/redis-script.ts";

/**
 * The cache's Lua. One script is one atomic step; README.md has the table of states.
 *
 * A product has two keys, KEYS[1] and KEYS[2]:
 * - the copy: `<server> <loaded at> <fresh until> <json>`, times in milliseconds of Redis' own clock
 * - the guard: `lease <server> <token>`, somebody is loading the product, or `writing <token> …`,
 *   these writes are under way
 *
 * `<server>` is the replication id, which changes with every restart and every failover, that is
 * whenever Redis may have come back without the latest writes: what another one kept is not used.
 */

const SERVER = `local server = redis.call('INFO', 'replication'):match('master_replid:(%x+)')`;
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)`;

/**
 * KEYS: copy and guard of each product. ARGV: token, lease in milliseconds. For each product
 * `<state> <server> <token> <age> <json>`, or less of it:
 * `fresh - - <age> <json>`, `granted <lease>`, `leased <lease>` or `bypass - -` with `<age> <json>`
 * where there is a copy.
 */
const LOOK_UP = `${SERVER}${NOW}
local lease = server .. ' ' .. ARGV[1]
local texts = redis.call('MGET', unpack(KEYS))
local answers = {}
for index = 1, #KEYS, 2 do
  local copy, guard = texts[index], texts[index + 1]
  local from, loaded, fresh, json
  if copy then from, loaded, fresh, json = copy:match('^(%x+) (%d+) (%d+) (.*)$') end
  local kept = from == server and string.format(' %.0f ', now - loaded) .. json or ''
  local answer
  if guard and guard:find('^writing ') then
    answer = 'bypass - -' .. kept
  elseif kept ~= '' and now < tonumber(fresh) then
    answer = 'fresh - -' .. kept
  elseif guard and guard:match('^lease (%x+) ') == server then
    answer = 'leased ' .. guard:sub(7) .. kept
  else
    redis.call('SET', KEYS[index + 1], 'lease ' .. lease, 'PX', ARGV[2])
    answer = 'granted ' .. lease .. kept
  end
  answers[#answers + 1] = answer
end
return answers
`;

/** KEYS: as of a look-up. ARGV: its token, whose leases nobody will use. */
const WITHDRAW = `
for index = 2, #KEYS, 2 do
  local guard = redis.call('GET', KEYS[index])
  if guard and guard:match('^lease %x+ (%x+)$') == ARGV[1] then redis.call('DEL', KEYS[index]) end
end
`;

/**
 * ARGV: lease, JSON of the copy, how long it is fresh and how long it is kept in milliseconds. The
 * copy belongs to the server that gave the lease, even where another has found that lease on disk.
 */
const FILL = `${NOW}
if redis.call('GET', KEYS[2]) == 'lease ' .. ARGV[1] then
  local head = string.format('%s %.0f %.0f ', ARGV[1]:match('^%x+'), now, now + ARGV[3])
  redis.call('SET', KEYS[1], head .. ARGV[2], 'PX', ARGV[4])
  redis.call('DEL', KEYS[2])
end
`;

/** ARGV: a lease that will not be used, how long the copy is kept from now on in milliseconds. */
const RELEASE = `
if redis.call('GET', KEYS[2]) == 'lease ' .. ARGV[1] then
  redis.call('DEL', KEYS[2])
  if redis.call('PTTL', KEYS[1]) < ARGV[2] / 2 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
end
`;

/**
 * ARGV: token of the write, the longest it may take in milliseconds. The copy stays, for a store
 * that is away, but it is fresh no longer: the write may happen and its end never be heard.
 */
const BEGIN_WRITE = `
local guard = redis.call('GET', KEYS[2])
local writing = guard and guard:find('^writing ') and guard or 'writing'
redis.call('SET', KEYS[2], writing .. ' ' .. ARGV[1], 'PX', ARGV[2])
local copy = redis.call('GET', KEYS[1])
local head, json = (copy or ''):match('^(%x+ %d+) %d+( .*)$')
if head then redis.call('SET', KEYS[1], head .. ' 0' .. json, 'KEEPTTL') end
`;

/**
 * ARGV: token of the write, 1 where the product has changed. Harmless when it is run twice, late,
 * or without its begin: the copy of a product that changed is gone, and so is every lease.
 */
const END_WRITE = `
local guard = redis.call('GET', KEYS[2])
local others = guard and guard:find('^writing ') and guard:gsub(' ' .. ARGV[1], '') or 'writing'
if ARGV[2] == '1' then redis.call('DEL', KEYS[1]) end
if others ~= 'writing' then
  redis.call('SET', KEYS[2], others, 'KEEPTTL')
elseif ARGV[2] == '1' or guard and guard:find('^writing ') then
  redis.call('DEL', KEYS[2])
end
`;

/**
 * A beat of a process. Fails in a Redis in which the other scripts may fail.
 *
 * KEYS[1]: a key of its own, `<server> <last beat> <first beat after the last gap>`. ARGV: a pause
 * between the beats of all processes that is a gap, in milliseconds; so is a clock that steps back.
 * Answers how long there was none; what was kept before a restart is not used, so beats before it do
 * not count.
 */
const PROBE = `${SERVER}${NOW}
local from, last, since = (redis.call('GET', KEYS[1]) or ''):match('^(%x+) (%d+) (%d+)$')
if from ~= server then
  since = 0
elseif now - last >= tonumber(ARGV[1]) or now < tonumber(last) then
  since = now
end
redis.call('SET', KEYS[1], string.format('%s %.0f %.0f', server, now, since))
return string.format('%.0f', now - since)
`;

const nothing = () => undefined;

/** Commands of the client. */
export const cacheScripts = {
  lookUp: redisScript(LOOK_UP, (answers) => answers as string[]),
  withdraw: redisScript(WITHDRAW, nothing),
  fill: redisScript(FILL, nothing),
  release: redisScript(RELEASE, nothing),
  beginWrite: redisScript(BEGIN_WRITE, nothing),
  endWrite: redisScript(END_WRITE, nothing),
  probe: redisScript(PROBE, Number),
};
