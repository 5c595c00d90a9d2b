"""Bots from elsewhere, read into our own YAML files: Typebot's export and Rasa projects."""
