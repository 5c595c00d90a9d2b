"""Runs the migrations on the connection that `migrations.run` hands over."""

from alembic import context

import designer.tables
import runtime.tables  # noqa: F401  its tables belong to the same metadata

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=designer.tables.Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
