"""The small shop that Dialoom and its peers all serve: what it knows, what visitors say in it.

Two of three sentences of an intent are taught; visitors say the third.
"""

import json
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.load import Ask, Http
from designer.library import DEMO, library_files
from runtime.compiling import read_examples
from runtime.nlu.training import Example, write_rasa

FILES = Path(__file__).parent / "shop_files"
INTENTS = ("greet", "ask_price", "ask_order_status", "ask_human", "thanks")
ANSWERS = {
    "greet": "small shop",
    "ask_price": "699",
    "ask_order_status": "tomorrow",
    "ask_human": "colleague",
}
"""A word of what is to be answered."""
TURNS, BUTTONS = 12, 0.4


@dataclass(frozen=True)
class Peer:
    """A server that is up: where it listens, its first process, and what its buttons send."""

    name: str
    port: int
    path: str
    pid: int
    buttons: Mapping[str, str]
    settled: Callable[[], Awaitable[None]]
    """Waits until all that was asked of it is done."""


async def at_once() -> None:
    """Wait for nothing: who answered is done."""


def taught() -> str:
    """Write the sentences that are taught, as Rasa's training file."""
    return write_rasa(example for n, example in enumerate(_examples()) if n % 3 != 2)


def asked() -> dict[str, list[str]]:
    """Give the sentences that visitors say, by intent."""
    kept = [example for n, example in enumerate(_examples()) if n % 3 == 2]
    return {name: [one.text for one in kept if one.intent == name] for name in INTENTS}


def visits(peer: Peer, seed: int, mark: str, fresh: bool) -> Callable[[int], Ask]:
    """Let each connection bring one visitor after the other: a greeting, ten questions, a person.

    By one seed the same is said to every peer; `mark` is in the names of the visitors. With `fresh`
    each sentence has a number of six digits at its end, so that hardly any comes twice.
    """
    sentences = asked()

    def open_one(number: int) -> Ask:
        client, dice = Http(peer.port), random.Random(1000 * seed + number)

        async def once(turn: int) -> None:
            first, last = turn % TURNS == 0, turn % TURNS == TURNS - 1
            intent = "greet" if first else "ask_human" if last else dice.choice(INTENTS[1:3])
            said = dice.choice(sentences[intent])
            if intent in peer.buttons and dice.random() < BUTTONS:
                said = peer.buttons[intent]
            elif fresh:
                said += f" {dice.randrange(100_000, 1_000_000)}"
            sender = f"{mark}x{number}x{turn // TURNS}"
            await client.post(peer.path, {"sender": sender, "message": said})

        return once

    return open_one


async def understood(peer: Peer, fresh: bool) -> float:
    """Give the share of the sentences that is answered as it should be, each by a new visitor."""
    client, right, number = Http(peer.port), 0, 0
    for intent, answer in ANSWERS.items():
        texts = [*asked()[intent], *filter(None, [peer.buttons.get(intent)])]
        for text in texts:
            number += 1
            sender = f"asks{fresh:d}x{number}"
            await client.post(peer.path, {"sender": sender, "message": "hello there"})
            said = f"{text} {100_000 + number}" if fresh and not text.startswith("/") else text
            if intent == "greet":
                sender += "new"
            body = await client.post(peer.path, {"sender": sender, "message": said})
            right += any(answer in part.get("text", "") for part in json.loads(body))
    return right / number


def _examples() -> list[Example]:
    found, _ = read_examples(library_files(DEMO))
    return [one for name in INTENTS for one in found if one.intent == name and one.text.isascii()]
