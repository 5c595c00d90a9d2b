"""The JSON Schema of every YAML kind, for editors that complete and check while one types.

Built from the same names as the model, so that a new kind of step cannot be forgotten here:
`tests/flows/test_schema.py` holds both against the library.
"""

from typing import Any

from flows.conditions import OPERATORS
from flows.connectors import LANGUAGES, MOST_SECONDS
from flows.experiments import CHANNELS, GUARDRAILS, LONGEST_DAYS, METRICS, MODES
from flows.model import DOES, EXPECTS, KIND_NAMES, NOTE_COLORS

Schema = dict[str, Any]
_TEXT: Schema = {
    "oneOf": [
        {"type": "string"},
        {"type": "object", "additionalProperties": {"type": "string"}},
    ],
}
_KEY: Schema = {"type": "string", "pattern": "^([a-z][a-z0-9_-]{0,63})?$"}
_NUMBER: Schema = {"type": "number"}
_STRING: Schema = {"type": "string"}
_DURATION: Schema = {"type": "string", "pattern": "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$"}


def _object(required: list[str] | None = None, **properties: Schema) -> Schema:
    shape: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return shape | ({"required": required} if required else {})


def _list(items: Schema) -> Schema:
    return {"type": "array", "items": items}


def _map(values: Schema) -> Schema:
    return {"type": "object", "additionalProperties": values}


_CONDITION: Schema = {"$ref": "#/$defs/condition"}
_DEFS: Schema = {
    "condition": {
        "oneOf": [
            _object(["all"], all=_list(_CONDITION)),
            _object(["any"], any=_list(_CONDITION)),
            _object(["not"], **{"not": _CONDITION}),
            _object(["fact", "op", "value"], fact=_STRING, op={"enum": list(OPERATORS)}, value={}),
        ]
    }
}
DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
DEEDS = (
    *("send_script", "start_flow", "push_coupon", "grant_gift"),
    *("handover", "escalate", "emit", "set", "webhook", "notify"),
)
_RULES_OWN: Schema = {"$ref": "#/$defs/rule_condition"}
_COUNT = _object(
    ["event", "in_last"],
    event=_STRING,
    where=_map({}),
    in_last={"type": "string", "pattern": r"^[1-9]\d? messages?$|^\d+(\.\d+)?(ms|s|m|h|d)$"},
    reset_on=_list(_STRING),
)
_DEFS["rule_condition"] = {
    "oneOf": [
        _object(["all"], all=_list(_RULES_OWN)),
        _object(["any"], any=_list(_RULES_OWN)),
        _object(["not"], **{"not": _RULES_OWN}),
        _DEFS["condition"]["oneOf"][-1],
        _object(["count", "op", "value"], count=_COUNT, op={"enum": list(OPERATORS)}, value={}),
    ]
}
_SHARE: Schema = {"type": "number", "minimum": 0, "maximum": 1}
_EXPECT = _object(
    text=_object(min=_NUMBER, max=_NUMBER),
    number=_object(min=_NUMBER, max=_NUMBER),
    pattern=_STRING,
    one_of=_list(_STRING),
    entity=_STRING,
)
_STEPS: dict[str, Schema] = {
    "say": {"say": _KEY, "next": _KEY},
    "ask": {
        "ask": _KEY,
        "choices": _list(_object(text=_TEXT, next=_KEY)),
        "intents": _map(_KEY),
        "slot": _KEY,
        "expect": _EXPECT,
        "retries": {"type": "integer", "minimum": 0, "maximum": 10},
        "retry": _KEY,
        "next": _KEY,
        "otherwise": _KEY,
    },
    "branch": {
        "branch": _list(_object(["when"], when=_CONDITION, next=_KEY)),
        "otherwise": _KEY,
    },
    "set": {"set": _map({"type": ["string", "number", "boolean"]}), "next": _KEY},
    "request": {
        "request": _KEY,
        "send": _map({"type": ["string", "number", "boolean"]}),
        "next": _KEY,
        "otherwise": _KEY,
    },
    "call": {"call": _KEY, "next": _KEY},
    "handover": {"handover": _object(queue=_KEY, reason=_STRING), "next": _KEY},
    "end": {"end": {}},
}
_WEIGHTING: Schema = {
    "oneOf": [{"enum": ["even", "bandit"]}, _object(["fixed"], fixed=_map(_NUMBER))]
}
_WHERE = _map({"type": ["string", "number", "boolean"]})
_TALK = _list({"oneOf": [_object([do], **{do: _STRING}) for do in (*DOES, *EXPECTS)]})
_CLOCK: Schema = {"type": "string", "pattern": "^([01]?[0-9]|2[0-3]):[0-5][0-9]$"}
_PER_VISITOR: Schema = {
    "type": "object",
    "properties": {"max": {"type": "integer", "minimum": 1, "maximum": 50}, "in": _DURATION},
    "required": ["max", "in"],
    "additionalProperties": False,
}
_LIMITS = _object(
    cooldown=_DURATION,
    per_session={"type": "integer", "minimum": 1},
    per_visitor=_PER_VISITOR,
    group=_KEY,
)


def _flow() -> Schema:
    steps = [_object([kind], **_STEPS[kind], title=_TEXT) for kind in KIND_NAMES]
    place = {"type": "array", "items": _NUMBER, "minItems": 2, "maxItems": 2}
    return _object(
        ["flow", "steps"],
        flow=_KEY,
        title=_TEXT,
        start=_KEY,
        steps=_map({"oneOf": steps}),
        layout=_map(place),
        notes=_map(
            _object(text=_STRING, at=place, size=place, color={"enum": list(NOTE_COLORS)}),
        ),
        labels=_map(_map(_TEXT)),
        tests=_list(_object(["talk"], name=_STRING, lang=_STRING, facts=_WHERE, talk=_TALK)),
    )


