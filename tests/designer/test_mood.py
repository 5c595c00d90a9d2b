"""Labels of moods: kept without names, judged by a threshold, given in the inbox and by a table."""

import itertools

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine

from designer import mood_labels
from designer.tables import MoodLabel
from runtime.services import Portal

ANGRY = [
    "垃圾店铺，骗子！！",
    "气死我了，什么破服务",
    "太过分了，骗人的吧！！",
    "你们这是欺诈，垃圾",
]
CALM = ["多少钱", "什么时候发货", "谢谢，很满意", "退款一般多久到账"]


@pytest.fixture
def engine(portal: Portal) -> Engine:
    found = portal.services.engine
    rows = [(text, True) for text in ANGRY] + [(text, False) for text in CALM]
    assert mood_labels.label_all(found, "x", rows) == 8
    return found


def test_each_threshold_is_judged_by_the_labels(engine: Engine) -> None:
    points = mood_labels.curve(mood_labels.labels(engine, "zh"))
    assert [point.threshold for point in points] == [n / 20 for n in range(1, 20)]
    for point in points:
        assert 0 <= point.right <= point.flagged <= 8
        assert 0 <= point.precision <= 1
        assert point.recall == point.right / 4
    assert all(a.recall >= b.recall for a, b in itertools.pairwise(points))
    lowest = mood_labels.lowest_for(points, 0.9)
    assert lowest is not None
    assert mood_labels.lowest_for([], 0.9) is None


def test_the_last_word_counts_and_nobody_is_named(engine: Engine) -> None:
    mood_labels.label(engine, "agent", "我的手机13812345678，气死了", True)
    mood_labels.label(engine, "agent", "我的手机13812345678，气死了", False)
    newest = mood_labels.labels(engine)[0]
    assert (newest.text, newest.angry) == ("我的手机<number>，气死了", False)
    mood_labels.forget(engine, newest.id)
    assert len(mood_labels.labels(engine)) == 8


@pytest.mark.parametrize(
    ("table", "why"),
    [("a,b\n1,2\n", "columns"), ("text,label\nx,maybe\n", "line 2"), ("", "columns")],
)
def test_a_bad_table_is_refused_with_its_line(table: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        mood_labels.read_table(table)


def test_a_threshold_is_chosen_and_stands_in_the_workspace(
    client: FlaskClient, engine: Engine
) -> None:
    page = client.get("/nlu/mood/").text
    assert "8 labels, 4 angry" in page
    assert "twenty of each kind" in page
    saved = client.post("/nlu/mood/zh", data={"threshold": "0.55"})
    assert saved.status_code == 200
    assert "zh: 0.55" in client.get("/yaml/workspace.yaml").text
    for bad in ("2", "-1", "x", ""):
        assert client.post("/nlu/mood/zh", data={"threshold": bad}).status_code == 422
    assert client.post("/nlu/mood/fr", data={"threshold": "0.5"}).status_code == 422


def test_the_agents_no_becomes_a_label(client: FlaskClient, engine: Engine) -> None:
    said = client.post("/inbox/moods", data={"text": "急死我了快点", "angry": "0"})
    assert "Thank you" in said.text
    newest: MoodLabel = mood_labels.labels(engine)[0]
    assert (newest.text, newest.angry) == ("急死我了快点", False)
    table = client.get("/nlu/mood/labels.csv").text
    assert "急死我了快点,calm" in table
    assert mood_labels.read_table(table)
