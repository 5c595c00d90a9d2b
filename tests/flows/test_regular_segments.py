"""The quick way of cutting a text cuts as the slow one does, or leaves it to that."""

import random

from bench.canvas_graph import flow
from designer.library import DEMO, library_files
from flows import segments
from flows.regular_segments import cut_regular
from flows.yaml_text import write

DAMAGE = ("\n", "  ", "\n# c\n", "\n  # d\n", "\n\n", "- ", "a:", " b: 1", "'k': ", "　", "\u2028")
DAMAGE += ("|", "{a: 1}", '"q\ny": 1', "\nvariants:\n  a:\n    text:\n      zh: q\n", "#", ":", " ")


def test_what_we_write_is_cut_the_quick_way() -> None:
    flows = [text for path, text in library_files(DEMO).items() if path.startswith("flows/")]
    for text in [write(flow(60)), *flows]:
        found = cut_regular(text, segments.DEPTHS)
        assert found == segments._cut_by_line(text)
        assert "".join((found or {}).values()) == text


def test_damaged_texts_are_cut_alike() -> None:
    dice = random.Random(3)
    texts = [write(flow(12)), *library_files(DEMO).values()]
    quick = 0
    for _ in range(3_000):
        text = dice.choice(texts)[:2_000]
        for _ in range(dice.randrange(1, 5)):
            at = dice.randrange(len(text) + 1)
            text = text[:at] + dice.choice(DAMAGE) + text[at + dice.choice((0, 0, 0, 1, 9)) :]
        found = cut_regular(text, segments.DEPTHS)
        if found is not None:
            quick += 1
            assert list(found.items()) == list((segments._cut_by_line(text) or {}).items()), text
    assert quick > 500
