"""Speaks to visitors what was published."""
