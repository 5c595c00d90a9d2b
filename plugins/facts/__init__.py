"""Facts that plugins bring."""
