"""Publish, pin, cache and reload a release: the one place where designer and runtime meet.

A release is a frozen set of files. It goes to the database, then to Redis, and its name to
`release:current` last; every turn compares that name with what it has in memory, so nothing
restarts. Running sessions stay pinned to theirs.
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any

import orjson
from redis.asyncio import Redis
from sqlalchemy import Engine, func, select

from flows.book import Files, FlowBook, open_book
from rules.derived import segments_asked
from rules.judge import Judge
from rules.segments import Segments, read_segments
from rules.triggers import RuleSet
from rules.yaml_text import read_rules
from runtime.compiling import compile_files, read_examples
from runtime.db import transaction
from runtime.errors import NothingPublished, ReleaseUnknown
from runtime.nlu.cascade import EmbeddedModel, train, version
from runtime.nlu.entities import EntityReader, read_entities
from runtime.nlu.training import Example, fingerprint, taught
from runtime.store import keys
from runtime.tables import CurrentRelease, ModelRow, ReleaseRow

MOST_IN_MEMORY = 8
MOST_DRAFT_MODELS = 3
_DRAFT_MODELS: dict[str, EmbeddedModel] = {}
"""Models of drafts by the fingerprint of their examples: an operator tries many times in a row."""


@dataclass(frozen=True)
class Release:
    """What visitors get: flows, scripts and rules, compiled, and the model that hears them.

    `fingerprint` names the embedded model, `taught` all that training files say: what Rasa learns.
    """

    number: int
    book: FlowBook
    rules: RuleSet = field(default_factory=RuleSet)
    judge: Judge = field(default_factory=Judge)
    model: EmbeddedModel | None = None
    fingerprint: str = ""
    segments: Segments = ()
    taught: str = ""
    entities: EntityReader = field(default_factory=EntityReader)

    @cached_property
    def segments_asked(self) -> Segments:
        """Give the segments that some rule waits for visitors to enter."""
        return segments_asked(self.rules, self.segments)


class ReleaseCache:
    """The releases this process has in memory, compiled once each.

    `when_opened` is called when there is one more.
    """

    def __init__(self, redis: Redis, engine: Engine) -> None:
        self._redis, self._engine = redis, engine
        self.when_opened: Callable[[], None] = lambda: None
        self._kept: dict[int, Release] = {}
        self._models: dict[str, EmbeddedModel] = {}
        self._opening: dict[int, asyncio.Task[Release]] = {}

    @property
    def is_warm(self) -> bool:
        """Say whether this process has served a release."""
        return bool(self._kept)

    async def get(self, number: int) -> Release:
        """Give a release; NothingPublished for 0, ReleaseUnknown for one that does not exist."""
        if number in self._kept:
            return self._kept[number]
        if number == 0:
            raise NothingPublished
        task = self._opening.get(number)
        if task is None:
            task = self._opening[number] = asyncio.create_task(self._keep(number))
            task.add_done_callback(lambda _task: self._opening.pop(number, None))
        return await asyncio.shield(task)  # Who waits may lose patience; it is opened all the same.

    async def _keep(self, number: int) -> Release:
        release = await self._open(number)
        while len(self._kept) >= MOST_IN_MEMORY:
            self._kept.pop(min(self._kept))
        self._kept[number] = release
        self.when_opened()
        return release

    async def _open(self, number: int) -> Release:
        stored = await self._redis.get(keys.release(number))
        if stored is None:
            row = await asyncio.to_thread(_row, self._engine, number)
            kept = {"files": row.files, "model": row.model, "unmatched": row.unmatched}
            stored = orjson.dumps(kept)
            await self._redis.set(keys.release(number), stored)
        values = orjson.loads(stored)
        model = await self._model(values["model"])
        return await asyncio.to_thread(_assemble, number, values, model)

    async def _model(self, name: str) -> EmbeddedModel | None:
        if name and name not in self._models:
            data: Any = await self._redis.get(keys.model(name))
            if data is None:
                data = await asyncio.to_thread(_model_data, self._engine, name)
                await self._redis.set(keys.model(name), data)
            model = await asyncio.to_thread(EmbeddedModel.load, data)
            await asyncio.to_thread(model.warm)
            self._models[name] = model
        return self._models.get(name)


def _assemble(number: int, values: Mapping[str, Any], model: EmbeddedModel | None) -> Release:
    files, name = values["files"], values["model"]
    examples, _ = read_examples(files)
    entities = read_entities(files)
    book = open_book(files, frozenset(example.intent for example in examples), entities.names)
    rules, _ = read_rules(files)
    segments, _ = read_segments(files)
    unmatched, said = values.get("unmatched", ""), taught(files)
    judge = Judge.without(rules, unmatched) if unmatched else Judge.build(rules)
    return Release(number, book, RuleSet(rules), judge, model, name, segments, said, entities)


def draft_release(files: Files, model: EmbeddedModel | None) -> Release:
    """Compile a draft for the preview: the oracle judges its rules, nothing is kept."""
    compiled = compile_files(files)
    name = model_name(compiled.examples)
    book, rules, segments = compiled.book, compiled.rules, compiled.segments
    said, entities = taught(files), read_entities(files)
    return Release(0, book, RuleSet(rules), Judge(), model, name, segments, said, entities)


async def publish(
    redis: Redis, engine: Engine, files: Files, message: str, author: str, unmatched: str = ""
) -> int:
    """Freeze a set of files into a release and make it live; gives its number.

    The caller has made sure that no blocking problem is left. `unmatched` says why durable-rules
    must not judge it, if so.
    """
    examples, _ = read_examples(files)
    name = model_name(examples)
    data = await asyncio.to_thread(_trained, engine, name, examples) if name else b""
    row = ReleaseRow(
        message=message[:500], author=author, model=name, files=dict(files), unmatched=unmatched
    )
    number = await asyncio.to_thread(_store, engine, row)
    if name:
        await redis.set(keys.model(name), data)
    stored = {"files": dict(files), "model": name, "unmatched": unmatched}
    await redis.set(keys.release(number), orjson.dumps(stored))
    await point_to(redis, engine, number)
    return number


async def point_to(redis: Redis, engine: Engine, number: int) -> None:
    """Make a release live: a new one after publishing, an older one to roll back."""
    await asyncio.to_thread(_set_current, engine, number)
    await redis.set(keys.CURRENT, number)


async def restore(redis: Redis, engine: Engine) -> int:
    """Fill an emptied Redis from the database; gives the number of the live release, 0 for none."""
    with transaction(engine) as database:
        current = database.get(CurrentRelease, 1)
        number = current.number if current else 0
    if number and int(await redis.get(keys.CURRENT) or 0) != number:
        await redis.set(keys.CURRENT, number)
    return number


def live_files(engine: Engine) -> tuple[int, dict[str, str]]:
    """Give the number and the files of what is live; (0, {}) when nothing was published."""
    with transaction(engine, writes=False) as database:
        current = database.get(CurrentRelease, 1)
    return (current.number, dict(_frozen(engine, current.number))) if current else (0, {})


def why_not_matched(engine: Engine) -> str:
    """Give the code of why durable-rules must not judge what is live; empty where it may."""
    with transaction(engine, writes=False) as database:
        current = database.get(CurrentRelease, 1)
        row = database.get(ReleaseRow, current.number) if current else None
        return row.unmatched if row else ""


@lru_cache(maxsize=2)
def _frozen(engine: Engine, number: int) -> dict[str, str]:
    """Give the files of a release, kept: nothing changes it, and every edit asks what is live."""
    return _row(engine, number).files


def files_of(engine: Engine, number: int) -> dict[str, str]:
    """Give the files of a release; ReleaseUnknown when there is none."""
    return dict(_row(engine, number).files)


def list_releases(engine: Engine, most: int = 50) -> list[dict[str, Any]]:
    """List the newest releases: number, message, author, created_at."""
    columns = (ReleaseRow.number, ReleaseRow.message, ReleaseRow.author, ReleaseRow.created_at)
    with transaction(engine) as database:
        rows = database.execute(select(*columns).order_by(ReleaseRow.number.desc()).limit(most))
        return [dict(row._mapping) for row in rows]


def trained_model(engine: Engine, files: Files) -> EmbeddedModel | None:
    """Give the model for these files' training data, trained now if it was not before."""
    examples, _ = read_examples(files)
    if not examples:
        return None
    name = model_name(examples)
    if name not in _DRAFT_MODELS:
        while len(_DRAFT_MODELS) >= MOST_DRAFT_MODELS:
            _DRAFT_MODELS.pop(next(iter(_DRAFT_MODELS)))
        _DRAFT_MODELS[name] = EmbeddedModel.load(_trained(engine, name, examples))
    return _DRAFT_MODELS[name]


