"""A flow while it is being drawn: plain steps, scripts and places, made whole at the end.

Steps are the plain values that our YAML holds. A link may point nowhere until `finish`, which
leads it to an end, so that whatever was left out never leaves a loose thread.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from flows.importing.imported import MOST_TEXT, Imported, Keys, LeftOut, NotReadable, clean
from flows.yaml_text import MOST_BYTES, write

END = "end"
CARD, ROW, COLUMN = 220, 140, 300
"""How wide a card is, and how far apart cards stand below and beside one another."""
FARTHEST = 900_000
Plain = dict[str, Any]


class Sketch:
    """One flow that is being drawn, with the scripts it says and the list of what is missing."""

    def __init__(self, flow: str, title: str, scripts: Keys) -> None:
        self.flow, self.title, self.scripts = flow, title, scripts
        self.start = ""
        self.keys = Keys({END})
        self.steps: dict[str, Plain] = {}
        self.wordings: dict[str, dict[str, str]] = {}
        self.layout: dict[str, tuple[float, float]] = {}
        self.used: dict[str, None] = {}
        self.filled: set[str] = set()
        self.typed: dict[str, None] = {}
        self.left_out: dict[LeftOut, None] = {}
        self.carried = self.missing = 0

    def leave_out(self, place: str, what: str, code: str) -> None:
        """Note once that something did not come along, or not quite as it was."""
        self.left_out[LeftOut(clean(place)[:200], clean(what)[:200], code)] = None

    def script(self, name: str, *texts: str) -> str:
        """Keep a script with one variant for each text, and give its key."""
        key = self.scripts.free(name)
        names = Keys()
        self.wordings[key] = {
            names.free("abcdefghij"[i : i + 1], "v"): t for i, t in enumerate(texts)
        }
        return key

    def wording(self, text: str, place: str) -> str:
        """Cut a text that is too long for one message, and name it."""
        if len(text) > MOST_TEXT:
            self.leave_out(place, text[:40], "too_long")
        return clean(text[:MOST_TEXT])

    def add(self, key: str, step: Plain) -> None:
        """Draw a step."""
        self.steps[key] = step

    def finish(self) -> None:
        """Make the drawing whole: every link leads on, no loop is silent, every slot is filled."""
        for holder, name in links_in(self.steps.values()):
            if holder[name] not in self.steps:
                holder[name] = END
        if self.start not in self.steps:
            self.start = END
        self._cut_silent_loops()
        self._fill_slots()
        ways = {holder[name] for holder, name in links_in(self.steps.values())}
        if END in ways or self.start == END:
            self.steps[END] = {"end": True}
            self.layout[END] = self._beside()

    def _fill_slots(self) -> None:
        """Fill what is read and never filled: with what is known of it, else with nothing."""
        filled = self.filled.union(filled_slots(self.steps.values()))
        missing = [slot for slot in self.used if slot not in filled]
        for slot in missing:
            self.leave_out(self.flow, f"slot.{slot}", "never_filled")
            if slot in self.typed:
                # A wording would turn a number into text, so one that is known is left alone.
                empty = {"set": {slot: ""}, "next": self.start}
                unknown = {"fact": f"slot.{slot}", "op": "exists", "value": False}
                key, self.start = self.start, self._begin(empty)
                case = {"when": unknown, "next": self.start}
                self.start = self._begin({"branch": [case], "otherwise": key})
        texts = {slot: "{{ slot." + slot + " }}" for slot in missing if slot not in self.typed}
        if texts:
            self.start = self._begin({"set": texts, "next": self.start})

    def _begin(self, step: Plain) -> str:
        """Put a step before the first one."""
        key = self.keys.free("begin")
        self.steps = {key: step, **self.steps}
        x, y = self.layout.get(self.start, (0.0, 0.0))
        self.layout[key] = (x, y - ROW)
        return key

    def _beside(self) -> tuple[float, float]:
        places = [place for key, place in self.layout.items() if key in self.steps] or [(0.0, 0.0)]
        return max(x for x, _ in places) + COLUMN, min(y for _, y in places)

    def _cut_silent_loops(self) -> None:
        """Lead a link to the end where it would close a loop in which nobody is asked anything."""
        done: set[str] = set()
        for first in self.steps:
            path: dict[str, Iterator[tuple[Plain, Any]]] = {}
            todo = [] if first in done else [first]
            while todo:
                key = todo[-1]
                if key not in path:
                    path[key] = links_in([] if _waits(self.steps[key]) else [self.steps[key]])
                holder, name = next(path[key], (None, ""))
                if holder is None:
                    path.pop(todo.pop())
                    done.add(key)
                elif holder[name] in path:
                    self.leave_out(self.flow, key, "loop_cut")
                    holder[name] = END
                elif holder[name] in self.steps and holder[name] not in done:
                    todo.append(holder[name])

    def files(self) -> dict[str, str]:
        """Write the flow and its scripts as YAML."""
        title = {"title": self.title} if self.title else {}
        text = write({"flow": self.flow, **title, "start": self.start, "steps": self.steps})
        text += "layout:\n" + "".join(
            f"  {key}: [{_place(self.layout.get(key, (0.0, 0.0)))}]\n" for key in self.steps
        )
        if len(text.encode()) > MOST_BYTES:
            raise NotReadable("too_big", most="1 MiB")
        written = {f"flows/{self.flow}.yaml": text}
        for key, wordings in self.wordings.items():
            variants = {name: {"text": text} for name, text in wordings.items()}
            written[f"scripts/{key}.yaml"] = write({"script": key, "variants": variants})
        return written


def imported(sketches: list[Sketch], more: Mapping[str, str]) -> Imported:
    """Put finished sketches together, and count what came along."""
    files = {path: text for sketch in sketches for path, text in sketch.files().items()}
    left_out = tuple(item for sketch in sketches for item in sketch.left_out)
    carried = sum(sketch.carried for sketch in sketches)
    missing = sum(sketch.missing for sketch in sketches)
    return Imported({**files, **more}, carried, left_out, carried + missing)


def links_in(steps: Any) -> Iterator[tuple[Plain, Any]]:
    """Yield every link of plain steps as the mapping that holds it and its name there."""
    for step in steps:
        yield from ((step, name) for name in ("next", "otherwise") if name in step)
        yield from ((choice, "next") for choice in step.get("choices", ()))
        yield from ((case, "next") for case in step.get("branch", ()))
        yield from ((step["intents"], intent) for intent in step.get("intents", ()))


def filled_slots(steps: Any) -> Iterator[str]:
    """Name the slots that plain steps fill."""
    for step in steps:
        yield from step.get("set", ())
        if "slot" in step:
            yield step["slot"]


def _waits(step: Plain) -> bool:
    return "ask" in step or "end" in step or "handover" in step


def _place(at: tuple[float, float]) -> str:
    return ", ".join(str(round(min(max(n, -FARTHEST), FARTHEST))) for n in at)
