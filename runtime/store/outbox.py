"""What turns have committed for other systems: waiting, put off, and laid aside for a person."""

from runtime.store import keys
from runtime.store.deliveries import Deliveries
from runtime.store.streams import Share

EFFECTS = Share(keys.OUTBOX, "relay", lying_ms=75_000)
"""Given again after longer than any call may take, so that nobody delivers twice at once."""
GIVEN = Deliveries(EFFECTS, keys.OUTBOX_LATER, keys.OUTBOX_ASIDE)
