"""Where visitors stand, kept beside Redis; events and sessions in sixteen parts on PostgreSQL."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

PARTS = 16
COPY = "INSERT INTO events SELECT id, name, visitor, at, release, data, text FROM "
SESSIONS = """
CREATE TABLE sessions (
    visitor VARCHAR(200) NOT NULL, at DOUBLE PRECISION NOT NULL, version VARCHAR(20) NOT NULL,
    data TEXT NOT NULL, lasting TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (visitor)
) PARTITION BY HASH (visitor)
"""
EVENTS = """
CREATE TABLE events (
    id VARCHAR(40) NOT NULL, name VARCHAR(100) NOT NULL, visitor VARCHAR(200) NOT NULL,
    at DOUBLE PRECISION NOT NULL, release INTEGER NOT NULL, data JSON NOT NULL,
    text TEXT NOT NULL, PRIMARY KEY (id, visitor)
) PARTITION BY HASH (visitor)
"""


def upgrade() -> None:
    if op.get_bind().dialect.name != "postgresql":
        op.create_table(
            "sessions",
            sa.Column("visitor", sa.String(length=200), primary_key=True),
            sa.Column("at", sa.Float(), nullable=False),
            sa.Column("version", sa.String(length=20), nullable=False),
            sa.Column("data", sa.Text(), nullable=False),
            sa.Column("lasting", sa.Text(), nullable=False),
            sa.Column("lines", sa.Text(), nullable=False),
        )
        op.create_index("ix_sessions_at", "sessions", ["at"])
        return
    op.execute(SESSIONS)
    op.execute("ALTER TABLE events RENAME TO events_before")
    for index in ("ix_events_visitor_at", "ix_events_name_at"):
        op.execute(f"DROP INDEX {index}")
    op.execute(EVENTS)
    for table in ("sessions", "events"):
        for part in range(PARTS):
            op.execute(
                f"CREATE TABLE {table}_{part} PARTITION OF {table} "
                f"FOR VALUES WITH (MODULUS {PARTS}, REMAINDER {part})"
            )
    op.execute(
        "INSERT INTO events SELECT id, name, visitor, at, release, data, text FROM events_before"
    )
    op.execute("DROP TABLE events_before")
    op.create_index("ix_sessions_at", "sessions", ["at"])
    op.create_index("ix_events_visitor_at", "events", ["visitor", "at"])
    op.create_index("ix_events_name_at", "events", ["name", "at"])


def downgrade() -> None:
    op.drop_table("sessions")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE events RENAME TO events_parted")
        op.create_table(
            "events",
            sa.Column("id", sa.String(length=40), primary_key=True),
            sa.Column("name", sa.String(length=100), nullable=False),
            sa.Column("visitor", sa.String(length=200), nullable=False),
            sa.Column("at", sa.Float(), nullable=False),
            sa.Column("release", sa.Integer(), nullable=False),
            sa.Column("data", sa.JSON(), nullable=False),
            sa.Column("text", sa.Text(), nullable=False),
        )
        op.execute(f"{COPY} events_parted")
        op.execute("DROP TABLE events_parted")
        op.create_index("ix_events_visitor_at", "events", ["visitor", "at"])
        op.create_index("ix_events_name_at", "events", ["name", "at"])
