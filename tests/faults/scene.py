"""An installation to which things are done: killed, stopped, cut off, filled up."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from random import Random

import psutil
from celery import Celery
from redis import Redis
from redis.exceptions import RedisError

from runtime.settings import Settings
from runtime.store import keys
from tests.clock import CAN_BE_TURNED, Clock
from tests.faults.receiver import Receiver
from tests.installation import Installation
from tests.journeys.canaries import FILES

INSIDE = Path(__file__).with_name("inside")
LEASE = 80.0
"""Seconds after which all is given again that a dead process had in hand."""
WEB, WORKER, CELERY, VALKEY = "wsgi:web()", "runtime.tasks.worker", "wsgi:celery", "valkey.sock"
GIFT = """\
rule: gift
trigger: {event: Gift Wanted}
then: [{do: push_coupon, coupon: GIFT, expires: 30m}, {do: webhook, connector: crm}]
"""
LATE = """\
rule: late
trigger: {event: Product Viewed, dwell: {more_than: 1s, end_on: [page_leave]}}
then: [{do: push_coupon, coupon: LATE, expires: 30m}]
"""
COUPONS = (
    "coupons:\n  GIFT: {title: 礼, amount: 1, url: /x}\n  LATE: {title: 礼, amount: 2, url: /x}\n"
)


def files_of(receiver: Receiver) -> dict[str, str]:
    """Give the workspace: a flow that goes round and remembers, coupons, and somebody to tell."""
    crm = f"connector: crm\nurl: http://{receiver.host}/told\nseconds: 2\n"
    more = {"rules/gift.yaml": GIFT, "rules/late.yaml": LATE, "connectors/crm.yaml": crm}
    return {**FILES, "workspace.yaml": FILES["workspace.yaml"] + COUPONS, **more}


class Scene:
    """An installation with a receiver, points to die at, and a clock for what takes its time."""

    def __init__(
        self, data: Path, direct: str = "", clock: Clock | None = None, **environment: str
    ) -> None:
        data.mkdir(parents=True, exist_ok=True)
        self.receiver, self.installation = Receiver(), Installation(data)
        self.points = data / "points"
        self.points.mkdir(exist_ok=True)
        self.settings = Settings(data=data / "var", **_of_settings(environment))
        for name, text in files_of(self.receiver).items():
            path = data / "workspace" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
        self.installation.environment |= environment
        self.installation.run("import", str(data / "workspace"), "--publish")
        self.clock = clock or (Clock(data, passes=False) if CAN_BE_TURNED else None)
        self.installation.environment |= {
            "PYTHONPATH": os.pathsep.join((str(INSIDE), os.environ.get("PYTHONPATH", ""))),
            "TEST_FAULTS": str(self.points),
            "DIALOOM_CONNECTOR_HOSTS": self.receiver.host,
            **(self.clock.environment if self.clock else {}),
        }
        self.direct = direct or self.settings.redis
        self.redis = Redis.from_url(self.direct)
        self.kills = 0
        self._stuck: dict[str, int] = {}
        self.installation.start()

    def stop(self) -> None:
        """End every process at once; what it leaves is for the next start."""
        process = self.installation.process
        if process is not None:
            children = psutil.Process(process.pid).children(recursive=True)
            for one in (process, *children):
                with suppress(ProcessLookupError):
                    os.kill(one.pid, signal.SIGKILL)
            process.wait(10)
            psutil.wait_procs(children, timeout=10)
            if process.stdout:
                process.stdout.close()
            self.installation.process = None
        self.redis.close()
        self.receiver.close()

    def kill(self, word: str, how: signal.Signals = signal.SIGKILL) -> int:
        """Send a signal to the processes whose command holds a word; gives how many those were."""
        sent = 0
        for pid in self.installation.pids(word):
            with suppress(ProcessLookupError):
                os.kill(pid, how)
                sent += 1
        self.kills += sent if how == signal.SIGKILL else 0
        return sent

    def kill_one(self, words: Sequence[str], dice: Random) -> None:
        """Kill one process of one part, of those that have any just now."""
        there = [pids for word in words if (pids := self.installation.pids(word))]
        if there:
            self.end(dice.choice(dice.choice(there)), signal.SIGKILL)
            self.kills += 1

    def workers(self, word: str) -> list[int]:
        """Name the processes of a part that work; of the web not the one that watches them."""
        pids = self.installation.pids(word)
        return [pid for pid in pids if psutil.Process(pid).ppid() in pids] or pids

    def end(self, pid: int, how: signal.Signals) -> None:
        """Send a signal to a process that may be gone already."""
        with suppress(ProcessLookupError):
            os.kill(pid, how)

    def pause(self, seconds: float) -> None:
        """Let time pass."""
        time.sleep(seconds)

    def kill_supervisor(self) -> None:
        """Kill the supervisor; all others end with it. Then start everything anew."""
        process = self.installation.process
        assert process
        children = psutil.Process(process.pid).children(recursive=True)
        self.end(process.pid, signal.SIGKILL)
        self.pause(0.5)
        for child in children:  # They end by themselves, but take their time.
            self.end(child.pid, signal.SIGKILL)
        self.installation.stop(signal.SIGKILL)
        self.kills += 1
        self.installation.start()

    def arm(self, point: str, how: str = "kill") -> None:
        """Let the next process that passes a point be killed there, or stopped."""
        (self.points / f"{point}.pid").unlink(missing_ok=True)
        (self.points / point).write_text(how, "ascii")

    @contextmanager
    def bug(self, name: str) -> Iterator[None]:
        """Let the product have a bug for a while."""
        (self.points / name).touch()
        try:
            yield
        finally:
            (self.points / name).unlink()

    def passed(self, point: str, seconds: float = 30) -> int:
        """Wait until a process was killed or stopped at a point; gives which."""
        until = time.monotonic() + seconds
        while (self.points / point).exists() or not (self.points / f"{point}.pid").exists():
            assert time.monotonic() < until, f"nobody passed {point}"
            time.sleep(0.01)
        time.sleep(0.01)  # What is written there is a few digits.
        return int((self.points / f"{point}.pid").read_text("ascii"))

    def second_worker(self) -> subprocess.Popen[bytes]:
        """Start another worker beside the supervised one."""
        command = [sys.executable, "-m", WORKER]
        return subprocess.Popen(command, env=self.installation.environment)

    def settle(self, seconds: float = 45) -> None:
        """Wait until nothing is on its way any more; leases of the dead run out by the clock."""
        celery = Celery(broker=self.direct.replace("unix://", "redis+socket://", 1))
        begun, turned, asked = time.monotonic(), False, 0.0
        while not self._is_quiet():
            now = time.monotonic()
            if now - begun > seconds:
                left = self.waiting()
                self._stuck = dict(left)  # Said once, not of everything that comes after it.
                raise AssertionError(f"still on its way: {left}")
            if now - begun > 1.5 and not turned and self.clock and self._lies():
                self.clock.turn(LEASE)
                turned = True
            if now - asked > 1:
                asked = now
                with suppress(Exception):  # The broker may be away still.
                    celery.send_task("runtime.archive", ignore_result=True)
            time.sleep(0.1)
        celery.close()

    def _is_quiet(self) -> bool:
        try:
            waiting = self.waiting()
            return all(many <= self._stuck.get(name, 0) for name, many in waiting.items())
        except (RedisError, OSError):
            return False

    def _lies(self) -> bool:
        """Say whether somebody who may be dead has something in hand."""
        with suppress(RedisError, OSError):
            return any(self.redis.xlen(name) for name in (keys.OUTBOX, keys.REQUESTS, keys.HOOKS))
        return False

    def empty(self) -> None:
        """Let Valkey lose everything at once, as a disk does."""
        self.redis.eval(
            "for _, k in ipairs(redis.call('KEYS', '*')) do redis.call('DEL', k) end", 0
        )

    def waiting(self) -> dict[str, int]:
        """Count what is on its way: effects, questions, messages to others, events, timers.

        All is counted at one moment: what is counted one after the other can pass from a place
        not looked at yet to one that was empty a moment ago.
        """
        kept = self._kept()  # What was kept leaves there after its turn is committed.
        shards = [f"timers:{number}" for number in range(keys.TIMER_SHARDS)]
        streams = (keys.OUTBOX, keys.REQUESTS, keys.HOOKS, keys.EVENTS)
        sets = (keys.HOOKS_LATER, keys.OUTBOX_LATER, *shards)
        with self.redis.pipeline(transaction=True) as at_once:
            for name in streams:
                at_once.xlen(name)
            for name in sets:
                at_once.zcard(name)
            found = dict(zip((*streams, *sets), at_once.execute(), strict=True))
        found["timers"] = sum(found.pop(shard) for shard in shards)
        return found | {"kept": kept}

    def _kept(self) -> int:
        """Count what was taken while Redis did not answer, and is not answered yet."""
        path = self.installation.data / "var" / "spool.db"
        if not path.exists():
            return 0
        # It has no table where there was no room for one.
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path, timeout=10)) as file:
            return int(file.execute("SELECT count(*) FROM messages").fetchone()[0])
        return 0


def _of_settings(environment: dict[str, str]) -> dict[str, str]:
    names = {"DIALOOM_DATABASE_URL": "database_url", "DIALOOM_REDIS_URL": "redis_url"}
    return {name: environment[given] for given, name in names.items() if given in environment}


def stop_valkey(scene: Scene, seconds: float) -> None:
    """Let Valkey stand still for a while."""
    pids = scene.installation.pids(VALKEY)
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(seconds)
    for pid in pids:
        os.kill(pid, signal.SIGCONT)
