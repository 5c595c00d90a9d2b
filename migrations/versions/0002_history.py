"""History: named versions, presence, publications; a draft's revision names its last change."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    name = sa.Column("name", sa.String(length=80), server_default="", nullable=False)
    op.add_column("changes", name)
    op.create_table(
        "presence",
        sa.Column("tab", sa.String(length=60), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("step", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("tab"),
    )
    op.create_index("ix_presence_place", "presence", ["place"])
    op.create_table(
        "publications",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author", sa.String(length=255), nullable=False),
        sa.Column("message", sa.String(length=500), nullable=False),
        sa.Column("change_id", sa.Integer(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("decided_by", sa.String(length=255), nullable=False),
        sa.Column("outcome", sa.String(length=500), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    # Revisions counted the edits of one file before; the id of its last change is never smaller.
    op.execute(
        "UPDATE drafts SET rev = COALESCE((SELECT MAX(versions.change_id) FROM versions "
        "WHERE versions.path = drafts.path), drafts.rev)"
    )
