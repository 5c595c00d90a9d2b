"""Run by Rasa's own CPython: says of pairs of folders whether Rasa reads the same out of them."""

import json
import sys
from typing import Any

# Rasa is not installed where this is checked.
from rasa.shared.nlu.training_data.loading import load_data  # type: ignore[import-not-found]

KEPT = ("entity", "value", "role", "group", "start", "end")


def shape(folder: str) -> dict[str, Any]:
    """Give all that Rasa learns from a folder, in an order that does not depend on the files."""
    data = load_data(folder)
    examples = []
    for one in data.training_examples:
        named = [{k: e[k] for k in KEPT if k in e} for e in one.get("entities") or []]
        examples.append([one.get("text"), one.get("intent"), named])
    lookups = {table["name"]: sorted(table["elements"]) for table in data.lookup_tables}
    return {
        "examples": sorted(json.dumps(one, sort_keys=True) for one in examples),
        "synonyms": data.entity_synonyms,
        "regexes": sorted(json.dumps(one, sort_keys=True) for one in data.regex_features),
        "lookups": lookups,
    }


if __name__ == "__main__":
    found = []
    for before, after in zip(sys.argv[1::2], sys.argv[2::2], strict=True):
        old, new = shape(before), shape(after)
        found.append([len(old["examples"]), [key for key in old if old[key] != new[key]]])
    print(json.dumps(found))
