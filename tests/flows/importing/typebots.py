"""Small Typebot exports, and how they are walked through after import."""

import copy
import json
from collections.abc import Mapping
from typing import Any

from flows.importing.imported import Imported
from flows.importing.typebot import from_typebot
from flows.problems import blocking
from runtime.compiling import compile_files
from runtime.engine.advance import hear, start
from runtime.engine.effects import Say
from runtime.engine.session import Session
from runtime.engine.turn import Turn

WORKSPACE = {
    "workspace.yaml": "workspace: w\nlanguages: [zh-CN, en]\nstart: main\nfallback: lost\n"
    "human: {intent: ask_human, queue: service, script: lost, closed: lost}\n",
    "flows/main.yaml": "flow: main\nstart: a\nsteps: {a: {end: true}}\n",
    "scripts/lost.yaml": "script: lost\nvariants: {a: {text: Sorry}}\n",
}
MAY_BE_UNKNOWN = {"unknown_intent", "unknown_coupon"}


def says(text: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "text",
        "content": {"richText": [{"type": "p", "children": [{"text": text}]}]},
        **more,
    }


def asks(kind: str, variable: str = "", **more: Any) -> dict[str, Any]:
    return {"type": kind, "options": {"variableId": variable, **more.pop("options", {})}, **more}


def offers(*items: Any, **more: Any) -> dict[str, Any]:
    raws = [
        {"content": i} if isinstance(i, str) else {"content": i[0], "outgoingEdgeId": i[1]}
        for i in items
    ]
    return {"type": "choice input", "items": raws, **more}


def compares(
    variable: str, sign: str, value: str = "", edge: str = "", **more: Any
) -> dict[str, Any]:
    comparison = {"variableId": variable, "comparisonOperator": sign, "value": value}
    content = {"logicalOperator": "AND", "comparisons": [comparison]}
    return {"type": "Condition", "items": [{"content": content, "outgoingEdgeId": edge}], **more}


def sets(variable: str, expression: str, **more: Any) -> dict[str, Any]:
    options = {"variableId": variable, "expressionToEvaluate": expression}
    return {"type": "Set variable", "options": options, **more}


def bot(
    groups: Mapping[str, list[dict[str, Any]]], edges: Mapping[str, str], **more: Any
) -> dict[str, Any]:
    """A typebot of version 6: edges lead to a group, or to a block of it by `group#number`."""
    raws = [
        {
            "id": name,
            "title": name,
            "graphCoordinates": {"x": 400 * number, "y": 50},
            "blocks": [
                {"id": f"{name}#{i}", **copy.deepcopy(block)} for i, block in enumerate(blocks)
            ],
        }
        for number, (name, blocks) in enumerate(groups.items())
    ]
    links = [
        {
            "id": name,
            "from": {},
            "to": {"groupId": to.partition("#")[0], **({"blockId": to} if "#" in to else {})},
        }
        for name, to in edges.items()
    ]
    events = [{"id": "e", "type": "start", "outgoingEdgeId": "start"}]
    variables = [{"id": name, "name": name} for name in ("Name", "Score", "Email", "城市", "empty")]
    return {
        "version": "6.1",
        "id": "t",
        "name": "My bot",
        "events": events,
        "groups": raws,
        "edges": links,
        "variables": variables,
        **more,
    }


def run(raw: Any) -> Imported:
    return from_typebot(json.dumps(raw).encode())


def problems(imported: Imported) -> list[Any]:
    found = compile_files({**WORKSPACE, **imported.files}).problems
    return [problem for problem in blocking(found) if problem.code not in MAY_BE_UNKNOWN]


def walk(imported: Imported, *answers: str) -> list[str]:
    """What the imported bot says, answer by answer."""
    book = compile_files({**WORKSPACE, **imported.files}).book
    flow = next(path for path in imported.files if path.startswith("flows/"))[6:-5]
    session, effects = start(book, Session("v", lang="en"), Turn(0), flow)
    said = [effect.text for effect in effects if isinstance(effect, Say)]
    for answer in answers:
        moved = hear(book, session, Turn(0, text=answer))
        assert moved, (answer, said)
        session, effects = moved
        said += [effect.text for effect in effects if isinstance(effect, Say)]
    return said


def codes(imported: Imported) -> set[tuple[str, str]]:
    return {(item.what, item.code) for item in imported.left_out}


QUIZ = bot(
    {
        "Welcome": [
            says("Hi there!"),
            says("What's your name?"),
            asks("text input", "Name", outgoingEdgeId="one"),
        ],
        "Question": [
            sets("Score", "0"),
            says("{{Name}}, what is 1 + 1?"),
            offers(("2", "right"), "3", outgoingEdgeId="wrong"),
        ],
        "Right": [sets("Score", "{{Score}} + 10", outgoingEdgeId="result")],
        "Wrong": [says("WRONG!", outgoingEdgeId="result")],
        "Result": [compares("Score", "Greater than", "9", "great"), says("Next time!")],
        "Great": [says("Well done, {{Name}}: {{Score}}")],
    },
    {
        "start": "Welcome",
        "one": "Question",
        "right": "Right",
        "wrong": "Wrong",
        "result": "Result",
        "great": "Great",
    },
)


def many_blocks(count: int) -> dict[str, Any]:
    """A typebot of many blocks: each group says four things and offers two ways on."""
    groups, number = {}, count // 5
    edges = {"start": "G0"}
    for group in range(number):
        edges |= {f"on{group}": f"G{(group + 1) % number}"}
        edges |= {f"off{group}": f"G{(group * 7 + 3) % number}"}
        words = [says(f"{text} {group}") for text in ("您好", "Welcome", "More", "Which one?")]
        groups[f"G{group}"] = [*words, offers(("Yes", f"on{group}"), ("No", f"off{group}"))]
    return bot(groups, edges)
