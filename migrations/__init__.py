"""Alembic's history, one for both halves, and how to run it."""
