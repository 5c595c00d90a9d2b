"""A planned release remembers which files stay as they were live."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "publications", sa.Column("left_out", sa.JSON(), nullable=False, server_default="[]")
    )
