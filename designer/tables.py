"""The designer's tables: people and roles, drafts and their versions, the audit list."""

from datetime import datetime
from typing import Any

from flask_security.core import RoleMixin, UserMixin
from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from runtime.db import Base
from runtime.tables import now

roles_of_users = Table(
    "roles_of_users",
    Base.metadata,
    Column("user_id", ForeignKey("users.id"), primary_key=True),
    Column("role_id", ForeignKey("roles.id"), primary_key=True),
)


class Role(Base, RoleMixin):
    """What somebody may do: operator, publisher, agent or admin."""

    __tablename__ = "roles"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), unique=True)
    description: Mapped[str] = mapped_column(String(200), default="")


class User(Base, UserMixin):
    """Somebody who signs in."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    email: Mapped[str] = mapped_column(String(255), unique=True)
    name: Mapped[str] = mapped_column(String(60), default="")
    password: Mapped[str] = mapped_column(String(255))
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    roles: Mapped[list[Any]] = relationship(Role, secondary=roles_of_users, lazy="selectin")


class Draft(Base):
    """The working copy of one file; `text` is None once it was deleted.

    `rev` is the id of the change that wrote it, so revisions only grow and each names a point in
    the history of the whole workspace.
    """

    __tablename__ = "drafts"
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    text: Mapped[str | None] = mapped_column(Text)
    rev: Mapped[int] = mapped_column(Integer, default=1)


class Change(Base):
    """One edit somebody made at a place; it may touch several files."""

    __tablename__ = "changes"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    place: Mapped[str] = mapped_column(String(200), index=True)
    label: Mapped[str] = mapped_column(String(200))
    author: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    state: Mapped[str] = mapped_column(String(10), default="done")
    """done, undone, or spent: neither can be undone nor done again."""
    name: Mapped[str] = mapped_column(String(80), default="", server_default="")
    """What people call the workspace as it was after this change; empty for most."""


class Version(Base):
    """What a change did to one file: its text before and after."""

    __tablename__ = "versions"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    change_id: Mapped[int] = mapped_column(ForeignKey("changes.id"), index=True)
    path: Mapped[str] = mapped_column(String(200), index=True)
    rev: Mapped[int] = mapped_column(Integer)
    before: Mapped[str | None] = mapped_column(Text)
    after: Mapped[str | None] = mapped_column(Text)


class AuditEntry(Base):
    """Who published, rolled back or imported what, and when."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    author: Mapped[str] = mapped_column(String(255))
    what: Mapped[str] = mapped_column(String(60))
    detail: Mapped[str] = mapped_column(String(500), default="")


class Presence(Base):
    """Somebody has a place open; a row that was not renewed for a while counts no more."""

    __tablename__ = "presence"
    tab: Mapped[str] = mapped_column(String(60), primary_key=True)
    place: Mapped[str] = mapped_column(String(200), index=True)
    author: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(60), default="")
    step: Mapped[str] = mapped_column(String(64), default="")
    seen_at: Mapped[float] = mapped_column(Float)


class Publication(Base):
    """A release somebody asked for: it waits for a second pair of eyes, or for its time."""

    __tablename__ = "publications"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[str] = mapped_column(String(255))
    message: Mapped[str] = mapped_column(String(500), default="")
    change_id: Mapped[int] = mapped_column(Integer)
    asked_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    state: Mapped[str] = mapped_column(String(12), default="waiting")
    """waiting (for a second pair of eyes), scheduled, done, withdrawn, or failed."""
    decided_by: Mapped[str] = mapped_column(String(255), default="")
    outcome: Mapped[str] = mapped_column(String(500), default="")
    left_out: Mapped[list[str]] = mapped_column(JSON, default=list, server_default="[]")
    """Paths of files that stay as they are live."""


class Evaluation(Base):
    """A cross-validation, a training of Rasa, a simulation: how far it is, what came of it."""

    __tablename__ = "evaluations"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    author: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    change_id: Mapped[int] = mapped_column(Integer)
    """The revision of the drafts that is judged."""
    kind: Mapped[str] = mapped_column(
        String(10), default="cross", server_default="cross", index=True
    )
    """cross (validation of our engine), rasa (a training), rules (simulated), or rehearsal."""
    state: Mapped[str] = mapped_column(String(10), default="waiting", index=True)
    """waiting, running, done, failed, or cancelled."""
    done: Mapped[int] = mapped_column(Integer, default=0)
    """Folds that are done; of a training, hundredths of its parts; of a simulation, percent."""
    seen_at: Mapped[float] = mapped_column(Float)
    """The last sign of life of whoever works on it."""
    outcome: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    log: Mapped[str] = mapped_column(Text, default="", server_default="")
    """The last lines of what Rasa said."""


class MoodLabel(Base):
    """What somebody said of a message, without what may name a visitor: angry or not."""

    __tablename__ = "mood_labels"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    text: Mapped[str] = mapped_column(String(300), unique=True)
    language: Mapped[str] = mapped_column(String(2))
    angry: Mapped[bool] = mapped_column(Boolean)
    author: Mapped[str] = mapped_column(String(255))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class Import(Base):
    """A foreign bot on its way into the drafts, and what became of it."""

    __tablename__ = "imports"
    key: Mapped[str] = mapped_column(String(32), primary_key=True)
    once: Mapped[str | None] = mapped_column(String(32), unique=True)
    """What a second click on the same form would send again; gone when it came to nothing."""
    author: Mapped[str] = mapped_column(String(255), index=True)
    kind: Mapped[str] = mapped_column(String(10))
    label: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)
    size: Mapped[int] = mapped_column(Integer)
    state: Mapped[str] = mapped_column(String(10), index=True)
    """waiting, running, done, failed, or cancelled."""
    stage: Mapped[str] = mapped_column(String(10), default="")
    """What a running one does: reading, drawing, checking, or saving."""
    stage_at: Mapped[float] = mapped_column(Float)
    blocks: Mapped[int] = mapped_column(Integer, default=0)
    tries: Mapped[int] = mapped_column(Integer, default=0)
    seen_at: Mapped[float] = mapped_column(Float)
    """The last sign of life of whoever works on it."""
    outcome: Mapped[str] = mapped_column(Text, default="{}")
    """As JSON: what came along and what did not, or why it failed."""


class Upload(Base):
    """One file of an import; it is deleted with the end of its import, however that ends."""

    __tablename__ = "uploads"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    import_key: Mapped[str] = mapped_column(ForeignKey("imports.key"), index=True)
    name: Mapped[str] = mapped_column(String(500))
    content: Mapped[bytes] = mapped_column(LargeBinary)
