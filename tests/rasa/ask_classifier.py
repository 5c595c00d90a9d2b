"""Asks the classifier everything the test wants to know, in one start of Rasa's own Python.

`ask_classifier.py MODEL TEXTS ANSWERS`: TEXTS is a JSON list, ANSWERS the JSON file to write.
"""

import asyncio
import json
import logging
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from rasa.core.agent import Agent
from rasa.engine.graph import ExecutionContext, GraphSchema
from rasa.engine.storage.local_model_storage import LocalModelStorage
from rasa.engine.storage.resource import Resource
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.training_data.features import Features
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from plugins.rasa import bilstm_network as bilstm
from plugins.rasa.bert_bilstm import BertBiLSTMClassifier

QUICK = {"lstm_units": 4, "attention_size": 4, "epochs": 2}
WIDTH = 6


class Log(logging.Handler):
    """Keeps what is logged."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


async def parsed(model: str, texts: Sequence[str]) -> list[dict[str, Any]]:
    agent = Agent.load(model)
    return [await agent.parse_message(text) for text in texts]


def message(number: int, intent: str, width: int = WIDTH, origin: str = "encoder") -> Message:
    """A sentence whose one or two tokens point to its intent."""
    dice = np.random.default_rng(number)
    tokens = dice.normal(0, 0.3, (1 + number % 2, width)).astype(np.float32)
    tokens[:, ord(intent) % width] += 2
    features = Features(tokens, "sequence", "text", origin)
    return Message({"text": f"{intent}{number}", "intent": intent}, features=[features])


@contextmanager
def taught(messages: Sequence[Message], **config: Any) -> Iterator[Callable[..., Any]]:
    """Teach the classifier and give a question that loads it anew, with other settings if need be."""
    with tempfile.TemporaryDirectory() as folder:
        storage, resource = LocalModelStorage(Path(folder)), Resource("classifier")
        place = (storage, resource, ExecutionContext(GraphSchema({})))
        settings = {**QUICK, **config}
        BertBiLSTMClassifier.create(settings, *place).train(TrainingData(list(messages)))

        def ask(asked: Sequence[Message], **other: Any) -> list[Any]:
            loaded = BertBiLSTMClassifier.load({**settings, **other}, *place)
            answers = loaded.process([Message(one.data, features=one.features) for one in asked])
            return [[one.get("intent"), one.get("intent_ranking")] for one in answers]

        yield ask


def refusal(deed: Callable[[], Any]) -> str:
    """The words with which the classifier refuses."""
    try:
        deed()
    except InvalidConfigException as error:
        return str(error)
    return "not refused"


def refused(messages: Sequence[Message], **config: Any) -> str:
    def teach() -> None:
        with taught(messages, **config):
            pass

    return refusal(teach)


def cases(log: Log) -> dict[str, Any]:
    mute = Message({"text": "a1", "intent": "a"})
    many = [message(at, "abcd"[at % 4]) for at in range(80)]
    found: dict[str, Any] = {
        "no features": refused([mute]),
        "not the named featurizer": refused(many[:4], featurizers=["other"]),
        "wrong setting": refused(many[:4], lstm_units=0),
    }
    with taught(many[::4]) as ask:
        found["one intent"] = ask([many[0], mute])
    with taught([]) as ask:
        found["nothing to learn"] = ask(many[:1])
    two = Message({"text": "a1"}, features=[message(1, "a", 3, "other").features[0]])
    two.features += many[0].features
    with taught(many[:4]) as ask:
        found["one sentence each"] = ask(many[:4])
        found["two of four"] = ask(many[:1], ranking_length=2)
        found["one of two featurizers"] = ask([two, many[0]], featurizers=["encoder"])
        found["other encoder"] = refusal(lambda: ask([message(1, "a", WIDTH + 1)]))
    patient = {"epochs": 60, "patience": 2, "learning_rate": 0.05, "validation_share": 0.25}
    log.lines.clear()
    for name in ("held out", "held out again"):
        with taught(many, **patient) as ask:
            found[name] = ask(many)
    found["log"] = log.lines
    return found


def kernels() -> list[Any]:
    """The same weights in both ways of running them, asked the same of unequal lengths."""
    shape = bilstm.Shape(WIDTH, 4, 4, 3)
    plain, fused = (bilstm.build(shape, fused=each) for each in (False, True))
    fused.set_weights(plain.get_weights())
    dice = np.random.default_rng(0)
    sentences = [dice.normal(size=(length, WIDTH)).astype(np.float32) for length in (1, 5, 3)]
    return [
        bilstm.predictor(plain, shape)(sentences).tolist(),
        bilstm.predictor(fused, shape)(sentences).tolist(),
        [bilstm.predictor(plain, shape)([one])[0].tolist() for one in sentences],
    ]


def main() -> None:
    model, texts, answers = (
        sys.argv[1],
        json.loads(Path(sys.argv[2]).read_text("utf-8")),
        sys.argv[3],
    )
    log = Log()
    logger = logging.getLogger("plugins.rasa")
    logger.addHandler(log)
    logger.setLevel(logging.INFO)
    found = {
        "first": asyncio.run(parsed(model, texts)),
        "second": asyncio.run(parsed(model, texts)),
        "cases": cases(log),
        "kernels": kernels(),
    }
    Path(answers).write_text(json.dumps(found, ensure_ascii=False), "utf-8")


if __name__ == "__main__":
    main()
