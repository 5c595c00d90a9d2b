"""`dialoom sentiment`: a table learned from labels, judged, and kept whole when there is no room."""

import json
from pathlib import Path

import pytest

from tests.installation import Installation

GOOD, BAD = (
    ("很满意", "特别好用", "质量不错", "喜欢", "推荐购买"),
    (
        "太差了",
        "垃圾东西",
        "气死我了",
        "骗子",
        "再也不买了",
    ),
)
THINGS = ("手机", "电饭煲", "衣服", "鞋子", "耳机", "洗衣机", "外套", "快递", "客服", "包装")


@pytest.fixture(scope="module")
def labels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    rows = [
        f"{thing}{said},{mood}"
        for thing in THINGS
        for mood, words in (("1", GOOD), ("0", BAD))
        for said in words
    ]
    path = tmp_path_factory.mktemp("labels") / "labels.csv"
    path.write_text("text,label\n" + "\n".join(rows) + "\n", "utf-8")
    return path


def test_a_table_is_learned_judged_and_used(tmp_path: Path, labels: Path) -> None:
    installation = Installation(tmp_path)
    assert installation.run("sentiment", "test", "--data", str(labels), status=2) == ""
    assert "100 labels" in installation.run("sentiment", "train", "--data", str(labels))
    judged = json.loads(installation.run("sentiment", "test", "--data", str(labels), "--json"))
    assert judged["accuracy"] == 1.0
    assert "negative" in installation.run("sentiment", "score", "这个手机太差了")


def test_a_table_that_finds_no_room_leaves_the_one_in_use(tmp_path: Path, labels: Path) -> None:
    installation = Installation(tmp_path)
    folder = installation.data / "var" / "moods"
    installation.run("sentiment", "train", "--data", str(labels))
    table = next(folder.iterdir())
    before = table.read_bytes()
    table.with_suffix(".new").symlink_to("/dev/full")
    installation.run("sentiment", "train", "--data", str(labels), status=1)
    assert list(folder.iterdir()) == [table]
    assert table.read_bytes() == before
