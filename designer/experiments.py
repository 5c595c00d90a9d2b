"""Start, watch and stop an experiment; ship what won."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Engine

from designer import drafts, publishing
from designer.form_texts import kept_name
from designer.keys import free_key
from designer.meaning import set_changed
from designer.titles import titles
from designer.workspace import Workspace
from flows import script_edits, trees
from flows.experiments import QUIET, Experiment, read_experiment
from flows.problems import blocking
from flows.yaml_text import values_of, write
from runtime import releases
from runtime.errors import CannotPublish
from runtime.experiments import runs
from runtime.experiments.beginning import begin
from runtime.experiments.forecasts import Forecast, forecast
from runtime.experiments.runs import NotPossible
from runtime.experiments.standing import Figures, HeldOut, figures, held_out
from runtime.services import Portal, Services
from runtime.tables import ExperimentRow


def path_of(key: str) -> str:
    """Name the file of an experiment."""
    return f"experiments/{key}.yaml"


def first_files(workspace: Workspace, subject: str, key: str, lang: str) -> dict[str, str]:
    """Write an experiment as most will want it; with a flow comes a copy of it, to be changed.

    Over a script it is over all approved wordings, over a rule whether it had better keep quiet.
    """
    book, (kind, dot, name) = workspace.compiled.book, subject.partition(".")
    values: dict[str, Any] = {"experiment": key, "title": {lang: _question(subject)}}
    files: dict[str, str] = {}
    if not dot:
        script = book.scripts[subject]
        values |= {"script": subject, "arms": list(script.spoken)}
        values |= {"goal": script.goal} if script.goal else {}
    elif kind == "flow":
        other = free_key(f"{name}_b", "flow", set(book.flows))
        title = {lang: _("%(flow)s, another way", flow=titles().flow(name))}
        copy = {"flow": other, "title": title}
        files[f"flows/{other}.yaml"] = trees.set_values(workspace.files[f"flows/{name}.yaml"], copy)
        values |= {"flow": name, "arms": [name, other]}
    else:
        values |= {"rule": name, "arms": [QUIET, name]}
    return files | {path_of(key): write(values | {"mode": "ab", "metric": "orders"})}


def _question(subject: str) -> str:
    name, (kind, dot, _key) = titles().tried(subject), subject.partition(".")
    if not dot:
        return str(_("Which wording of “%(name)s”?", name=name))
    if kind == "flow":
        return str(_("Which way through “%(name)s”?", name=name))
    return str(_("What does “%(name)s” bring?", name=name))


def with_values(text: str, values: Mapping[str, Any]) -> str:
    """Bring the values of the form into the file."""
    title = kept_name(values_of(text).get("title"), values["title"])
    wanted = {name: trees.plain_tree(v) for name, v in {**values, "title": title}.items()}
    return set_changed("", text, wanted, read_experiment)


def start(portal: Portal, workspace: Workspace, key: str, author: str) -> str:
    """Begin a run of the drafted experiment; NotPossible says why not."""
    experiment = workspace.compiled.book.experiments[key]
    if blocking(workspace.problems_in(path_of(key))):
        raise NotPossible("problems_left")

    async def go(services: Services) -> str:
        return await begin(services, experiment, author)

    run = portal.call(go)
    publishing.note(portal.services.engine, author, "experiment began", run)
    return run


def change(portal: Portal, run: str, state: str, author: str) -> None:
    """Pause, resume, stop, switch or roll back; NotPossible when that cannot be."""

    async def go(services: Services) -> ExperimentRow:
        return await runs.change(services, run, state, author)

    portal.call(go)
    publishing.note(portal.services.engine, author, f"experiment {state}", run)


def stands(portal: Portal, row: ExperimentRow) -> Figures:
    """Give how a run stands now."""

    async def go(services: Services) -> Figures:
        return await figures(services, row)

    return portal.call(go)


def ship(portal: Portal, row: ExperimentRow, arm: str, author: str) -> int:
    """Make an arm the only way: in the draft, and live; gives the number of the release.

    Other wordings stay as drafts and other flows as they are, so that what was learnt of them is
    not lost. The run is stopped. NotPossible says that the draft has it, but it could not go live.
    """
    engine, ran = portal.services.engine, setup(row)
    try:
        drafted = shipped(drafts.files(engine), ran, arm)
    except KeyError as error:  # Somebody deleted it meanwhile.
        raise NotPossible("gone_meanwhile") from error
    who = drafts.Author(author, path_of(row.key), _("“%(arm)s” made the only way", arm=arm))
    drafts.save(engine, who, drafted, {path: drafts.revision(engine, path) for path in drafted})
    number, live = releases.live_files(engine)
    try:
        changed = shipped(live, ran, arm)
        if changed and publishing.needs_second(engine):
            raise NotPossible("needs_second")
        if changed:
            message = _("“%(arm)s” won: %(run)s", arm=arm, run=row.run)
            number = publishing.publish_files(portal, author, message, {**live, **changed})
    except (CannotPublish, KeyError) as error:
        raise NotPossible("cannot_publish") from error
    # What won before over the same is over, too, or it would come back now.
    for other in runs.runs(engine):
        mine = set(setup(other).subjects) & set(ran.subjects)
        settled = other.state in runs.SETTLED and mine
        if (other.run == row.run or settled) and "stopped" in runs.MOVES.get(other.state, ()):
            change(portal, other.run, "stopped", author)
    return number


def shipped(files: Mapping[str, str], ran: Experiment, arm: str) -> dict[str, str]:
    """Give the files that change when an arm becomes the only way; none where it is so already."""
    if ran.flow:
        path = f"flows/{ran.flow}.yaml"
        kept = {"flow": ran.flow, "title": values_of(files[path]).get("title")}
        return {path: trees.set_values(files[f"flows/{arm}.yaml"], kept)} if arm != ran.flow else {}
    if ran.rule:
        path = f"rules/{ran.rule}.yaml"
        if arm == QUIET:
            return {path: trees.set_values(files[path], {"enabled": False})}
        then = values_of(files[f"rules/{arm}.yaml"]).get("then")
        return {path: trees.set_values(files[path], {"then": then})} if arm != ran.rule else {}
    paths = [f"scripts/{key}.yaml" for key in ran.subjects]
    return {path: _only(files[path], arm) for path in paths}


def in_all(portal: Portal) -> HeldOut | None:
    """Say how visitors in experiments do beside those who are held out of all."""

    async def go(services: Services) -> HeldOut | None:
        return await held_out(services)

    return portal.call(go)


def expected(portal: Portal, experiment: Experiment) -> Forecast | None:
    """Say how long it will take, from the script's own last weeks."""

    async def go(services: Services) -> Forecast | None:
        return await forecast(services, experiment)

    return portal.call(go)


def learn(engine: Engine, run: str, words: str) -> None:
    """Write down what was learnt from a run."""
    runs.learn(engine, run, words.strip()[:2000])


def setup(row: ExperimentRow) -> Experiment:
    """Give the definition a run began with."""
    return runs.setup_of(row)


def _only(text: str, arm: str) -> str:
    for key in values_of(text).get("variants", {}):
        text = script_edits.set_parts(text, key, {"review": None if key == arm else "draft"})
    return trees.set_values(text, {"weighting": None})
