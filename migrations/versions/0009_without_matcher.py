"""Why a release is judged without durable-rules; empty where it is not."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    column = sa.Column("unmatched", sa.String(length=40), nullable=False, server_default="")
    op.add_column("releases", column)


def downgrade() -> None:
    op.drop_column("releases", "unmatched")
