"""The heart: walks a book for one visitor. Pure."""
