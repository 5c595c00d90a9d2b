"""Start, watch and stop an experiment; ship what won."""

from collections.abc import Mapping
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import Engine

from designer import drafts, publishing
from designer.form_texts import kept_name
from designer.meaning import set_changed
from designer.workspace import Workspace
from flows import script_edits, trees
from flows.experiments import Experiment, read_experiment
from flows.problems import blocking
from flows.scripts import Script
from flows.yaml_text import values_of, write
from runtime import releases
from runtime.errors import CannotPublish
from runtime.experiments import runs
from runtime.experiments.beginning import begin
from runtime.experiments.runs import NotPossible
from runtime.experiments.standing import Figures, Forecast, figures, forecast
from runtime.services import Portal, Services
from runtime.tables import ExperimentRow


def path_of(key: str) -> str:
    """Name the file of an experiment."""
    return f"experiments/{key}.yaml"


def first_text(key: str, title: Mapping[str, str], script: Script) -> str:
    """Write an experiment over all approved wordings of a script, as most will want it."""
    values: dict[str, Any] = {
        "experiment": key,
        "title": dict(title),
        "script": script.key,
        "arms": list(script.spoken),
        "mode": "ab",
        "metric": "orders",
    }
    if script.goal:
        values["goal"] = script.goal
    return write(values)


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
    """Make an arm the only wording: in the draft, and live; gives the number of the release.

    The others stay as drafts, so that what was learnt of them is not lost. The run is stopped.
    NotPossible says that the draft has it, but it could not go live.
    """
    engine = portal.services.engine
    path = f"scripts/{row.script}.yaml"
    who = drafts.Author(author, path, _("“%(arm)s” made the only wording", arm=arm))
    drafts.edit(engine, who, path, drafts.revision(engine, path), lambda text: _only(text, arm))
    _number, live = releases.live_files(engine)
    if publishing.needs_second(engine):
        raise NotPossible("needs_second")
    try:
        files = {**live, path: _only(live[path], arm)}
        message = _("“%(arm)s” won: %(run)s", arm=arm, run=row.run)
        number = publishing.publish_files(portal, author, message, files)
    except (CannotPublish, KeyError) as error:
        raise NotPossible("cannot_publish") from error
    if row.state in runs.MOVES:
        change(portal, row.run, "stopped", author)
    return number


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
