import pytest
import yaml
from jsonschema import Draft202012Validator

from designer.library import DEMO, library_files
from flows.bundle import kind_of
from flows.schema import KIND_SCHEMAS, schema_of
from runtime.compiling import compile_files
from tests.workspaces import SMALL

FILES = {**SMALL, **library_files(DEMO)}


@pytest.mark.parametrize("path", [path for path in FILES if not path.startswith("nlu/")])
def test_every_file_of_ours_fits_its_schema(path: str) -> None:
    value = yaml.load(FILES[path], Loader=yaml.CSafeLoader)
    Draft202012Validator(schema_of(kind_of(path))).validate(value)


@pytest.mark.parametrize("kind", KIND_SCHEMAS)
def test_a_schema_refuses_what_it_does_not_know(kind: str) -> None:
    Draft202012Validator.check_schema(schema_of(kind))
    assert not Draft202012Validator(schema_of(kind)).is_valid({kind: "x", "unknown": 1})


def test_the_library_is_without_problems() -> None:
    assert compile_files(library_files(DEMO)).problems == []


def test_the_library_has_what_it_promises() -> None:
    compiled = compile_files(library_files(DEMO))
    zh = [e for e in compiled.examples if any("\u4e00" <= sign <= "\u9fff" for sign in e.text)]
    intents = {example.intent for example in zh}
    assert len(intents) >= 20
    for intent in intents:
        assert sum(example.intent == intent for example in zh) >= 15, intent
    assert sum(len(script.variants) >= 2 for script in compiled.book.scripts.values()) >= 5
