"""Trainings of Rasa that somebody asked for in the browser, with their progress; done by Celery."""

import re
import time
from collections import deque
from typing import Any

from sqlalchemy import Engine

from designer import evaluations, history
from designer.tables import Evaluation
from runtime.compiling import compile_files
from runtime.nlu.cascade import EmbeddedModel
from runtime.nlu.cascade import train as train_embedded
from runtime.nlu.rasa_command import RasaFailed
from runtime.nlu.rasa_training import train
from runtime.nlu.training import evaluate
from runtime.rasa_home import RasaBusy, RasaHome

PARTS = 3
MOST_LINES = 200
_PART = re.compile(r"([1-9])/3 ")
_PERCENT = re.compile(r"(\d{1,3})%\|")
_NOISE = re.compile(r"Warning: |^ {5,}")
"""Warnings of Rasa's libraries, and the line of code below each."""
_COLOURS = re.compile(r"\x1b\[[0-9;]*m")


class Progress:
    """Takes in what Rasa says, and writes down once a second how far it is."""

    def __init__(self, engine: Engine, number: int) -> None:
        self._engine, self._number = engine, number
        self._lines: deque[str] = deque(maxlen=MOST_LINES)
        self._part, self._share, self._told = 0, 0, 0.0

    def say(self, line: str) -> None:
        """Take in a line; Cancelled when nobody wants the training any more."""
        plain = _COLOURS.sub("", line)
        text = "" if _NOISE.search(plain) else plain.strip()
        if part := _PART.match(text):
            self._part, self._share = int(part[1]) - 1, 0
        if percent := _PERCENT.search(text):
            self._share = min(int(percent[1]), 100)
            if self._lines and _PERCENT.search(self._lines[-1]):
                self._lines.pop()  # A bar that moves on is one line.
        if text:
            self._lines.append(text)
        if time.monotonic() - self._told >= 1.0:
            self._told = time.monotonic()
            self.write()

    def write(self, **more: Any) -> None:
        """Write down how far it is, and whatever else is known."""
        done = min(100 * self._part + self._share, 100 * PARTS)
        log = "\n".join(self._lines)
        evaluations.note(self._engine, self._number, **{"done": done, "log": log, **more})


def work(engine: Engine, home: RasaHome) -> None:
    """Train Rasa wherever somebody asked for it."""
    evaluations.work(engine, evaluations.RASA, lambda asked: _train(engine, home, asked))


def _train(engine: Engine, home: RasaHome, asked: Evaluation) -> None:
    files = history.files_at(engine, asked.change_id)
    compiled = compile_files(files)
    progress = Progress(engine, asked.id)
    try:
        language = compiled.book.workspace.languages[0]
        trained = train(home, files, compiled.examples, language, progress.say)
    except RasaBusy:
        progress.write(state="failed", outcome={"why": "busy"})
        return
    except (RasaFailed, OSError) as error:
        progress.write(state="failed", outcome={"why": str(error)})
        return
    outcome: dict[str, Any] = {"model": trained.path.name.removesuffix(".tar.gz")}
    outcome |= {"size": len(compiled.examples), "held_out": len(trained.held_out)}
    if trained.measures:
        progress.say("The embedded engine on the same sentences")
        found = evaluate(EmbeddedModel.load(train_embedded(trained.kept)), trained.held_out)
        outcome["rasa"] = dict(trained.measures)
        outcome["embedded"] = {"accuracy": found.accuracy, "macro_f1": found.macro_f1}
    progress.write(state="done", done=100 * PARTS, outcome=outcome)
