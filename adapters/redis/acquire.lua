-- domain/limits/metering.py: acquire, in Redis' words. Held to it by tests/contract/test_limits_model.py.
-- KEYS: for each limit its meter (hash), slots (sorted by lease), line (sorted by joining) and due (hash).
-- ARGV[1]: the wish as JSON. Answers {granted, wait in microseconds}.
local RECHECK, GRACE = 20000, 1000000
local KEEP_MS = 3600000
local wish = cjson.decode(ARGV[1])

local function now_us()
  if wish.now then return wish.now end
  local time = redis.call('TIME')
  return time[1] * 1000000 + time[2]
end

local now = now_us()

local function number(text) return tonumber(text or 0) or 0 end

local function room(spent, charge, tolerance)
  if charge > tolerance then return spent <= now and 1 or 0 end
  return math.floor((now + tolerance - math.max(spent, now)) / charge)
end

local function wait_for(spent, charge, tolerance, ahead)
  local first = charge > tolerance and 0 or charge - tolerance
  return math.max(spent, now) + first + ahead * charge - now
end

local function text(whole) return string.format('%.0f', whole) end

local meters, granted = {}, #wish.permits
for place, limit in ipairs(wish.limits) do
  local base = (place - 1) * 4
  local m = {limit = limit, meter = KEYS[base + 1], slots = KEYS[base + 2], line = KEYS[base + 3], due = KEYS[base + 4]}
  redis.call('ZREMRANGEBYSCORE', m.slots, '-inf', text(now))
  local due = redis.call('HGETALL', m.due)
  for i = 1, #due, 2 do
    if number(due[i + 1]) + GRACE < now then
      redis.call('HDEL', m.due, due[i])
      redis.call('ZREM', m.line, due[i])
    end
  end
  m.waiting = redis.call('ZCARD', m.line)
  m.ahead = redis.call('ZRANK', m.line, wish.claimant) or m.waiting
  local spent = redis.call('HMGET', m.meter, 'requests', 'tokens', 'paused')
  m.requests, m.tokens, m.paused = number(spent[1]), number(spent[2]), number(spent[3])
  local available = #wish.permits + m.waiting
  if limit.concurrency then
    m.held = redis.call('ZCARD', m.slots)
    available = math.min(available, limit.concurrency - m.held)
  end
  if limit.requests then available = math.min(available, room(m.requests, limit.requests[1], limit.requests[2])) end
  if limit.tokens then available = math.min(available, room(m.tokens, limit.tokens[1], limit.tokens[2])) end
  if m.paused > now then available = 0 end
  granted = math.min(granted, available - m.ahead)
  meters[place] = m
end

if granted >= 1 then
  for _, m in ipairs(meters) do
    if m.limit.concurrency then
      for i = 1, granted do redis.call('ZADD', m.slots, text(now + wish.lease), wish.permits[i]) end
      redis.call('PEXPIRE', m.slots, KEEP_MS)
    end
    redis.call('ZREM', m.line, wish.claimant)
    redis.call('HDEL', m.due, wish.claimant)
    local last = now
    if m.limit.requests then
      last = math.max(m.requests, now) + granted * m.limit.requests[1]
      redis.call('HSET', m.meter, 'requests', text(last))
    end
    if m.limit.tokens then
      local spent = math.max(m.tokens, now) + granted * m.limit.tokens[1]
      redis.call('HSET', m.meter, 'tokens', text(spent))
      last = math.max(last, spent)
    end
    redis.call('PEXPIRE', m.meter, text(math.ceil((last - now) / 1000) + KEEP_MS))
  end
  return {granted, 0}
end

local wait = 1
for _, m in ipairs(meters) do
  if m.paused > now then wait = math.max(wait, m.paused - now + m.ahead * RECHECK) end
  if m.limit.concurrency and m.limit.concurrency - m.held <= m.ahead then
    wait = math.max(wait, (m.ahead + 1) * RECHECK)
  end
  if m.limit.requests then
    wait = math.max(wait, wait_for(m.requests, m.limit.requests[1], m.limit.requests[2], m.ahead))
  end
  if m.limit.tokens then wait = math.max(wait, wait_for(m.tokens, m.limit.tokens[1], m.limit.tokens[2], m.ahead)) end
end
for _, m in ipairs(meters) do
  redis.call('ZADD', m.line, 'NX', text(now), wish.claimant)
  redis.call('HSET', m.due, wish.claimant, text(now + wait))
  local keep = text(math.ceil(wait / 1000) + KEEP_MS)
  redis.call('PEXPIRE', m.line, keep)
  redis.call('PEXPIRE', m.due, keep)
end
return {0, wait}
