"""The slot of ours that stands for each slot of a Rasa project, and texts that name them."""

import re

from flows.importing.imported import Keys, escaped, slot_key
from flows.importing.rasa_domain import Domain
from flows.importing.sketch import Sketch

_SLOT = re.compile(r"\{([A-Za-z_][\w.-]*)\}")


class Slots:
    """The slot of ours for each of Rasa's, by its name."""

    def __init__(self, domain: Domain, sketch: Sketch) -> None:
        self.sketch, self.keys = sketch, Keys()
        self.known = {*domain.slots, *(slot for form in domain.forms.values() for slot in form)}
        self.by_name: dict[str, str] = {}

    def of(self, name: str) -> str:
        """Give our slot for one of Rasa's."""
        if name not in self.by_name:
            self.by_name[name] = self.keys.free(slot_key(name), "slot")
        return self.by_name[name]

    def use(self, name: str) -> str:
        """Give our slot for one of Rasa's that something reads."""
        slot = self.of(name)
        self.sketch.used[slot] = None
        return slot

    def text(self, text: str) -> str:
        """Turn `{slot}` into our placeholder, where the project has such a slot."""
        words, last = [], 0
        for match in _SLOT.finditer(text):
            if match.group(1) in self.known:
                words.append(escaped(text[last : match.start()]))
                words.append("{{ slot." + self.use(match.group(1)) + " }}")
                last = match.end()
        return "".join(words) + escaped(text[last:])
