"""Measurements of speed; accuracy and speed live here, not in timed tests."""
