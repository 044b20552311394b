/**
 * The cache's Lua. One script is one atomic step.
 *
 * A key holds one text, and its first word says what it is:
 * - `product <server> <token> <json>`: a copy, see cache-entry.ts
 * - `absent <server> <token> <json>`: the store has no such product
 * - `lease <server> <token>`: somebody is loading it
 * - `writing <token> …`: these writes are under way, nothing may be kept
 *
 * `<server> <token>` is the lease under which the text was set: whoever wants to replace it must
 * name it, so a load from before a write, or from before another load, comes too late by itself.
 *
 * `<server>` is the replication id, which changes with every restart and every failover, that is
 * whenever Redis may have come back without the latest writes: what another one kept is not used.
 */

/** KEYS: products. ARGV: token, lease in milliseconds. What each key holds, or `granted <lease>`. */
export const LOOK_UP = `
local server = redis.call('INFO', 'replication'):match('master_replid:(%x+)')
local lease = server .. ' ' .. ARGV[1]
local texts = redis.call('MGET', unpack(KEYS))
for index, key in ipairs(KEYS) do
  local text = texts[index]
  local usable = text and (text:find('^writing ') or text:match('^%a+ (%x+) ') == server)
  if not usable then
    redis.call('SET', key, 'lease ' .. lease, 'PX', ARGV[2])
    texts[index] = 'granted ' .. lease
  end
end
return texts
`;

/** KEYS: one product. ARGV: the lease it must be under, the new text, its life in seconds. */
export const FILL = `
local text = redis.call('GET', KEYS[1])
if text and not text:find('^writing ') and text:match('^%a+ (%x+ %S+)') == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[2], 'EX', ARGV[3])
end
`;

/** KEYS: one product. ARGV: a lease that will not be used. */
export const RELEASE = `
if redis.call('GET', KEYS[1]) == 'lease ' .. ARGV[1] then redis.call('DEL', KEYS[1]) end
`;

/** KEYS: one product. ARGV: token of the write, the longest it may take in milliseconds. */
export const BEGIN_WRITE = `
local text = redis.call('GET', KEYS[1])
local writing = text and text:find('^writing ') and text or 'writing'
redis.call('SET', KEYS[1], writing .. ' ' .. ARGV[1], 'PX', ARGV[2])
`;

/**
 * KEYS: one product. ARGV: token of the write. Harmless when run twice, late, or without its begin:
 * it forgets everything but other writes.
 */
export const END_WRITE = `
local text = redis.call('GET', KEYS[1])
local others = text and text:find('^writing ') and text:gsub(' ' .. ARGV[1], '') or 'writing'
if others == 'writing' then
  redis.call('DEL', KEYS[1])
else
  redis.call('SET', KEYS[1], others, 'KEEPTTL')
end
`;
