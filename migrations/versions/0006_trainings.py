"""Trainings of Rasa beside the evaluations: the same way through a worker, and what it said."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("evaluations") as table:
        kind = sa.Column("kind", sa.String(length=10), nullable=False, server_default="cross")
        table.add_column(kind)
        table.add_column(sa.Column("log", sa.Text(), nullable=False, server_default=""))
        table.create_index("ix_evaluations_kind", ["kind"])
