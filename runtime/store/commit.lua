-- One turn, committed at once: deduplicated by message id, refused when the session moved on.
-- KEYS: session, log, done, lasting.  ARGV: see `sessions.py`.  1 done, 0 the session moved on, -1 a repeat.
-- What most turns have comes as arguments of its own; the rest, where there is any, as JSON.
local version, session, replies, lasting, said, events, rest = unpack(ARGV, 1, 7)
local lines, counts, arms, disarms = tonumber(ARGV[8]), tonumber(ARGV[9]), tonumber(ARGV[10]), tonumber(ARGV[11])
if replies ~= '' and redis.call('EXISTS', KEYS[3]) == 1 then return -1 end
if (redis.call('HGET', KEYS[1], 'v') or '0') ~= version then return 0 end

redis.call('HSET', KEYS[1], 'v', string.format('%d', tonumber(version) + 1), 'd', session)
redis.call('EXPIRE', KEYS[1], $SESSION_TTL)
if replies ~= '' then
  local kept = string.find(KEYS[3], ':ours-', 1, true) and $OURS_TTL or $SESSION_TTL
  redis.call('SET', KEYS[3], replies, 'EX', kept)
end
if lasting ~= '' then redis.call('SET', KEYS[4], lasting, 'EX', $LASTING_TTL) end
local at = 12
if lines > 0 then
  local many = redis.call('RPUSH', KEYS[2], unpack(ARGV, at, at + lines - 1))
  if many > $MOST_LINES then redis.call('LTRIM', KEYS[2], -$MOST_LINES, -1) end
  redis.call('EXPIRE', KEYS[2], $SESSION_TTL)
  at = at + lines
end
if events ~= '' then redis.call('XADD', 'events', 'MAXLEN', '~', $MOST_EVENTS, '*', 'e', events) end
for i = at, at + 3 * counts - 1, 3 do redis.call('HINCRBYFLOAT', ARGV[i], ARGV[i + 1], ARGV[i + 2]) end
at = at + 3 * counts
for i = at, at + 2 * disarms - 1, 2 do redis.call('ZREM', ARGV[i], ARGV[i + 1]) end
at = at + 2 * disarms
for i = at, at + 3 * arms - 1, 3 do redis.call('ZADD', ARGV[i], ARGV[i + 2], ARGV[i + 1]) end
redis.call('PUBLISH', 'live:' .. string.sub(KEYS[1], 3), said)
if rest == '' then return 1 end

local c = cjson.decode(rest)
for _, stream in ipairs({'outbox', 'requests', 'hooks'}) do
  for _, entry in ipairs(c[stream] or {}) do redis.call('XADD', stream, '*', 'e', entry) end
end
for _, notice in ipairs(c.notices or {}) do
  redis.call('ZADD', 'notices', c.now, notice)
  redis.call('ZREMRANGEBYRANK', 'notices', 0, -1 - $MOST_NOTICES)
end
for _, once in ipairs(c.once or {}) do
  -- What was credited is kept with the order, so that a refund takes back just that.
  local credit = cjson.encode({counts = once.counts, value = once.value})
  if redis.call('SET', once.key, credit, 'NX', 'EX', once.ttl) then
    for _, count in ipairs(once.counts) do
      redis.call('HINCRBYFLOAT', count[1], count[2], count[3])
    end
  end
end
for _, undo in ipairs(c.undo or {}) do
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
return 1
