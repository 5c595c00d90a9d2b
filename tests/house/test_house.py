"""The house rules that no linter knows."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from runtime import settings
from wsgi import TASK_MODULES

ROOT = Path(__file__).parents[2]
FOLDERS = ("designer", "runtime", "rules", "flows", "plugins")
MODULES = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
SCRIPTS = [
    path
    for path in sorted(ROOT.rglob("*.js"))
    if not {"vendor", "node_modules", ".venv", ".rasa"} & set(path.parts)
]
PO = ROOT / "designer/translations/zh/LC_MESSAGES/messages.po"


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [*MODULES, *SCRIPTS], ids=_name)
def test_a_module_fits_in_one_head(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 300


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_function_fits_on_one_screen(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            assert node.end_lineno - node.lineno < 50, node.name


def test_no_module_has_a_name_that_says_nothing() -> None:
    empty = {"utils", "helpers", "common", "manager", "base"}
    assert not [path for path in MODULES if path.stem in empty]


def test_the_worker_knows_every_task() -> None:
    written = {
        f"{path.relative_to(ROOT).with_suffix('')}".replace("/", ".")
        for path in MODULES
        if "@shared_task" in path.read_text("utf-8")
    }
    assert written == set(TASK_MODULES)


def test_no_translation_is_empty_or_fuzzy() -> None:
    with PO.open("rb") as file:
        catalog = read_po(file)
    for message in catalog:
        if message.id:
            words = message.string if isinstance(message.string, tuple) else (message.string,)
            assert all(words), message.id
            assert not message.fuzzy, message.id
            wanted = message.id if isinstance(message.id, str) else message.id[0]
            for name in re.findall(r"%\(\w+\)s", wanted):
                assert name in words[0], message.id
            if "%" not in str(message.id):  # A template would take it for a placeholder, and break.
                assert "%" not in words[0], message.id


def test_every_sentence_on_a_screen_is_translated() -> None:
    from designer.sentences import KINDS, OPERATORS, PROBLEMS, REASONS

    with PO.open("rb") as file:
        catalog = read_po(file)
    for sentences in (KINDS, OPERATORS, PROBLEMS, REASONS):
        for sentence in sentences.values():
            assert catalog.get(sentence), sentence


def test_every_problem_code_has_a_sentence() -> None:
    from designer.sentences import PROBLEMS

    pattern = re.compile(r'problem\(\s*"(\w+)"|Problem\("(\w+)"|EditRefused\("(\w+)"')
    for path in MODULES:
        for found in pattern.findall(path.read_text("utf-8")):
            code = next(filter(None, found))
            assert code in PROBLEMS, f"{code} in {_name(path)}"


def test_every_setting_is_documented() -> None:
    text = Path(settings.__file__).read_text("utf-8")
    names = set(re.findall(r'text\("([A-Z_]+)"', text))
    page = (ROOT / "docs/reference/settings.md").read_text("utf-8")
    assert names
    assert not [name for name in names if f"DIALOOM_{name}" not in page]


def test_links_in_the_docs_lead_somewhere() -> None:
    for page in [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]:
        for target in re.findall(r"\]\(([^)#]+)", page.read_text("utf-8")):
            if not target.startswith("http"):
                assert (page.parent / target).exists(), f"{target} in {page.name}"


def test_no_lock_file_names_a_registry() -> None:
    for path in (ROOT / "deploy/lock").glob("*.txt"):
        assert "://" not in path.read_text("utf-8")
    for path in (ROOT / "deploy").glob("*/package-lock.json"):
        assert '"resolved"' not in path.read_text("utf-8")
