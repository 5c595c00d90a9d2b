"""Flows of any size, the same for everyone who gives the same seed: a wide grid of linked steps."""

import random
from collections.abc import Mapping
from pathlib import Path

from flows.yaml_text import write

COLUMN, ROW = 320, 260
SCRIPTS = 40
KINDS = ("say", "ask", "ask", "branch", "branch")
# So many questions lead back, as "ask again" does.
BACK = 0.15
SIZES = (500, 1_000, 2_000)
_WORDS = "预算现货分期保修发票快递退换优惠赠品门店配色内存拍照续航屏幕旧机会员安装"
WORDS = [_WORDS[i : i + 2] for i in range(0, len(_WORDS), 2)]


def write_workspace(
    folder: Path, sizes: tuple[int, ...], around: Mapping[str, str] | None = None
) -> None:
    """Write generated flows named grid_500 and so on: a workspace of their own, or one added to."""
    dice = random.Random(7)
    texts = dict(around) if around else {"workspace.yaml": write(_workspace(sizes))}
    for number in range(SCRIPTS):
        words = "，".join(dice.sample(WORDS, 7))
        variants = {"a": {"text": {"zh-CN": f"您好，关于{words}，您想先了解哪一个呢？"}}}
        script = {"script": f"line_{number}", "variants": variants}
        texts[f"scripts/line_{number}.yaml"] = write(script)
    for size in sizes:
        texts[f"flows/{name(size)}.yaml"] = write(flow(size))
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, "utf-8")


def _workspace(sizes: tuple[int, ...]) -> dict[str, object]:
    return {
        "workspace": "grids",
        "name": {"zh-CN": "网格"},
        "languages": ["zh-CN"],
        "start": name(sizes[0]),
        "fallback": "line_0",
        "human": {"queue": "service", "script": "line_1", "closed": "line_2"},
    }


def name(size: int) -> str:
    """Name the flow of a size."""
    return f"grid_{size}"


def flow(size: int) -> dict[str, object]:
    """Give a flow: columns of cards, each linked on to its neighbours to the right, some of them back."""
    dice = random.Random(size)
    rows = round((size / 1.8) ** 0.5)
    columns = (size - 1) // rows
    steps, layout = {}, {}
    for number in range(size):
        column, row = divmod(number, rows)
        near = number + rows + dice.choice((-2, -1, 1, 2))
        # The first column leads down as well as on, so that every step can be reached.
        kinds = KINDS if column else KINDS[1:]
        kind = dice.choice(kinds) if column < columns else "end"
        if kind == "ask" and column and dice.random() < BACK:
            near = number - rows
        third = number + (1 if column == 0 else 2 * rows + dice.choice((-1, 0, 1)))
        ways = [f"s{min(way, size - 1)}" for way in (number + rows, near, third)]
        steps[f"s{number}"] = _step(f"s{number}", kind, dice, ways)
        layout[f"s{number}"] = [80 + column * COLUMN, 80 + row * ROW]
    return {
        "flow": name(size),
        "title": {"zh-CN": f"{size} 步"},
        "start": "s0",
        "steps": steps,
        "layout": layout,
    }


def _step(key: str, kind: str, dice: random.Random, ways: list[str]) -> dict[str, object]:
    ahead, beside, third = ways
    title = {"title": {"zh-CN": f"{dice.choice(WORDS)}{dice.choice(WORDS)} {key}"}}
    script = f"line_{dice.randrange(SCRIPTS)}"
    if kind == "end":
        return {**title, "end": True}
    if kind == "say":
        return {**title, "say": script, "next": ahead}
    if kind == "branch":
        cases = [
            {"when": {"fact": "time.hour", "op": "gte", "value": value}, "next": way}
            for value, way in ((12, third), (18, beside))
        ]
        return {**title, "branch": cases, "otherwise": ahead}
    choices = [{"text": {"zh-CN": dice.choice(WORDS)}, "next": way} for way in (third, beside)]
    return {**title, "ask": script, "choices": choices, "otherwise": ahead}
