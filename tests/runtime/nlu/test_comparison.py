"""Both engines judged by the same sentences; here the embedded one, on sets that are files."""

from pathlib import Path

import pytest

from runtime.nlu.comparison import folders_of_sets, judge_embedded, read_set
from runtime.nlu.training import Example
from tests.runtime.nlu.test_cascade import EXAMPLES

ASKED = [
    Example("大概几天发货", "ask_delivery"),
    Example("想退款", "request_refund"),
    Example("这个多少钱呀", "ask_price"),
    Example("where is the card", "where_card"),
]
STRANGE = [Example(text, "oos") for text in ("勾股定理是什么", "sing me a song", "量子力学")]


def _write(folder: Path, name: str, examples: list[Example]) -> None:
    folder.mkdir(exist_ok=True)
    rows = "".join(f"{one.text},{one.intent}\n" for one in examples)
    (folder / f"{name}.csv").write_text(f"text,intent\n{rows}", "utf-8")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, examples in (("train", EXAMPLES), ("test", ASKED), ("oos_test", STRANGE)):
        _write(tmp_path / "shop", name, examples)
    _write(tmp_path / "half", "train", EXAMPLES)
    return tmp_path


def test_a_set_is_a_folder_with_both_parts(folder: Path) -> None:
    assert [one.name for one in folders_of_sets(folder)] == ["shop"]
    assert folders_of_sets(folder / "shop") == [folder / "shop"]
    (folder / "shop" / "test.csv").write_text("nothing", "utf-8")
    with pytest.raises(ValueError, match="text and intent"):
        read_set(folder / "shop")


def test_the_embedded_engine_is_measured_as_it_is_served_and_sparse_alone(folder: Path) -> None:
    found = judge_embedded(read_set(folder / "shop"))
    assert found["accuracy"] == found["macro-F1"] == 1.0
    assert found["sparse accuracy"] >= 0.5
    assert found["out of scope AUROC"] == found["out of scope recall"] == 1.0
    assert 0 < found["sparse median µs CPU"] < found["p95 µs CPU"]


def test_what_was_taught_counts_as_strange_where_it_is_no_surer(folder: Path) -> None:
    _write(folder / "shop", "oos_test", ASKED)
    found = judge_embedded(read_set(folder / "shop"))
    assert found["out of scope AUROC"] == 0.5
    assert found["out of scope recall"] == 0.0
