"""One function for each kind of step that a node of Rasa's stories becomes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flows.importing.imported import escaped
from flows.importing.rasa_domain import Raw, Slot, text_of
from flows.importing.rasa_drawing import HUB, Plot, Spot, payload_of
from flows.importing.rasa_stories import retrieved
from flows.importing.rasa_tree import Node
from flows.importing.sketch import END, Plain

ACTIONS = "rasa_actions"
"""The connector that custom actions ask, unless a workspace has one of that name."""


def draw(plot: Plot) -> None:
    """Draw every step that can be reached from the start."""
    sketch, root = plot.sketch, plot.stories.root
    sketch.keys.taken.add(HUB)
    ways = {name: plot.way(Spot(node)) for name, node in plot.stories.names(root.user)}
    if ways:
        said = plot.neutral("hub")
        sketch.add(HUB, {"ask": said, "intents": ways, "otherwise": plot.lost() or HUB})
    sketch.start = plot.way(Spot(root)) if root.bot else HUB
    while plot.todo:
        kind, spot, key = plot.todo.pop()
        STEPS[kind](plot, spot, key)
    if plot.route and ways:
        cases = [
            {"when": plot.test("message.intent", "eq", name), "next": to}
            for name, to in ways.items()
        ]
        sketch.add(plot.route, {"branch": cases, "otherwise": plot.lost() or HUB})


def _say(plot: Plot, spot: Spot, key: str) -> None:
    responses = plot.domain.responses[spot.node.name]
    script = plot.script(spot.node.name, responses)
    past = replace(spot, is_past=True)
    has_buttons = any(response.buttons for response in responses)
    if plot.alternatives(past) or plot.following(past) or spot.node.is_home:
        plot.sketch.add(key, {"say": script, "next": plot.way(past)})
        if has_buttons:
            plot.sketch.leave_out(f'response "{spot.node.name}"', "buttons", "approximated")
        return
    intents = plot.answers(past)
    choices = plot.choices(responses, intents)
    if not intents and not choices:
        plot.sketch.add(key, {"say": script, "next": plot.way(past)})
        return
    plot.sketch.add(key, _asked(plot, script, choices, intents))


def _asked(plot: Plot, script: str, choices: list[Plain], intents: dict[str, str]) -> Plain:
    step: Plain = {"ask": script}
    step |= {"choices": choices} if choices else {}
    step |= {"intents": intents} if intents else {}
    return {**step, "otherwise": plot.elsewhere()}


def _text(plot: Plot, spot: Spot, key: str) -> None:
    words = plot.sketch.wording(spot.node.name, "bot")
    script = plot.sketch.script(f"{plot.sketch.flow}_{key}", escaped(words) or "…")
    past = replace(spot, is_past=True)
    if plot.following(past) is None and (intents := plot.answers(past)):
        plot.sketch.add(key, _asked(plot, script, [], intents))
    else:
        plot.sketch.add(key, {"say": script, "next": plot.way(past)})


def _wait(plot: Plot, spot: Spot, key: str) -> None:
    script = plot.neutral("wait")
    plot.sketch.add(key, _asked(plot, script, [], plot.answers(spot)))


def _branch(plot: Plot, spot: Spot, key: str) -> None:
    ways = plot.alternatives(spot)
    tested = [node for node in ways if node.kind == "slot"]
    plot.branched.update(tested)
    cases = [
        {"when": _when(plot, node), "next": plot.way(Spot(node, spot.loop))} for node in tested
    ]
    plot.sketch.add(key, {"branch": cases, "otherwise": plot.way(Spot(ways[-1], spot.loop))})


def _when(plot: Plot, node: Node) -> Plain:
    tests = []
    for name, op, value in node.value:
        slot = plot.slots.use(name)
        fact = f"slot.{slot}"
        if op == "eq" and not isinstance(value, str):
            plot.sketch.typed[slot] = None
        if op == "eq":
            tests.append(plot.test(fact, "eq", value))
        else:
            empty = _is_empty(plot, fact)
            tests.append(empty if op == "empty" else {"not": empty})
    return tests[0] if len(tests) == 1 else {"all": tests}


def _is_empty(plot: Plot, fact: str) -> Plain:
    return {"any": [plot.test(fact, "exists", False), plot.test(fact, "eq", "")]}


def _choose(plot: Plot, spot: Spot, key: str) -> None:
    """Say the response that belongs to the kind of intent the visitor had."""
    past = plot.way(replace(spot, is_past=True))
    cases = []
    for name, responses in plot.domain.responses.items():
        if name.startswith(f"{retrieved(spot.node.name)}/") and responses:
            inner = plot.sketch.keys.free(name.removeprefix("utter_"))
            plot.sketch.add(inner, {"say": plot.script(name, responses), "next": past})
            intent = name.removeprefix("utter_")
            cases.append({"when": plot.test("message.intent", "eq", intent), "next": inner})
    plot.sketch.add(key, {"branch": cases, "otherwise": past} if cases else {"end": True})


def _handover(plot: Plot, spot: Spot, key: str) -> None:
    told = {"queue": "service", "reason": spot.node.name[:80]}
    past = plot.way(replace(spot, is_past=True))
    plot.sketch.add(key, {"handover": told, "next": past})


def _request(plot: Plot, spot: Spot, key: str) -> None:
    """Ask the project's own action server, and go on with what it fills."""
    asked = {"request": ACTIONS, "send": {"action": escaped(spot.node.name[:200])}}
    lost = plot.lost()
    otherwise = {"otherwise": lost} if lost else {}
    past = plot.way(replace(spot, is_past=True))
    plot.sketch.add(key, {**asked, "next": past, **otherwise})