def _script() -> Schema:
    return _object(
        ["script", "variants"],
        script=_KEY,
        title=_TEXT,
        goal=_STRING,
        weighting=_WEIGHTING,
        variants=_map(
            _object(
                ["text"],
                text=_TEXT,
                title=_TEXT,
                review={"enum": ["draft", "approved"]},
                card=_object(title=_TEXT, text=_TEXT, image=_STRING, url=_STRING, label=_TEXT),
                replies=_list(_TEXT),
            )
        ),
    )


def _rule() -> Schema:
    deed = _object(
        ["do"],
        do={"enum": list(DEEDS)},
        **dict.fromkeys(
            ("script", "flow", "coupon", "gift", "event", "connector", "text"), _STRING
        ),
        **dict.fromkeys(("queue", "slot", "tag"), _KEY),
        value={"type": ["string", "number", "boolean"]},
        expires=_DURATION,
    )
    silence = {"type": "object", "properties": {"of": {"const": "visitor"}, "for": _DURATION}}
    dwell = _object(["more_than"], more_than=_DURATION, end_on=_list(_STRING))
    return _object(
        ["rule", "trigger", "then"],
        rule=_KEY,
        name=_TEXT,
        priority={"type": "integer"},
        enabled={"type": "boolean"},
        trigger=_object(
            ["event"],
            event=_STRING,
            where=_WHERE,
            dwell=dwell,
            silence=silence,
            without=_object(["events", "for"], events=_list(_STRING), **{"for": _DURATION}),
            then=_object(
                ["event", "within"],
                event=_STRING,
                where=_WHERE,
                within=_DURATION,
                without=_list(_STRING),
            ),
            schedule=_object(None, days=_list({"enum": DAYS}), to=_CLOCK, **{"from": _CLOCK}),
        ),
        when={"$ref": "#/$defs/rule_condition"},
        then=_list(deed),
        **{"else": _list(deed)},
        limits=_LIMITS,
        conflict=_object(exclusive_group=_KEY, suppress_groups=_list(_KEY)),
        tests=_list({"type": "object"}),
    )


def _workspace() -> Schema:
    kind: Schema = {"enum": ["coupon", "gift"]}
    coupon = _object(title=_TEXT, amount=_NUMBER, url=_STRING, kind=kind)
    return _object(
        ["workspace"],
        workspace=_KEY,
        name=_TEXT,
        languages=_list(_STRING),
        start=_KEY,
        fallback=_KEY,
        human=_object(intent=_KEY, queue=_KEY, script=_KEY, closed=_KEY),
        confidence=_NUMBER,
        coupons=_map(coupon),
        intents=_map(_TEXT),
        escalation=_object(zh=_SHARE, en=_SHARE),
        currency=_STRING,
        experiments=_object(hold_out=_SHARE),
        marketing=_object(
            per_visitor=_PER_VISITOR,
            quiet_hours=_object(["from", "to"], **{"from": _CLOCK, "to": _CLOCK}),
            hold_out=_SHARE,
        ),
        publishing=_object(tests={"enum": ["block", "warn"]}, four_eyes={"type": "boolean"}),
    )


def _connector() -> Schema:
    return _object(
        ["connector"],
        connector=_KEY,
        title=_TEXT,
        url=_STRING,
        speaks={"enum": list(LANGUAGES)},
        seconds={"type": "number", "minimum": 0.1, "maximum": MOST_SECONDS},
        fill=_map(_STRING),
        example=_map({"type": ["string", "number", "boolean"]}),
    )


def _experiment() -> Schema:
    return _object(
        ["experiment", "arms"],
        experiment=_KEY,
        title=_TEXT,
        script=_KEY,
        scripts={"type": "array", "items": _KEY},
        flow=_KEY,
        rule=_KEY,
        arms={"type": "array", "items": _KEY, "minItems": 2},
        mode={"enum": list(MODES)},
        metric={"enum": list(METRICS)},
        goal=_STRING,
        guardrails={"type": "array", "items": {"enum": list(GUARDRAILS)}},
        limits=_object(None, **dict.fromkeys(GUARDRAILS, _SHARE)),
        audience=_object(
            share=_SHARE,
            segments={"type": "array", "items": _KEY},
            channels={"type": "array", "items": {"enum": list(CHANNELS)}},
            group=_KEY,
        ),
        by_segment={"type": "boolean"},
        target={"type": "number", "minimum": 0, "maximum": 5},
        days={"type": "number", "minimum": 0, "maximum": LONGEST_DAYS},
        orders={"type": "integer", "minimum": 1},
    )


KIND_SCHEMAS = {
    "flow": _flow(),
    "script": _script(),
    "rule": _rule(),
    "connector": _connector(),
    "experiment": _experiment(),
    "segment": _object(["segment", "when"], segment=_KEY, title=_TEXT, when=_CONDITION),
    "workspace": _workspace(),
    "widget": _object(["widget"], widget=_KEY, title=_TEXT, greeting=_TEXT, color=_STRING),
}


def schema_of(kind: str) -> Schema:
    """Give the JSON Schema (draft 2020-12) of a kind; KeyError for an unknown one."""
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"Dialoom {kind}"}
    return head | KIND_SCHEMAS[kind] | {"$defs": _DEFS}
