"""One SQLAlchemy Base, one engine, short sessions."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from sqlalchemy import Dialect, Engine, Table, create_engine, event, insert
from sqlalchemy.orm import DeclarativeBase, Session


class Base(DeclarativeBase):
    """Every table of both halves."""


def open_engine(url: str) -> Engine:
    """Open the database; SQLite gets write-ahead logging and waits for other writers."""
    engine = create_engine(url, pool_pre_ping=not url.startswith("sqlite"))
    if url.startswith("sqlite"):
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_at_once)
    return engine


def _set_up_sqlite(connection: Any, _record: Any) -> None:
    # The driver must not open transactions itself, or two writers meet in a deadlock.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA busy_timeout = 10000")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = NORMAL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_at_once(connection: Any) -> None:
    # A transaction that will write takes its turn at once; a reader never makes anybody wait.
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


@contextmanager
def transaction(engine: Engine, writes: bool = True) -> Iterator[Session]:
    """Open a session that commits when the block ends well."""
    bound = engine.execution_options(writes=writes)
    with Session(bound, expire_on_commit=False) as session, session.begin():
        yield session


def rows_into(database: Session, kind: type[Base], rows: Sequence[tuple[Any, ...]]) -> None:
    """Write many rows at once, each with a value for every column, in the order of the columns.

    Values are those of the driver, so JSON comes as text. A row costs a tenth of an object's.
    """
    if not rows:
        return
    connection = database.connection()
    statement, names = _insertion(kind, connection.dialect)
    given: Any = rows if names is None else [dict(zip(names, row, strict=True)) for row in rows]
    connection.exec_driver_sql(statement, given)


@lru_cache(maxsize=16)
def _insertion(kind: type[Base], dialect: Dialect) -> tuple[str, list[str] | None]:
    """Give the statement as the driver takes it, and the names where it does not go by place."""
    table = kind.__table__
    assert isinstance(table, Table)  # noqa: S101  of a mapped class it is
    compiled = insert(table).compile(dialect=dialect)
    names = [column.name for column in table.columns]
    return str(compiled), None if dialect.positional else names
