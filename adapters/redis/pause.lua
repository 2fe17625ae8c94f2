-- Grants nothing under a meter (KEYS[1]) for ARGV[1] microseconds; a longer pause stays. ARGV[2]: now, tests only.
local time = redis.call('TIME')
local now = tonumber(ARGV[2]) or time[1] * 1000000 + time[2]
local until_us = now + tonumber(ARGV[1])
if until_us > (tonumber(redis.call('HGET', KEYS[1], 'paused') or 0) or 0) then
  redis.call('HSET', KEYS[1], 'paused', string.format('%.0f', until_us))
end
redis.call('PEXPIRE', KEYS[1], string.format('%.0f', math.ceil(tonumber(ARGV[1]) / 1000) + 3600000))
return 1
