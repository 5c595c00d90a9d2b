"""A Typebot export to our YAML: each typebot becomes a flow, each of its blocks a step or two.

Blocks follow one another inside a group unless an edge leads elsewhere. A block that becomes no
step is passed over: whatever led to it leads to what comes after it.
"""

from collections.abc import Collection, Sequence

from flows.importing.imported import Imported, Keys, clean, is_chinese, keys_in
from flows.importing.sketch import Sketch, imported, links_in
from flows.importing.typebot_blocks import asks, draw_block
from flows.importing.typebot_drawing import Connectors, Drawing, Names, Slots
from flows.importing.typebot_layout import lay_out
from flows.importing.typebot_reading import Bot, Spot, read_bots
from flows.importing.typebot_texts import bubble_text


def from_typebot(
    content: bytes, taken: Collection[str] = (), languages: Sequence[str] = ("zh-CN",)
) -> Imported:
    """Turn a Typebot export into flows and scripts whose paths are not among those taken.

    Raises NotReadable when the content is no such export.
    """
    bots = read_bots(content)
    flows, scripts = Keys(keys_in(taken, "flows")), Keys(keys_in(taken, "scripts"))
    connectors = Connectors(Keys(keys_in(taken, "connectors")))
    keys = [flows.free(bot.name, "typebot") for bot in bots]
    linked = {bot.id: key for bot, key in zip(bots, keys, strict=True) if bot.id}
    names = Names(linked, Slots(), connectors)
    chinese = _speaks_chinese(bots, languages)
    sketches = []
    for bot, key in zip(bots, keys, strict=True):
        sketch = Sketch(key, clean(bot.name)[:200], scripts)
        _draw(Drawing(bot, sketch, names, chinese))
        sketches.append(sketch)
    return imported(sketches, connectors.files())


def _draw(drawing: Drawing) -> None:
    bot, sketch = drawing.bot, drawing.sketch
    for number, group in enumerate(bot.groups):
        waiting: tuple[Spot, str] | None = None
        for place, block in enumerate(group.blocks):
            spot = (number, place)
            if drawing.is_prompt(spot) and asks(group.blocks[place + 1]):
                # A Typebot input has no words of its own: the bubble before it asks.
                waiting = (spot, drawing.words(block))
                continue
            before, drawing.prompt = waiting, waiting[1] if waiting else ""
            waiting = None
            draw_block(drawing, spot, block)
            if before:
                drawing.heads[before[0]] = drawing.heads[spot]
                sketch.carried += 1
    for event in bot.events:
        sketch.leave_out("events", event, "no_equivalent")
    _link(drawing)
    lay_out(drawing)
    sketch.finish()


def _link(drawing: Drawing) -> None:
    """Turn every link from the place of a block into the step that stands for it."""
    sketch = drawing.sketch
    for holder, name in links_in(sketch.steps.values()):
        if isinstance(holder[name], tuple):
            holder[name] = drawing.key_at(holder[name])
        elif holder[name] is None:
            holder[name] = ""
    start = drawing.bot.edges.get(drawing.bot.start)
    if start is None:
        sketch.leave_out("start", "", "approximated")
    sketch.start = drawing.key_at(start or (0, 0))
    _name_groups(drawing)
    reached = _reached(sketch)
    for spot, key in drawing.heads.items():
        if key not in reached:
            sketch.leave_out(drawing.place(spot), drawing.block(spot).kind, "not_reachable")


def _name_groups(drawing: Drawing) -> None:
    """Give the first step of each group the group's title, for the canvas."""
    named: set[int] = set()
    for (number, place), key in sorted(drawing.heads.items()):
        title = clean(drawing.bot.groups[number].title)[:100]
        if number not in named and title and (number, place) in drawing.heads:
            named.add(number)
            drawing.sketch.steps[key].setdefault("title", title)


def _reached(sketch: Sketch) -> set[str]:
    reached: set[str] = set()
    todo = [sketch.start]
    while todo:
        key = todo.pop()
        if key in sketch.steps and key not in reached:
            reached.add(key)
            todo += [holder[name] for holder, name in links_in([sketch.steps[key]])]
    return reached


def _speaks_chinese(bots: Sequence[Bot], languages: Sequence[str]) -> bool:
    """Guess the language of a bot's own words: it decides which neutral words we put in."""
    texts = (
        bubble_text(block.raw.get("content"), bot.variables)
        for bot in bots
        for group in bot.groups
        for block in group.blocks
        if block.is_bubble
    )
    found = [is_chinese(text) for text in texts if text]
    if not found:
        return next(iter(languages), "zh-CN").startswith("zh")
    return sum(found) * 4 >= len(found)
