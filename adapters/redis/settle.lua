-- domain/limits/metering.py: release and extend, in Redis' words. Held to it by tests/contract/test_limits_model.py.
-- KEYS: for each change a meter (hash) and its slots (sorted by lease).
-- ARGV[1]: {now (tests only), changes: [{permit, lease or nil, requests, tokens}]} as JSON; charges in microseconds,
-- above 0: charged on top, below: given back. With a lease a slot that is still held is extended, else it is freed.
local KEEP_MS = 3600000
local asked = cjson.decode(ARGV[1])
local time = redis.call('TIME')
local now = asked.now or time[1] * 1000000 + time[2]

local function text(whole) return string.format('%.0f', whole) end

local function correct(meter, field, charge)
  if charge == 0 then return end
  local spent = tonumber(redis.call('HGET', meter, field) or 0) or 0
  if charge > 0 then
    spent = math.max(spent, now) + charge
  else
    spent = math.max(spent + charge, math.min(spent, now))
  end
  redis.call('HSET', meter, field, text(spent))
  redis.call('PEXPIRE', meter, text(math.ceil(math.max(spent - now, 0) / 1000) + KEEP_MS))
end

for place, change in ipairs(asked.changes) do
  local meter, slots = KEYS[place * 2 - 1], KEYS[place * 2]
  if change.lease then
    redis.call('ZADD', slots, 'XX', text(now + change.lease), change.permit)
  else
    redis.call('ZREM', slots, change.permit)
    correct(meter, 'requests', change.requests)
    correct(meter, 'tokens', change.tokens)
  end
end
return 1
