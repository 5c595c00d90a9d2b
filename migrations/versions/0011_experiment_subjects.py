"""An experiment may be over a flow or a rule: its name is longer than a script's."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _length(64, 80)


def downgrade() -> None:
    _length(80, 64)


def _length(before: int, now: int) -> None:
    with op.batch_alter_table("experiments") as table:
        table.alter_column(
            "script", existing_type=sa.String(length=before), type_=sa.String(length=now)
        )
