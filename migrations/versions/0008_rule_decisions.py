"""What became of each rule that was woken lately: why it spoke, or why it did not."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rule_decisions",
        sa.Column("rule", sa.String(length=100), nullable=False),
        sa.Column("event", sa.String(length=40), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.Column("outcome", sa.String(length=40), nullable=False),
        sa.PrimaryKeyConstraint("rule", "event"),
    )
    op.create_index("ix_rule_decisions_rule_at", "rule_decisions", ["rule", "at"])


def downgrade() -> None:
    op.drop_table("rule_decisions")
