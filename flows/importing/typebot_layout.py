"""Where the cards of an imported typebot stand: a column for each group, where the group stood."""

from flows.importing.sketch import CARD, ROW
from flows.importing.typebot_drawing import Drawing

STRIP = 20
"""How wide the strips are in which we remember how far down the cards reach."""


def lay_out(drawing: Drawing) -> None:
    """Place the cards of each group in a column, and push columns down until none overlap."""
    sketch, groups = drawing.sketch, drawing.bot.groups
    bottoms: dict[int, float] = {}
    order = sorted(drawing.columns, key=lambda number: (groups[number].at[1], groups[number].at[0]))
    for number in order:
        x, y = groups[number].at
        strips = range(int(x // STRIP), int((x + CARD) // STRIP) + 2)
        top = max([y, *(bottoms.get(strip, y) for strip in strips)])
        keys = drawing.columns[number]
        for row, key in enumerate(keys):
            sketch.layout[key] = (x, top + row * ROW)
        bottom = top + len(keys) * ROW + ROW / 2
        bottoms.update(dict.fromkeys(strips, bottom))