def _restart(plot: Plot, _spot: Spot, key: str) -> None:
    plot.sketch.add(key, {"end": True})


def _default(plot: Plot, _spot: Spot, key: str) -> None:
    responses = plot.domain.responses["utter_default"]
    plot.sketch.add(key, {"say": plot.script("utter_default", responses), "next": HUB})


def _form(plot: Plot, spot: Spot, key: str) -> None:
    """Ask for one slot after the other; one that is known already is not asked for again."""
    form = spot.node
    general = plot.stories.forms.get(form.name, form)
    plot.visited.add(general)
    done = form.done or general.done
    after = plot.way(Spot(done, is_past=True)) if done else END
    interrupts = plot.answers(Spot(general, form)) | plot.answers(Spot(form, form))
    slots = list(plot.domain.forms[form.name].items())
    # A form that can be interrupted is entered anew: it first looks at what it knows.
    firsts = [plot.sketch.keys.free(f"has_{name}" if interrupts else name) for name, _ in slots[1:]]
    firsts = [key, *firsts]
    asks = [plot.sketch.keys.free(name) for name, _ in slots] if interrupts else firsts
    for i, (name, mappings) in enumerate(slots):
        following = firsts[i + 1] if i + 1 < len(slots) else after
        if interrupts:
            known = {"not": _is_empty(plot, f"slot.{plot.slots.use(name)}")}
            case = {"when": known, "next": following}
            plot.sketch.add(firsts[i], {"branch": [case], "otherwise": asks[i]})
        filling = _Filling(plot, form.name, name, mappings, following)
        plot.sketch.add(asks[i], filling.ask(asks[i], interrupts))


class _Filling:
    """How one slot of a form is asked for and filled."""

    def __init__(
        self, plot: Plot, form: str, name: str, mappings: tuple[Raw, ...], following: str
    ) -> None:
        self.plot, self.form, self.name, self.following = plot, form, name, following
        self.slot = plot.domain.slots.get(name, Slot(name))
        self.mappings = mappings or self.slot.mappings

    def ask(self, key: str, interrupts: dict[str, str]) -> Plain:
        """Write the ask: buttons and intents that stand for a value, or a free answer."""
        plot = self.plot
        names = (f"utter_ask_{self.form}_{self.name}", f"utter_ask_{self.name}")
        said = next((name for name in names if plot.domain.responses.get(name)), "")
        responses = plot.domain.responses.get(said, ())
        script = plot.script(said, responses) if said else plot.neutral("slot", self.name)
        if not said:
            plot.sketch.leave_out(f'form "{self.form}"', self.name, "approximated")
        intents = {**self._intents(), **interrupts}
        choices = self._choices(responses)
        step: Plain = {"ask": script}
        step |= {"choices": choices} if choices else {}
        step |= {"intents": intents} if intents else {}
        is_free = not choices and not (self.slot.kind == "bool" and self._intents_given())
        if is_free:
            step |= {"slot": plot.slots.of(self.name), **self._expect(), "next": self.following}
        return {**step, "otherwise": key}

    def _intents_given(self) -> list[tuple[str, Any]]:
        found = []
        for mapping in self.mappings:
            if mapping.get("type") == "from_intent":
                names = mapping.get("intent")
                for name in names if isinstance(names, list) else [names]:
                    found.append((text_of(name), mapping.get("value")))
            elif mapping.get("type") in ("from_entity", "custom", "from_trigger_intent"):
                place, what = f'form "{self.form}"', f"{self.name}: {mapping['type']}"
                self.plot.sketch.leave_out(place, what, "approximated")
        return [(name, value) for name, value in found if name]

    def _intents(self) -> dict[str, str]:
        return {name: self._set(value) for name, value in self._intents_given()}

    def _set(self, value: Any) -> str:
        plot = self.plot
        kept = value if isinstance(value, bool | int | float) else escaped(text_of(value))
        key = plot.sketch.keys.free(f"set_{self.name}")
        plot.sketch.add(key, {"set": {plot.slots.of(self.name): kept}, "next": self.following})
        return key

    def _choices(self, responses: Any) -> list[Plain]:
        buttons = next((response.buttons for response in responses if response.buttons), ())
        given = dict(self._intents_given())
        choices = []
        for button in buttons:
            intent, values = payload_of(button)
            value = values.get(self.name, next(iter(values.values()), given.get(intent)))
            to = self._set(button.title if value is None else value)
            choices.append({"text": button.title[:200], "next": to})
        return choices

    def _expect(self) -> Plain:
        slot = self.slot
        if slot.kind in ("float", "int"):
            bounds = {"min": slot.least, "max": slot.most}
            return {"expect": {"number": {k: v for k, v in bounds.items() if v is not None}}}
        if slot.kind == "categorical" and slot.values:
            return {"expect": {"one_of": list(slot.values)}}
        return {}


STEPS: dict[str, Callable[[Plot, Spot, str], None]] = {
    "say": _say,
    "text": _text,
    "wait": _wait,
    "branch": _branch,
    "choose": _choose,
    "request": _request,
    "handover": _handover,
    "restart": _restart,
    "default": _default,
    "form": _form,
}
