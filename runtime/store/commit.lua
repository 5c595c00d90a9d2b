-- One turn, committed at once: deduplicated by message id, refused when the session moved on.
-- KEYS: session, log, done, lasting.  ARGV: the commit as JSON.  1 done, 0 the session moved on, -1 a repeat.
local c = cjson.decode(ARGV[1])
if c.done_ttl > 0 and redis.call('EXISTS', KEYS[3]) == 1 then return -1 end
local version = redis.call('HGET', KEYS[1], 'v') or '0'
if version ~= c.version then return 0 end

redis.call('HSET', KEYS[1], 'v', tostring(tonumber(version) + 1), 'd', c.session)
redis.call('EXPIRE', KEYS[1], c.ttl)
if c.done_ttl > 0 then redis.call('SET', KEYS[3], c.replies, 'EX', c.done_ttl) end
if c.lasting ~= '' then redis.call('SET', KEYS[4], c.lasting, 'EX', c.lasting_ttl) end
for _, line in ipairs(c.lines) do redis.call('RPUSH', KEYS[2], line) end
if #c.lines > 0 then
  redis.call('LTRIM', KEYS[2], -c.most_lines, -1)
  redis.call('EXPIRE', KEYS[2], c.ttl)
end
for _, event in ipairs(c.events) do
  redis.call('XADD', 'events', 'MAXLEN', '~', c.most_events, '*', 'e', event)
end
for _, entry in ipairs(c.outbox) do redis.call('XADD', 'outbox', '*', 'e', entry) end
for _, entry in ipairs(c.requests) do redis.call('XADD', 'requests', '*', 'e', entry) end
for _, entry in ipairs(c.hooks) do redis.call('XADD', 'hooks', '*', 'e', entry) end
for _, notice in ipairs(c.notices) do
  redis.call('ZADD', 'notices', c.now, notice)
  redis.call('ZREMRANGEBYRANK', 'notices', 0, -1 - c.most_notices)
end
for _, timer in ipairs(c.disarm) do redis.call('ZREM', timer[1], timer[2]) end
for _, timer in ipairs(c.arm) do redis.call('ZADD', timer[1], timer[3], timer[2]) end
for _, count in ipairs(c.counts) do redis.call('HINCRBYFLOAT', count[1], count[2], count[3]) end
for _, once in ipairs(c.once) do
  -- What was credited is kept with the order, so that a refund takes back just that.
  local credit = cjson.encode({counts = once.counts, value = once.value})
  if redis.call('SET', once.key, credit, 'NX', 'EX', once.ttl) then
    for _, count in ipairs(once.counts) do
      redis.call('HINCRBYFLOAT', count[1], count[2], count[3])
    end
  end
end
for _, undo in ipairs(c.undo) do
  local was = redis.call('GET', undo.key)
  if not was then
    redis.call('SET', undo.key, 'refunded', 'EX', undo.ttl) -- Refunded before it was reported.
  elseif string.sub(was, 1, 1) == '{' then
    local credit = cjson.decode(was)
    local whole = undo.total <= 0 or undo.total >= credit.value
    local left, caps = credit.value - undo.total, {}
    for _, count in ipairs(credit.counts) do
      if string.match(count[2], '([^|]*)$') == 'over' then caps[count[1]] = credit.value - count[3] end
    end
    for _, count in ipairs(credit.counts) do
      -- As `left_of` in runtime/store/counting.py.
      local what, now = string.match(count[2], '([^|]*)$'), nil
      local cap = caps[count[1]] or math.huge
      local within = math.min(left, cap)
      if whole then now = 0
      elseif what == 'value' or what == 'first_value' then now = left
      elseif what == 'squares' then now = within * within
      elseif what == 'over' then now = math.max(left - cap, 0)
      elseif what == 'earlier_value' then now = count[3] * within / math.min(credit.value, cap)
      end
      if now then
        redis.call('HINCRBYFLOAT', count[1], count[2], now - count[3])
        count[3] = now
      end
    end
    credit.value = left
    redis.call('SET', undo.key, whole and 'refunded' or cjson.encode(credit), 'EX', undo.ttl)
  end
end
if c.desk == 'join' then redis.call('ZADD', 'desk', 'NX', c.now, c.visitor) end
if c.desk == 'leave' then redis.call('ZREM', 'desk', c.visitor) end
redis.call('PUBLISH', 'live', c.visitor)
return 1
