"""A table of moods: learned from a few labels, read back, swapped in, never trusted blindly."""

import io
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from designer.cli import main
from runtime.nlu import sentiment
from runtime.nlu.model_files import packed
from runtime.nlu.mood_table import MoodTable
from runtime.nlu.mood_training import Labelled, average_precision, measure, read_rows, train
from runtime.nlu.moods_zh import mood_of

GOOD = [
    "很好用，喜欢",
    "质量不错，满意",
    "物流很快，点赞",
    "超值，会再来",
    "客服耐心，好评",
    "做工精细",
    "非常满意",
    "性价比高",
    "推荐购买",
    "好喜欢",
]
BAD = [
    "太差了，退货",
    "质量很差",
    "又慢又贵",
    "失望透顶",
    "坏了不能用",
    "不推荐",
    "做工粗糙",
    "味道难闻",
    "和描述不符",
    "后悔买了",
]
ANGRY = [
    "骗子，垃圾店铺",
    "气死我了",
    "什么破东西，退钱",
    "太过分了，投诉你",
    "滚，垃圾客服",
    "你们是骗人的吧",
    "气炸了，欺诈",
    "垃圾，投诉",
    "过分，骗钱",
    "气死人了，退钱",
]
CALM = [
    "今天天气一般",
    "我在上班",
    "路上有点堵",
    "刚到家",
    "看了一本书",
    "下午开会",
    "明天出差",
    "晚饭吃面",
    "在等公交",
    "准备睡了",
]
PLAIN = [
    "退款多久到账",
    "什么时候发货",
    "可以开发票吗",
    "保修多久",
    "有货吗",
    "怎么换货",
    "运费多少",
    "能改地址吗",
]
ROWS = [
    *(Labelled(text, "1") for text in GOOD),
    *(Labelled(text, "0") for text in BAD),
    *(Labelled(text, "angry") for text in ANGRY),
    *(Labelled(text, "neutral") for text in CALM),
]
DATA = train(ROWS, PLAIN)
TABLE = MoodTable.load(DATA)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder that is looked into for a table; put back afterwards."""
    sentiment.tables.serve(tmp_path)
    yield tmp_path
    sentiment.tables.serve(tmp_path / "none")
    sentiment.tables.current()


def test_good_bad_angry_and_plain_are_told_apart() -> None:
    assert TABLE.read("质量好，很满意").compound > 0.1
    assert TABLE.read("质量差，很失望").compound < -0.1
    assert TABLE.read("骗子，气死我了").angry > TABLE.read("味道难闻，不推荐").angry
    assert TABLE.read("退款什么时候到账").neutral > TABLE.read("骗子，退钱").neutral
    found = measure(TABLE, ROWS)
    assert found.accuracy == 1.0
    assert found.anger_precision == pytest.approx(1.0)


def test_the_words_that_told_are_named() -> None:
    told = dict(TABLE.read("非常满意，气死").words)
    assert told
    assert max(told, key=lambda ngram: told[ngram]) in "非常满意"
    assert TABLE.read("zzz").words == ()


def test_a_table_reads_the_same_after_it_was_written() -> None:
    again = MoodTable.load(TABLE.dump())
    for row in ROWS:
        assert again.read(row.text) == TABLE.read(row.text)
    assert TABLE.version.startswith("table-")
    assert train(ROWS, PLAIN) == DATA


@pytest.mark.parametrize(
    "text", ["", "   ", "\x00\x00", "😀🎉", "\u202e\u200b", "x" * 1_000_000, "﷽" * 9_000]
)
def test_hostile_texts_are_read_in_bounds(text: str) -> None:
    found = TABLE.read(text)
    assert -1 <= found.compound <= 1
    assert 0 <= found.angry <= 1
    assert 0 <= found.neutral <= 1


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK nothing",
        packed({"x": np.array(1)}),
        packed(
            {
                "moods": np.array(9),
                "ngrams": np.zeros(0, dtype=np.uint8),
                "values": np.zeros((0, 4)),
                "bias": np.zeros(3),
            }
        ),
        packed(
            {
                "moods": np.array(1),
                "ngrams": np.frombuffer(b"a", dtype=np.uint8),
                "values": np.full((1, 4), np.nan),
                "bias": np.zeros(3),
                "taught": np.ones(3, dtype=bool),
            }
        ),
        DATA[: len(DATA) // 2],
    ],
)
def test_a_file_that_is_no_table_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        MoodTable.load(data)


def test_a_file_with_a_pickle_in_it_is_refused() -> None:
    file = io.BytesIO()
    np.savez(file, moods=np.array([{}], dtype=object))
    with pytest.raises(ValueError, match="not a model"):
        MoodTable.load(file.getvalue())


def test_what_was_not_taught_is_read_by_the_list_of_words(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentiment, "LOOK_AGAIN", 0.0)
    listed = sentiment.score("谢谢，很满意")
    rows = [Labelled(text, "angry") for text in ANGRY] + [Labelled(text, "calm") for text in CALM]
    (folder / "zh.npz").write_bytes(train(rows))
    found = sentiment.score("谢谢，很满意")
    assert (found.label, found.compound, found.words) == ("positive", listed.compound, listed.words)
    assert found.version.startswith("table-")
    assert sentiment.score("气死我了，骗钱").anger > found.anger
    (folder / "zh.npz").write_bytes(train(row for row in ROWS if row.label in {"0", "1"}))
    assert sentiment.score("骗子").anger == mood_of("骗子").anger


def test_calm_says_nothing_but_that_a_text_is_not_angry() -> None:
    rows = [*ROWS, *(Labelled(text + "呀", "calm") for text in GOOD)]
    assert MoodTable.load(train(rows)).read("非常满意呀").neutral < 0.5


def test_own_questions_take_the_edge_off_the_words_in_them() -> None:
    rows = [row for row in ROWS if row.label != "neutral"]
    rows += [Labelled(f"退款{text}", "0") for text in BAD]
    taught, alone = (MoodTable.load(train(rows, plain)) for plain in (PLAIN, ()))
    assert alone.read("退款几天到账").compound < 2 * taught.read("退款几天到账").compound < 0
    measured = measure(taught, [], ["退款几天到账", "骗子，气死我了"], threshold=0.6)
    assert (measured.accuracy, measured.anger_precision, measured.escalated) == (None, None, 0.5)


def test_too_few_labels_teach_nothing() -> None:
    with pytest.raises(ValueError, match="two kinds"):
        train([Labelled("好", "1"), Labelled("坏", "0")])


def test_rows_that_cannot_be_used_are_named() -> None:
    assert read_rows("\ufefftext,label\n好,1\n气,Angry\n") == [
        Labelled("好", "1"),
        Labelled("气", "angry"),
    ]
    with pytest.raises(ValueError, match="line 2"):
        read_rows("text,label\n好,great\n")
    with pytest.raises(ValueError, match="columns"):
        read_rows("a,b\n")


def test_average_precision_is_the_mean_of_the_precisions() -> None:
    assert average_precision([(0.9, True), (0.8, False), (0.7, True)]) == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert average_precision([]) == 0.0


def test_a_table_that_appears_is_used_and_a_broken_one_passed_over(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentiment, "LOOK_AGAIN", 0.0)
    assert sentiment.score("气死我了，骗子").version == sentiment.LEXICON
    (folder / "zh.npz").write_bytes(DATA)
    found = sentiment.score("气死我了，骗子")
    assert found.version == TABLE.version
    assert found.label == "negative"
    assert sum(found.shares) == pytest.approx(1.0)
    assert sentiment.score("This is awful, 气死我了").compound < -0.2
    assert sentiment.score("this is awful").version == sentiment.VADER
    (folder / "zh.npz").write_bytes(b"broken")
    assert sentiment.score("气死我了，骗子").version == sentiment.LEXICON
    (folder / "zh.npz").unlink()
    assert sentiment.score("气死我了，骗子").version == sentiment.LEXICON


def test_the_command_learns_measures_and_reads(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIALOOM_DATA", str(tmp_path / "var"))
    table = tmp_path / "rows.csv"
    table.write_text("text,label\n" + "".join(f'"{r.text}",{r.label}\n' for r in ROWS), "utf-8")
    out = tmp_path / "mine.npz"
    runner = CliRunner()
    done = runner.invoke(main, ["sentiment", "train", "--data", str(table), "--out", str(out)])
    assert done.exit_code == 0, done.output
    assert "held out 8 rows" in done.output
    measured = runner.invoke(main, ["sentiment", "test", "--data", str(table), "--table", str(out)])
    assert "good or bad right" in measured.output
    read = runner.invoke(main, ["sentiment", "score", "垃圾，骗子！"])
    assert "by lexicon-1" in read.output
    served = tmp_path / "var" / "moods" / "zh.npz"
    served.parent.mkdir()
    served.write_bytes(out.read_bytes())
    read = runner.invoke(main, ["sentiment", "score", "垃圾，骗子！"])
    assert "by table-" in read.output
    table.write_text("text,label\n好,odd\n", "utf-8")
    refused = runner.invoke(main, ["sentiment", "train", "--data", str(table)])
    assert refused.exit_code == 2
    assert "line 2" in refused.output
