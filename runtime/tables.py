"""The runtime's tables: releases, trained models, coupons that were issued, archived events."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Float, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from runtime.db import Base


def now() -> datetime:
    """Give the time as rows keep it: UTC."""
    return datetime.now(UTC)


class ReleaseRow(Base):
    """A frozen set of files; `files` maps paths to YAML text."""

    __tablename__ = "releases"
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    message: Mapped[str] = mapped_column(String(500), default="")
    author: Mapped[str] = mapped_column(String(200), default="")
    model: Mapped[str] = mapped_column(String(64), default="")
    unmatched: Mapped[str] = mapped_column(String(40), default="", server_default="")
    """Why durable-rules must not judge it; empty where it may."""
    files: Mapped[dict[str, str]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class CurrentRelease(Base):
    """Which release is live, kept so that an emptied Redis can be filled again."""

    __tablename__ = "current_release"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(Integer)
    since: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class ModelRow(Base):
    """A trained intent model, named by the fingerprint of its training data."""

    __tablename__ = "models"
    fingerprint: Mapped[str] = mapped_column(String(64), primary_key=True)
    data: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class CouponIssue(Base):
    """A coupon that was given to a visitor; the key makes it happen once."""

    __tablename__ = "coupon_issues"
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    visitor: Mapped[str] = mapped_column(String(200), index=True)
    coupon: Mapped[str] = mapped_column(String(100))
    code: Mapped[str] = mapped_column(String(40), unique=True)
    expires_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    created_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), default=now)


class EventRow(Base):
    """Something that happened, copied from the event stream; `id` is its place in the stream."""

    __tablename__ = "events"
    id: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    visitor: Mapped[str] = mapped_column(String(200))
    at: Mapped[float] = mapped_column(Float)
    release: Mapped[int] = mapped_column(Integer, default=0)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    text: Mapped[str] = mapped_column(Text, default="")
    __table_args__ = (
        Index("ix_events_visitor_at", "visitor", "at"),
        Index("ix_events_name_at", "name", "at"),
    )


class SessionRow(Base):
    """Where a visitor stood when their turns were archived: what Redis held of them."""

    __tablename__ = "sessions"
    visitor: Mapped[str] = mapped_column(String(200), primary_key=True)
    at: Mapped[float] = mapped_column(Float, index=True)
    version: Mapped[str] = mapped_column(String(20))
    data: Mapped[str] = mapped_column(Text)
    lasting: Mapped[str] = mapped_column(Text, default="")
    lines: Mapped[str] = mapped_column(Text, default="[]")
    """The newest lines of the log, as a JSON list."""


class ExperimentRow(Base):
    """A run of an experiment: `setup` is its definition as it was when it began, as plain values.

    `script` is what it is over: a script, `flow.…` or `rule.…`. `state` is running, paused,
    switched, rolled_back, stopped or archived; `shares` are those in force. `winner`
    names the arm that everybody gets since it ended.
    """

    __tablename__ = "experiments"
    run: Mapped[str] = mapped_column(String(100), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), index=True)
    script: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(20))
    setup: Mapped[dict[str, Any]] = mapped_column(JSON)
    shares: Mapped[dict[str, float]] = mapped_column(JSON)
    winner: Mapped[str] = mapped_column(String(64), default="")
    began: Mapped[float] = mapped_column(Float)
    ended: Mapped[float] = mapped_column(Float, default=0.0)
    learnt: Mapped[str] = mapped_column(Text, default="")


class ExperimentStep(Base):
    """Something that changed in a run, and from what it was worked out, so that it can be again."""

    __tablename__ = "experiment_steps"
    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    run: Mapped[str] = mapped_column(String(100))
    at: Mapped[float] = mapped_column(Float)
    what: Mapped[str] = mapped_column(String(20))
    author: Mapped[str] = mapped_column(String(200), default="")
    shares: Mapped[dict[str, float]] = mapped_column(JSON)
    inputs: Mapped[dict[str, Any]] = mapped_column(JSON)
    __table_args__ = (Index("ix_experiment_steps_run_at", "run", "at"),)


class RuleDecision(Base):
    """That a rule was woken, and what became of it: the newest hundred of each rule.

    `outcome` is `fired`, `otherwise`, `condition` or the arbiter's reason; what was known then
    stands in the event.
    """

    __tablename__ = "rule_decisions"
    rule: Mapped[str] = mapped_column(String(100), primary_key=True)
    event: Mapped[str] = mapped_column(String(40), primary_key=True)
    at: Mapped[float] = mapped_column(Float)
    outcome: Mapped[str] = mapped_column(String(40))
    __table_args__ = (Index("ix_rule_decisions_rule_at", "rule", "at"),)
