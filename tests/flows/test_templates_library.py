"""The ready-made templates: each fits into a shop, is drawn tidily, and passes its own talks."""

from functools import lru_cache
from itertools import combinations
from pathlib import Path

import pytest
import yaml
from jsonschema import Draft202012Validator

from designer.library import DEMO, LIBRARY, library_files
from flows.bundle import kind_of
from flows.model import Flow
from flows.schema import schema_of
from runtime.compiling import compile_files
from runtime.nlu.cascade import EmbeddedModel, train
from runtime.preview import run_talks
from runtime.releases import Release, draft_release

ROOT = LIBRARY / "templates"
NAMES = sorted(path.name for path in ROOT.iterdir() if path.is_dir())
WIDTH, LEAST_ACROSS, LEAST_DOWN = 220, 300, 170
KINDS = ("flows/", "scripts/", "nlu/")


def files_of(name: str) -> dict[str, str]:
    return {
        p: text for p, text in library_files(f"templates/{name}").items() if p.startswith(KINDS)
    }


def about(name: str) -> dict[str, object]:
    return yaml.safe_load(Path(ROOT / name / "about.yaml").read_text("utf-8"))


@lru_cache(maxsize=1)
def release_with(name: str) -> Release:
    files = {**library_files(DEMO), **files_of(name)}
    return draft_release(files, EmbeddedModel.load(train(compile_files(files).examples)))


def flows_of(name: str) -> list[Flow]:
    book = compile_files({**library_files(DEMO), **files_of(name)}).book
    return [book.flows[Path(p).stem] for p in files_of(name) if p.startswith("flows/")]


def box(flow: Flow, key: str) -> tuple[float, float, float, float]:
    x, y = flow.layout[key]
    return x, y, x + WIDTH, y + 90 + 24 * len(flow.steps[key].links)


def boxes(flow: Flow) -> dict[str, tuple[float, float, float, float]]:
    cards = {key: box(flow, key) for key in flow.steps}
    notes = {
        f"note {note.key}": (*note.at, note.at[0] + note.size[0], note.at[1] + note.size[1])
        for note in flow.notes.values()
    }
    return cards | notes


def test_the_six_templates_are_there() -> None:
    wanted = {
        "lead_capture",
        "faq_desk",
        "returns",
        "satisfaction",
        "cart_rescue",
        "order_tracking",
    }
    assert wanted <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_says_what_it_is(name: str) -> None:
    said = about(name)
    assert set(said) - {"intents"} == {"title", "description", "flow"}
    assert all(set(said[key]) == {"zh-CN", "en"} for key in ("title", "description"))
    assert f"flows/{said['flow']}.yaml" in files_of(name)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_collides_with_nothing(name: str) -> None:
    others = set(library_files(DEMO)).union(*(files_of(other) for other in NAMES if other != name))
    assert not others.intersection(files_of(name))
    main = str(about(name)["flow"])
    assert all(Path(path).stem.startswith(main) for path in files_of(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_template_fits_into_a_shop_without_a_problem(name: str) -> None:
    files = files_of(name)
    assert compile_files({**library_files(DEMO), **files}).problems == []
    for path, text in files.items():
        if not path.startswith("nlu/"):
            value = yaml.safe_load(text)
            Draft202012Validator(schema_of(kind_of(path))).validate(value)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_speaks_both_languages(name: str) -> None:
    book = compile_files({**library_files(DEMO), **files_of(name)}).book
    scripts = [book.scripts[Path(p).stem] for p in files_of(name) if p.startswith("scripts/")]
    texts = [v.text for script in scripts for v in script.variants.values()]
    texts += [step.title for flow in flows_of(name) for step in flow.steps.values()]
    assert all(text.get("zh-CN") and text.get("en") for text in texts)


@pytest.mark.parametrize("name", NAMES)
def test_a_template_is_drawn_tidily(name: str) -> None:
    for flow in flows_of(name):
        assert 7 <= len(flow.steps) <= 14
        assert set(flow.layout) == set(flow.steps)
        assert "start_here" in flow.notes
        for (one, a), (other, b) in combinations(boxes(flow).items(), 2):
            apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
            assert apart, (flow.key, one, other)
        for one, other in combinations(flow.layout.values(), 2):
            across, down = abs(one[0] - other[0]), abs(one[1] - other[1])
            assert across >= LEAST_ACROSS or (across == 0 and down >= LEAST_DOWN), (one, other)


@pytest.mark.parametrize("name", NAMES)
def test_a_person_is_always_near(name: str) -> None:
    for flow in flows_of(name):
        for step in flow.steps.values():
            choices = getattr(step, "choices", ())
            assert not choices or any(c.text["zh-CN"] == "人工客服" for c in choices), step.key
        assert any(step.kind == "handover" for step in flow.steps.values())


@pytest.mark.parametrize("name", NAMES)
def test_a_template_passes_its_talks(name: str) -> None:
    release = release_with(name)
    for flow in flows_of(name):
        assert flow.tests
        for verdict in run_talks(release, flow):
            assert verdict.passed, (flow.key, verdict.talk.name, verdict.failed, verdict.got)
