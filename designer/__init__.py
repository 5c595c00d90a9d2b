"""Where people draw, write, test and publish."""
