/** What the counter's scripts have in common. */
export const PRELUDE = `
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

local function sum_last(length, ring, second)
  local sum = 0
  for index, bucket in ipairs(buckets(ring, second, length)) do
    if bucket then sum = sum + bucket_at(bucket, second - length + index) end
  end
  return sum
end

local function today(second)
  return math.floor(second / 86400)
end

-- Lua writes large numbers as 1e+15.
local function digits(number)
  return string.format('%.0f', number)
end
`;
