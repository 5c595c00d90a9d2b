"""Components that Rasa loads by name, in its own CPython 3.10; nothing here imports Dialoom."""
