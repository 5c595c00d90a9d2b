"""What a visitor's text means: intent, entities and sentiment."""
