"""Every Redis key, its shard and its time to live, in one table.

| key | type | holds | lives |
|---|---|---|---|
| s:<visitor> | hash v, d | version and session of a visitor | 72 h, sliding |
| l:<visitor> | list | the last lines of the log | 72 h, sliding |
| v:<visitor> | string | what outlives the session: caps, orders, wishes | 180 days after a change |
| m:<visitor>:<id> | string | the replies a message id was answered with | 72 h |
| o:<order> | string | an order that was credited | 90 days |
| timers:<0-15> | zset | visitor, rule, generation by due time in ms | until done |
| outbox | stream | committed effects | until delivered |
| events | stream | what happened, an entry for each turn | until copied; 1 M entries |
| requests | stream | what other systems are asked | until answered |
| outbox:later | zset | what is delivered again, by when in ms | until then |
| outbox:aside | zset | what a person must look at, by since when in ms | newest 1,000 |
| t:<key> | string | that a call without a key was begun | 7 days |
| hooks | stream | what other systems are told | until told |
| hooks:later | zset | what is told again, by when in ms | until then |
| hooks:failed | zset | what was given up, by since when in ms | newest 1,000 |
| clock:<machine> | string | what is added to the time since its start | 30 days |
| notices | zset | what rules tell agents, by time | until done; 500 |
| arms:<script> | hash | <variant>|exposures, clicks, orders, value | for ever |
| hours:<script> | hash | <variant>|<hour>|exposures, clicks, orders<delay> … | 28 days |
| hours:<run> | hash | the same of an experiment, and who wanted a person | for ever |
| weights | hash | script to its weights as JSON | until computed again |
| running | hash | script to the experiment it stands in, as JSON | until that is over |
| running:step | string | the newest change that this was written from | for ever |
| in_force | string | a mark, changed with either of the two before | for ever |
| desk | zset | visitors waiting or with a person, by since when | until handed back |
| release:current, release:<n> | string | the name of what is live; its files | for ever |
| model:<fingerprint> | string | a trained intent model | for ever |
"""

from zlib import crc32

SESSION_TTL = 72 * 3600
OF_OURS = "ours-"
"""How the ids begin that we give to messages which come without."""
OURS_TTL = 3600
ORDER_TTL = 90 * 86400
LASTING_TTL = 180 * 86400
CLOCK_TTL = 30 * 86400
MOST_LINES = 400
MOST_EVENTS = 1_000_000
MOST_NOTICES = 500
MOST_FAILED = 1_000
TIMER_SHARDS = 16

OUTBOX = "outbox"
REQUESTS = "requests"
OUTBOX_LATER = "outbox:later"
OUTBOX_ASIDE = "outbox:aside"
BEGUN_TTL = 7 * 86400
HOOKS = "hooks"
HOOKS_LATER = "hooks:later"
HOOKS_FAILED = "hooks:failed"
NOTICES = "notices"
EVENTS = "events"
WEIGHTS = "weights"
RUNNING = "running"
RUNNING_STEP = "running:step"
IN_FORCE = "in_force"
DESK = "desk"
CURRENT = "release:current"


def live(visitor: str) -> str:
    """Name the channel on which is said that a visitor's log has grown."""
    return f"live:{visitor}"


def session(visitor: str) -> str:
    """Name the session of a visitor."""
    return f"s:{visitor}"


def lasting(visitor: str) -> str:
    """Name what outlives the session of a visitor."""
    return f"v:{visitor}"


def log(visitor: str) -> str:
    """Name the log of a visitor."""
    return f"l:{visitor}"


def done(visitor: str, message_id: str) -> str:
    """Name the answer to a message id."""
    return f"m:{visitor}:{message_id}"


def begun(key: str) -> str:
    """Name the mark that a call was begun whose repetition would count twice."""
    return f"t:{key}"


def order(order_id: str) -> str:
    """Name the mark of a credited order."""
    return f"o:{order_id}"


def arms(script: str) -> str:
    """Name the counts of a script's variants."""
    return f"arms:{script}"


def hours(script: str) -> str:
    """Name the counts of a script's variants by the hour they were seen first."""
    return f"hours:{script}"


def release(number: int) -> str:
    """Name the files of a release."""
    return f"release:{number}"


def model(fingerprint: str) -> str:
    """Name a trained intent model."""
    return f"model:{fingerprint}"


def clock(machine: str) -> str:
    """Name the clock of a machine."""
    return f"clock:{machine}"


def timers(visitor: str) -> str:
    """Name the timer shard of a visitor; crc32, because hash() differs between processes."""
    return f"timers:{crc32(visitor.encode()) % TIMER_SHARDS}"


def timer(visitor: str, rule: str, generation: int) -> str:
    """Name one armed timer."""
    return f"{visitor}|{rule}|{generation}"
