"""A shop whose visitors chat over HTTP and WebSockets while a canary goes on, in virtual time.

Everything is done from outside: visitors write and buy, an operator starts the experiment on its
page, the clock of all processes is turned on. The installation steers by itself.
"""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import httpx2 as httpx
import pandas as pd
from sqlalchemy import create_engine, text
from websockets.asyncio.client import ClientConnection, connect

from bench.load import Http
from tests.clock import Clock
from tests.installation import PASSWORD, Installation
from tests.workspaces import script

OLD, NEW = "请问想买哪一件？", "亲，想要哪一件呢？"
WORDINGS = {OLD: "old", NEW: "new"}
AT_ONCE = 24
HOUR = 3600.0
BEGUN = 3
"""Lines of a chat that has begun: the visitor's, the greeting, and the wording under test."""
FILES = {
    "workspace.yaml": "workspace: shop\nlanguages: [zh-CN]\nstart: welcome\nfallback: lost\n"
    "human: {intent: ask_human, queue: service, script: wait, closed: back}\n",
    "flows/welcome.yaml": """\
flow: welcome
start: hi
steps:
  hi: {say: hi, next: wish}
  wish: {ask: wish, slot: wish, next: size, otherwise: wish}
  size: {ask: size, slot: size, next: noted, otherwise: size}
  noted: {say: noted, next: wish}
""",
    "scripts/wish.yaml": "script: wish\ngoal: Order Completed\nvariants:\n"
    f"  old: {{text: {{zh-CN: {OLD}}}}}\n  new: {{text: {{zh-CN: {NEW}}}}}\n",
    "scripts/hi.yaml": script("hi", "您好"),
    "scripts/size.yaml": script("size", "{{ slot.wish }}要多大的？"),
    "scripts/noted.yaml": script("noted", "记下了：{{ slot.wish }}，{{ slot.size }}"),
    "scripts/lost.yaml": script("lost", "抱歉，没听懂"),
    "scripts/wait.yaml": script("wait", "正在转接"),
    "scripts/back.yaml": script("back", "我回来了"),
}


def write_files(folder: Path) -> Path:
    """Write the workspace."""
    for name, content in FILES.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, "utf-8")
    return folder


class Chat:
    """A chat that stays open: every answer must be that of its place, in its own wording."""

    def __init__(self, visitor: str, wording: str) -> None:
        self.visitor, self.wording = visitor, wording
        self.turn, self.seq = 0, BEGUN
        self.socket: ClientConnection | None = None

    def asked(self) -> tuple[str, list[str]]:
        """Give what the visitor writes next, and what must be said to that."""
        self.turn += 1
        thing = f"{self.visitor}的第{(self.turn + 1) // 2}件"
        size = f"{self.turn // 2}号"
        if self.turn % 2:
            return thing, [f"{thing}要多大的？"]
        return size, [f"记下了：{self.visitor}的第{self.turn // 2}件，{size}", self.wording]

    async def go_on(self, shop: "Shop") -> None:
        """Write the next message and look at what comes."""
        said, right = self.asked()
        if self.socket is None:
            found = await shop.say(self.visitor, said)
        else:
            found = await self._over_socket(self.socket, said, len(right))
        assert found == right, (self.visitor, self.turn)

    async def _over_socket(self, socket: ClientConnection, said: str, lines: int) -> list[str]:
        name = f"{self.visitor}-{self.turn}"
        await socket.send(json.dumps({"type": "message", "id": name, "text": said}))
        found, acknowledged = [], False
        async with asyncio.timeout(20):
            while len(found) < lines or not acknowledged:
                frame = json.loads(await socket.recv())
                assert frame["type"] != "error", frame
                acknowledged |= frame["type"] == "ack" and frame["id"] == name
                if frame["type"] == "line":
                    assert frame["seq"] == self.seq + 1, "a line is missing, or came twice"
                    self.seq = frame["seq"]
                    found += [frame["text"]] if frame["from"] == "bot" else []
        return found


