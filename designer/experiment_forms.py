"""The form of an experiment: what may compete, and the form turned into a file."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from werkzeug.datastructures import MultiDict

from designer.form_numbers import COUNT, asked_number, asked_whole
from designer.marking import N_
from designer.titles import in_screen_language, titles
from designer.workspace import Workspace
from flows.experiments import GUARDRAILS, LONGEST_DAYS, QUIET, Experiment
from runtime.experiments.standing import Figures

Values = Mapping[str, Any]
HEADS = ["run", "arm", "share", "visitors", "clicks", "orders", "revenue", "orders_first_seen"]
MORE_HEADS = ["rate", "low", "high", "lift", "lift_low", "lift_high", "chance_to_be_best"]


@dataclass(frozen=True)
class Candidate:
    """Something that may compete: its key, its name, the words it says, and whether it may yet."""

    key: str
    name: str
    words: str = ""
    is_draft: bool = False


def subjects(workspace: Workspace) -> set[str]:
    """Name all that an experiment may be over."""
    book = workspace.compiled.book
    found = {key for key, script in book.scripts.items() if len(script.spoken) > 1}
    found |= {f"flow.{key}" for key in book.flows}
    return found | {f"rule.{rule.key}" for rule in workspace.compiled.rules}


def candidates(workspace: Workspace, experiment: Experiment) -> list[Candidate]:
    """Give what may compete in an experiment; what competes comes first."""
    book, named = workspace.compiled.book, titles()
    found: list[Candidate] = []
    if experiment.flow:
        found = [Candidate(key, named.flow(key)) for key in book.flows]
    elif experiment.rule:
        keys = [QUIET, *(rule.key for rule in workspace.compiled.rules)]
        found = [Candidate(key, named.arm(experiment.subject, key)) for key in keys]
    elif experiment.subject in book.scripts:
        for key, variant in book.scripts[experiment.subject].variants.items():
            words = in_screen_language(variant.text)
            name = named.variant(experiment.subject, key)
            found.append(Candidate(key, name, words, variant.is_draft))
        return found
    return sorted(found, key=lambda one: (one.key not in experiment.arms, one.name))


def other_scripts(workspace: Workspace, experiment: Experiment) -> list[str]:
    """Name the other scripts that have all wordings of an experiment."""
    if not experiment.arms or experiment.flow or experiment.rule:
        return []
    scripts = workspace.compiled.book.scripts
    return [
        key
        for key, script in sorted(scripts.items())
        if key != experiment.script and set(experiment.arms) <= set(script.spoken)
    ]


def values_of_form(form: Values, sent: MultiDict[str, str]) -> dict[str, Any]:
    """Give the file's values; EditRefused names what is no number."""
    arms, control = sent.getlist("arms"), sent.get("control", "")
    values: dict[str, Any] = {
        "title": form.get("title"),
        "arms": [*([control] if control in arms else []), *(a for a in arms if a != control)],
        "mode": sent.get("mode", "ab"),
        "metric": sent.get("metric", "orders"),
        "goal": str(sent.get("goal", "")).strip() or None,
        "audience": _audience(form, sent) or None,
        "by_segment": (sent.get("mode") == "bandit" and bool(sent.get("by_segment"))) or None,
        **_until(form, sent),
    }
    if "scripts_shown" in sent:
        values["scripts"] = sent.getlist("scripts") or None
    if "guardrails_shown" in sent:
        values |= _guardrails(form, sent)
    return values


def csv_of(run: str, found: Figures) -> str:
    """Write the figures of a run as lines of a table."""
    guards = [name for name in GUARDRAILS if found.arms and name in found.arms[0].guards]
    heads = [*HEADS, *guards, *MORE_HEADS]
    lines = [heads]
    for arm in found.arms:
        lift = arm.lift or ("", "", "")
        cells: list[Any] = [run, arm.key, arm.share, arm.shown, arm.clicks, arm.orders]
        cells += [arm.revenue, arm.firsts, *(arm.guards[name][0] for name in guards)]
        cells += [arm.rate[1], arm.rate[0], arm.rate[2], lift[1], lift[0], lift[2]]
        lines.append([*map(str, cells), "" if arm.chance is None else str(arm.chance)])
    return "".join(",".join(line) + "\n" for line in lines)


def _until(form: Values, sent: MultiDict[str, str]) -> dict[str, Any]:
    """Give when a canary is decided; other experiments have none of it."""
    if sent.get("mode") != "canary":
        return {}
    target = asked_number(form.get("target"), N_("Switch at a lift of, %%"), (0, 500), 12)
    days = asked_number(form.get("days"), N_("After days"), (0, LONGEST_DAYS), 7)
    orders = asked_whole(form.get("orders"), N_("And hits of each"), COUNT, 100)
    return {"target": round((target or 0) / 100, 6), "days": days, "orders": orders}


def _audience(form: Values, sent: MultiDict[str, str]) -> dict[str, Any]:
    share = asked_number(form.get("share"), N_("For how many visitors, %%"), (1, 100), 100) or 100
    found: dict[str, Any] = {
        "share": round(share / 100, 6) if share != 100 else None,
        "segments": [one for one in sent.getlist("segments") if one],
        "channels": [one for one in sent.getlist("channels") if one],
        "group": str(sent.get("group", "")).strip(),
    }
    return {name: value for name, value in found.items() if value}


def _guardrails(form: Values, sent: MultiDict[str, str]) -> dict[str, Any]:
    chosen = [name for name in GUARDRAILS if name in sent.getlist("guardrails")]
    given = form.get("limits")
    said: Values = given if isinstance(given, dict) else {}
    percent = {
        name: asked_number(said.get(name), N_("At most, %%"), (0, 100))
        for name in chosen
        if str(said.get(name, "")).strip()
    }
    limits = {name: round(most / 100, 6) for name, most in percent.items() if most is not None}
    return {"guardrails": chosen, "limits": limits or None}
