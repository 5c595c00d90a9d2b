"""Small Rasa projects, and how they are talked to after import."""

from typing import Any

from flows.importing.imported import Imported
from flows.importing.rasa import from_rasa
from flows.problems import blocking
from runtime.compiling import compile_files
from runtime.engine.advance import answered, hear, lose, start
from runtime.engine.effects import AskSystem, HandOver, Say
from runtime.engine.session import Session
from runtime.engine.turn import Answered, Turn

WORKSPACE = {
    "workspace.yaml": "workspace: w\nlanguages: [zh-CN, en]\nstart: main\nfallback: lost\n"
    "human: {intent: ask_human, queue: service, script: lost, closed: lost}\n",
    "flows/main.yaml": "flow: main\nstart: a\nsteps: {a: {end: true}}\n",
    "scripts/lost.yaml": "script: lost\nvariants: {a: {text: Sorry}}\n",
}
MAY_BE_UNKNOWN = {"unknown_intent", "unknown_coupon"}

DOMAIN = """\
version: "3.1"
intents: [greet, good, bad, yes, no, bye, order, stop, chat]
slots:
  size: {type: categorical, values: [small, large], mappings: [{type: from_text}]}
  number: {type: int, min_value: 1, max_value: 9, mappings: [{type: from_entity, entity: number}]}
  outside:
    type: bool
    mappings: [{type: from_intent, intent: yes, value: true}, {type: from_intent, intent: no, value: false}]
  member: {type: bool, mappings: [{type: custom}]}
responses:
  utter_greet: [{text: "Hello {member} {nothing}!", buttons: [{title: Good, payload: /good}, {title: Bad, payload: /bad}]}]
  utter_cheer: [{text: "Look at this:", image: "https://x.example/cat.png"}]
  utter_helped: [{text: "Did that help?"}]
  utter_happy: [{text: Great}, {text: Wonderful}]
  utter_bye: [{text: Bye}]
  utter_default: [{text: Pardon}]
  utter_ask_size: [{text: "Which size?"}]
  utter_ask_order_form_number: [{text: "How many?"}]
  utter_ask_outside: [{text: "Outside?"}]
  utter_done: [{text: "{number} of {size}, outside: {outside}"}]
  utter_continue: [{text: "Go on?"}]
  utter_chat: [{text: "Nice weather"}]
forms:
  order_form: {required_slots: [size, number, outside]}
"""
STORIES = """\
version: "3.1"
stories:
- story: happy
  steps: [{intent: greet}, {action: utter_greet}, {intent: good}, {action: utter_happy}]
- story: sad and helped
  steps: [{intent: greet}, {action: utter_greet}, {intent: bad}, {action: utter_cheer}, {action: utter_helped}, {intent: yes}, {action: utter_happy}]
- story: sad and not helped
  steps: [{intent: greet}, {action: utter_greet}, {intent: bad}, {action: utter_cheer}, {action: utter_helped}, {intent: no}, {action: utter_bye}]
"""
RULES = """\
version: "3.1"
rules:
- rule: bye
  steps: [{intent: bye}, {action: utter_bye}]
"""
FORM = """\
version: "3.1"
stories:
- story: stop and go on
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: stop
  - action: utter_continue
  - intent: yes
  - action: order_form
  - active_loop: null
  - action: utter_done
- story: stop
  steps:
  - intent: order
  - action: order_form
  - active_loop: order_form
  - intent: stop
  - action: utter_continue
  - intent: no
  - action: action_deactivate_loop
  - active_loop: null
rules:
- rule: order
  steps: [{intent: order}, {action: order_form}, {active_loop: order_form}]
- rule: chat
  condition: [{active_loop: order_form}]
  steps: [{intent: chat}, {action: utter_chat}, {action: order_form}, {active_loop: order_form}]
- rule: submit
  condition: [{active_loop: order_form}]
  steps: [{action: order_form}, {active_loop: null}, {action: utter_done}]
"""


def project(**files: str) -> dict[str, bytes]:
    return {f"shop-bot/{name}.yml": text.encode() for name, text in files.items()}


def told(*stories: str, domain: str = DOMAIN) -> Imported:
    """Import stories and rules that are written as `story: steps` or `rule: steps` in flow style."""
    parts: dict[str, list[str]] = {"stories": [], "rules": []}
    for number, story in enumerate(stories):
        kind, _, steps = story.partition(": ")
        name = f"- {kind}: n{number}\n  steps: {steps}\n"
        parts["rules" if kind == "rule" else "stories"].append(name)
    text = "".join(f"{kind}:\n{''.join(items)}" for kind, items in parts.items() if items)
    return from_rasa(project(domain=domain, talk=text))


def problems(imported: Imported) -> list[Any]:
    found = compile_files({**WORKSPACE, **imported.files}).problems
    return [problem for problem in blocking(found) if problem.code not in MAY_BE_UNKNOWN]


def talk(imported: Imported, *answers: str, slots: dict[str, Any] | None = None) -> list[str]:
    """What the bot says: `/intent` is an understood message, anything else is only text."""
    book = compile_files({**WORKSPACE, **imported.files}).book
    flow = next(path for path in imported.files if path.startswith("flows/"))[6:-5]
    session, effects = start(book, Session("v", lang="en", slots=slots or {}), Turn(0), flow)
    said: list[str] = []
    for answer in answers:
        intent = answer.removeprefix("/") if answer.startswith("/") else ""
        turn = Turn(0, text=answer, intent=intent, facts={"message.intent": intent})
        session, effects = hear(book, session, turn) or lose(book, session, turn)
        asked = [effect for effect in effects if isinstance(effect, AskSystem)]
        if asked:
            said.append(f"(asks {asked[0].send['action']})")
            session, effects = answered(book, session, turn, Answered(asked[0].key))
        said += [effect.text for effect in effects if isinstance(effect, Say)]
        said += ["(person)" for effect in effects if isinstance(effect, HandOver)]
    return said


def codes(imported: Imported) -> set[tuple[str, str]]:
    return {(item.what, item.code) for item in imported.left_out}