@dataclass
class Shop:
    """What goes on in the shop.

    `seen` is which wording each visitor met, `buys` who ordered, `hours` how many met each wording
    in each hour, and ordered afterwards.
    """

    installation: Installation
    clock: Clock
    rates: dict[str, float] = field(default_factory=dict)
    dice: Random = field(default_factory=lambda: Random(4))
    seen: dict[str, str] = field(default_factory=dict)
    buys: list[str] = field(default_factory=list)
    open: list[Chat] = field(default_factory=list)
    hours: list[tuple[Counter[str], Counter[str]]] = field(default_factory=list)
    _free: list[Http] = field(default_factory=list)

    async def post(self, path: str, body: object) -> Any:
        """Post over one of the open connections; anything but 200 is an error."""
        connection = self._free.pop() if self._free else Http(self.installation.port)
        async with asyncio.timeout(30):
            answer = json.loads(await connection.post(path, body))
        self._free.append(connection)
        return answer

    async def say(self, visitor: str, said: str) -> list[str]:
        """Write a message; gives what is said to it."""
        answers = await self.post("/webhooks/rest/webhook", {"sender": visitor, "message": said})
        return [answer["text"] for answer in answers]

    async def fresh(self, many: int) -> list[str]:
        """Let visitors come who were never here; gives the arm each met."""
        names = [f"v{len(self.seen) + number}" for number in range(many)]
        gate = asyncio.Semaphore(AT_ONCE)

        async def come(visitor: str) -> str:
            async with gate:
                hello, wording = await self.say(visitor, "你好")
            assert hello == "您好"
            return WORDINGS[wording]

        met = await asyncio.gather(*map(come, names))
        self.seen |= dict(zip(names, met, strict=True))
        return list(met)

    async def hour(self, many: int) -> None:
        """Let so many come, an hour pass, and those order who made up their minds meanwhile."""
        before = len(self.seen)
        arms = await self.fresh(many)
        self.clock.turn(HOUR)
        named = [(f"v{before + number}", arm) for number, arm in enumerate(arms)]
        buyers = [visitor for visitor, arm in named if self.dice.random() < self.rates[arm]]
        bought = Counter(arm for visitor, arm in named if visitor in buyers)
        self.hours.append((Counter(arms), bought))
        await self.order(buyers)

    async def order(self, buyers: list[str]) -> None:
        """Report orders, each of them twice, as shops do."""
        events = [_order(visitor) for visitor in buyers]
        for at in range(0, len(events), 50):
            for _time in range(2):
                batch = events[at : at + 50]
                assert await self.post("/v1/batch", {"batch": batch}) == {"success": True}
        self.buys += buyers

    async def open_chats(self, arms: dict[str, int]) -> None:
        """Let the first visitors of each arm go on chatting, every other one over a WebSocket."""
        wording = {arm: words for words, arm in WORDINGS.items()}
        for arm, many in arms.items():
            names = [visitor for visitor, met in self.seen.items() if met == arm][:many]
            assert len(names) == many, f"only {len(names)} met {arm}"
            self.open += [Chat(visitor, wording[arm]) for visitor in names]
        address = f"ws://127.0.0.1:{self.installation.port}/ws/chat?since={BEGUN}&visitor="
        for chat in self.open[::2]:
            chat.socket = await connect(address + chat.visitor)
            while json.loads(await chat.socket.recv())["type"] != "hello":
                pass
        # A third of them is one step further on than the others.
        await asyncio.gather(*(chat.go_on(self) for chat in self.open[::3]))

    async def chat(self) -> None:
        """Let everybody who chats write once more."""
        await asyncio.gather(*(chat.go_on(self) for chat in self.open))

    async def close(self) -> None:
        """Close what is open."""
        for chat in self.open:
            if chat.socket:
                await chat.socket.close()
        for connection in self._free:
            if connection.streams:
                connection.streams[1].close()

    def query(self, words: str, **values: str) -> pd.DataFrame:
        """Ask the database of the installation."""
        engine = create_engine(f"sqlite:///{self.installation.data / 'var' / 'dialoom.db'}")
        with engine.connect() as database:
            found = pd.read_sql(text(words), database, params=values)
        engine.dispose()
        return found


def _order(visitor: str) -> dict[str, object]:
    said = {"order_id": f"order-{visitor}", "total": 100 + len(visitor)}
    event = {"type": "track", "userId": visitor, "event": "Order Completed", "properties": said}
    return {**event, "messageId": f"order-{visitor}"}


@contextmanager
def signed_in(shop: Installation) -> Iterator[httpx.Client]:
    """Sign in to the designer."""
    with httpx.Client(base_url=shop.url, timeout=60, follow_redirects=True) as client:
        form = {"email": "admin@dialoom.local", "password": PASSWORD}
        form["csrf_token"] = _token(client.get("/login").text)
        assert client.post("/login", data=form).status_code == 200
        yield client


def start_canary(shop: Installation) -> None:
    """Start a canary over the wording of the wish, on its page, with all that it offers."""
    with signed_in(shop) as client:
        page = client.get("/scripts/wish").text
        made = client.post("/experiments/", data={"subject": "wish", "csrf_token": _token(page)})
        assert made.status_code == 200, made.text
        form = {"rev": "1", "arms": ["old", "new"], "control": "old", "mode": "canary"}
        head = {"X-CSRFToken": _token(made.text), "HX-Request": "true"}
        form |= {"metric": "orders", "goal": "Order Completed"}
        began = client.post("/experiments/wish/start", data=form, headers=head)
        assert began.status_code == 200, began.text


def figures(shop: Installation) -> pd.DataFrame:
    """Give the table that the page of the run gives away, by arm."""
    with signed_in(shop) as client:
        answer = client.get("/experiments/runs/wish%231/figures.csv")
    rows = [line.split(",") for line in answer.text.lstrip("\ufeff").splitlines()]
    found = pd.DataFrame(rows[1:], columns=rows[0]).set_index("arm")
    names = {"visitors": "shown", "orders": "orders", "revenue": "revenue"}
    return found[list(names)].rename(columns=names).astype(float)


def _token(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"|X-CSRFToken": "([^"]+)"', page)
    assert found, page[:500]
    return found[1] or found[2]
