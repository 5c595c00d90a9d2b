"""What happens beside the path of a message: timers, the outbox relay, archive, weights."""