def model_name(examples: list[Example]) -> str:
    """Name the model of some examples, of the kind that is trained now; empty without examples."""
    return f"{fingerprint(examples)}-{version()}" if examples else ""


def _trained(engine: Engine, name: str, examples: list[Example]) -> bytes:
    with transaction(engine) as database:
        row = database.get(ModelRow, name)
        if row is not None:
            return row.data
    data = train(examples)
    with transaction(engine) as database:
        if database.get(ModelRow, name) is None:
            database.add(ModelRow(fingerprint=name, data=data))
    return data


def _store(engine: Engine, row: ReleaseRow) -> int:
    with transaction(engine) as database:
        newest = database.scalar(select(func.max(ReleaseRow.number))) or 0
        row.number = newest + 1
        database.add(row)
        return newest + 1


def _set_current(engine: Engine, number: int) -> None:
    with transaction(engine) as database:
        if database.get(ReleaseRow, number) is None:
            raise ReleaseUnknown(number)
        current = database.get(CurrentRelease, 1)
        if current is None:
            database.add(CurrentRelease(id=1, number=number))
        else:
            current.number = number


def _row(engine: Engine, number: int) -> ReleaseRow:
    with transaction(engine) as database:
        row = database.get(ReleaseRow, number)
    if row is None:
        raise ReleaseUnknown(number)
    return row


def _model_data(engine: Engine, name: str) -> bytes:
    with transaction(engine) as database:
        row = database.get(ModelRow, name)
    if row is None:
        raise ReleaseUnknown(name)
    return row.data
