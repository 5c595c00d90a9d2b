"""Channels and connectors that ship with the product; found by entry point, imported by nobody."""
