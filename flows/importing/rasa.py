"""A Rasa project to our YAML: its stories and rules become one flow, its responses scripts."""

from collections.abc import Collection, Mapping, Sequence

from flows.importing.imported import Imported, Keys, NotReadable, is_chinese, keys_in
from flows.importing.rasa_domain import Domain, Project, read_domain, read_project
from flows.importing.rasa_drawing import Plot, lay_out, merge_twins
from flows.importing.rasa_slots import Slots
from flows.importing.rasa_steps import ACTIONS, draw
from flows.importing.rasa_stories import Stories, read_stories
from flows.importing.sketch import Sketch, imported
from flows.yaml_text import write

PARTS = ("data", "domain", "nlu", "core", "rules", "stories")


def from_rasa(
    files: Mapping[str, bytes],
    taken: Collection[str] = (),
    languages: Sequence[str] = ("zh-CN",),
) -> Imported:
    """Turn the files of a Rasa project into a flow, its scripts and its training examples.

    Raises NotReadable when the files are no such project, or hold no story to draw.
    """
    project = read_project(files)
    domain = read_domain(project)
    flow = Keys(keys_in(taken, "flows")).free(_project_name(files), "rasa")
    sketch = Sketch(flow, "", Keys(keys_in(taken, "scripts")))
    stories = read_stories(project, domain)
    if not stories.told or not (stories.root.user or stories.root.bot):
        raise NotReadable("no_stories")
    plot = Plot(stories, sketch, Slots(domain, sketch), _speaks_chinese(domain, languages))
    draw(plot)
    _count(plot, stories)
    for path, code in project.unread:
        sketch.leave_out(path, path.rpartition("/")[2], code)
    merge_twins(sketch)
    lay_out(sketch)
    more = _training(project, taken) | _connector(plot, project, taken)
    sketch.finish()
    return imported([sketch], more)


def _connector(plot: Plot, project: Project, taken: Collection[str]) -> dict[str, str]:
    """Write down the action server that custom actions run on; it may fill any slot."""
    asking = [step for step in plot.sketch.steps.values() if "request" in step]
    if not asking:
        return {}
    key = Keys(keys_in(taken, "connectors")).free(ACTIONS)
    for step in asking:
        step["request"] = key
    fill = {plot.slots.of(name): name for name in plot.domain.slots}
    plot.sketch.filled.update(fill)
    title = {"zh-CN": "Rasa 动作服务器", "en": "Rasa action server"}
    body = {"connector": key, "title": title, "url": project.action_server, "speaks": "rasa"}
    return {f"connectors/{key}.yaml": write({**body, "fill": fill} if fill else body)}


def _count(plot: Plot, stories: Stories) -> None:
    """Say of every step of every story whether it came along."""
    sketch = plot.sketch
    for told in stories.told:
        code = told.code
        if not code and told.nodes and not plot.visited.intersection(told.nodes):
            code = "not_reached"
        if code:
            sketch.leave_out(told.place, told.what, code)
            sketch.missing += 1
        else:
            sketch.carried += 1
    for note in stories.notes:
        if not plot.branched.intersection(note.nodes):
            sketch.leave_out(note.place, note.what, note.code)


def _project_name(files: Collection[str]) -> str:
    """Name a project after the folder that holds all of its files."""
    folders = [path.split("/")[:-1] for path in files]
    shared: list[str] = []
    for names in zip(*folders, strict=False):
        if len(set(names)) > 1:
            break
        shared.append(names[0])
    return next((name for name in reversed(shared) if name not in PARTS), "")


def _training(project: Project, taken: Collection[str]) -> dict[str, str]:
    """Keep each file of training examples as it is, under a name that is free."""
    names = Keys(keys_in(taken, "nlu"))
    return {
        f"nlu/{names.free(path.rpartition('/')[2].rsplit('.', 1)[0], 'nlu')}.yml": text
        for path, text in project.nlu
    }


def _speaks_chinese(domain: Domain, languages: Sequence[str]) -> bool:
    texts = [response.text for found in domain.responses.values() for response in found]
    found = [is_chinese(text) for text in texts if text]
    if not found:
        return next(iter(languages), "zh-CN").startswith("zh")
    return sum(found) * 4 >= len(found)
