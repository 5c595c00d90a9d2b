"""The BERT + BiLSTM classifier in a real Rasa: trained, packed, loaded and asked."""

import io
import json
import os
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from plugins.rasa.bilstm_settings import DEFAULTS, find_problem
from runtime.rasa_home import RasaHome

ROOT = Path(__file__).parents[2]
HOME = Path(os.environ.get("DIALOOM_RASA", ROOT / ".rasa"))
QUIET = {
    "PYTHONPATH": str(ROOT),
    "RASA_TELEMETRY_ENABLED": "false",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
    "PYTHONWARNINGS": "ignore",
}
SENTENCES = {
    "ask_price": "这个多少钱 价格是多少 怎么卖的 贵不贵 现在什么价 有优惠价吗 How_much_is_it What_is_the_price",
    "request_refund": "我要退款 怎么退货 把钱退给我 不想要了 可以退吗 退款多久到账 I_want_a_refund Give_my_money_back",
    "order_status": "订单到哪了 快递几时到 物流在哪 还没收到货 发货了没 查包裹 Where_is_my_order Has_my_parcel_shipped",
    "talk_to_human": "转人工 我要找客服 叫经理来 真人在吗 不要机器人 接人工服务 Let_me_talk_to_a_person Human_agent_please",
}
TAUGHT = [
    (text.replace("_", " "), intent)
    for intent, texts in SENTENCES.items()
    for text in texts.split()
]
CONFIG = """\
recipe: default.v1
assistant_id: dialoom
language: zh
pipeline:
- name: JiebaTokenizer
- {{name: LanguageModelFeaturizer, alias: encoder, model_name: bert, model_weights: {encoder}}}
- name: plugins.rasa.bert_bilstm.BertBiLSTMClassifier
  featurizers: [encoder]
  lstm_units: 16
  attention_size: 16
  epochs: 25
  learning_rate: 0.01
  batch_size: 8
policies: []
"""


@dataclass(frozen=True)
class Asked:
    """The packed model, and what it answered in one start of Rasa."""

    model: Path
    answers: dict[str, Any]


def run(command: str, *arguments: str, folder: Path) -> None:
    done = subprocess.run(
        [str(HOME / "bin" / command), *arguments],
        cwd=folder,
        env={**os.environ, **QUIET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-3000:]


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Asked:
    folder = tmp_path_factory.mktemp("rasa")
    if not RasaHome(HOME, folder).is_installed:
        pytest.skip(f"Rasa is not installed in {HOME} (make rasa)")
    if not list(HOME.glob("lib/python3*/site-packages/transformers")):
        pytest.skip(f"Rasa in {HOME} has no transformers (docs/how-to/bert-in-rasa.md)")
    lines = ['version: "3.1"', "nlu:"]
    for intent in SENTENCES:
        lines += [f"- intent: {intent}", "  examples: |"]
        lines += [f"    - {text}" for text, of in TAUGHT if of == intent]
    (folder / "nlu.yml").write_text("\n".join(lines) + "\n", "utf-8")
    (folder / "config.yml").write_text(CONFIG.format(encoder=folder / "encoder"), "utf-8")
    texts = [*(text for text, _ in TAUGHT), "", "   ", "从来没有见过的话 zzz"]
    (folder / "texts.json").write_text(json.dumps(texts), "utf-8")
    here = Path(__file__).parent
    run("python", str(here / "make_encoder.py"), "encoder", "nlu.yml", folder=folder)
    names = ["--out", "models", "--fixed-model-name", "hybrid"]
    run("rasa", "train", "nlu", "-c", "config.yml", "-u", "nlu.yml", *names, folder=folder)
    model = folder / "models" / "hybrid.tar.gz"
    question = (str(here / "ask_classifier.py"), str(model), "texts.json", "answers.json")
    run("python", *question, folder=folder)
    return Asked(model, json.loads((folder / "answers.json").read_text("utf-8")))


def test_taught_sentences_are_recognised(asked: Asked) -> None:
    answers = [answer["intent"]["name"] for answer in asked.answers["first"]]
    right = [intent == answer for (_, intent), answer in zip(TAUGHT, answers, strict=False)]
    assert len(right) == 32
    assert sum(right) >= 28


def test_the_ranking_is_ordered_and_sums_to_one(asked: Asked) -> None:
    for answer in asked.answers["first"][:32]:
        ranking = answer["intent_ranking"]
        chances = [each["confidence"] for each in ranking]
        assert {each["name"] for each in ranking} == set(SENTENCES)
        assert chances == sorted(chances, reverse=True)
        assert sum(chances) == pytest.approx(1, abs=1e-5)
        assert answer["intent"] == ranking[0]


def test_a_text_without_words_has_no_intent(asked: Asked) -> None:
    empty, blank, unknown = asked.answers["first"][32:]
    assert empty["intent"] == {"name": None, "confidence": 0.0}
    assert empty["intent_ranking"] == []
    assert blank["intent"] == {"name": None, "confidence": 0.0}
    assert unknown["intent"]["name"] in SENTENCES


def test_two_loads_give_the_same_numbers(asked: Asked) -> None:
    assert asked.answers["first"] == asked.answers["second"]


def test_the_packed_model_can_run_no_code(asked: Asked) -> None:
    with tarfile.open(asked.model) as archive:
        ours = {
            Path(one.name).name: archive.extractfile(one)
            for one in archive
            if "BertBiLSTM" in one.name and one.isfile()
        }
        contents = {name: file.read() for name, file in ours.items() if file}
    assert set(contents) == {"network.json", "weights.npz"}
    with np.load(io.BytesIO(contents["weights.npz"]), allow_pickle=False) as arrays:
        assert all(arrays[name].dtype == np.float32 for name in arrays.files)
    assert json.loads(contents["network.json"])["intents"] == sorted(SENTENCES)


def test_one_intent_is_always_meant(asked: Asked) -> None:
    heard, mute = asked.answers["cases"]["one intent"]
    assert heard == [{"name": "a", "confidence": 1.0}, [{"name": "a", "confidence": 1.0}]]
    assert mute == [{"name": None, "confidence": 0.0}, []]


def test_one_sentence_of_each_intent_is_enough_to_learn_from(asked: Asked) -> None:
    answers = asked.answers["cases"]["one sentence each"]
    assert all(len(ranking) == 4 for _, ranking in answers)


def test_it_knows_nothing_where_nothing_was_taught(asked: Asked) -> None:
    assert asked.answers["cases"]["nothing to learn"] == [[{"name": None, "confidence": 0.0}, []]]


@pytest.mark.parametrize(
    ("case", "words"),
    [
        ("no features", "put LanguageModelFeaturizer before it"),
        ("not the named featurizer", "by alias: ['other']"),
        ("other encoder", "learned from vectors of 6 numbers and now gets 7"),
        ("wrong setting", "'lstm_units' must be a whole number above 0, not 0"),
    ],
)
def test_a_refusal_says_what_to_do(asked: Asked, case: str, words: str) -> None:
    assert words in asked.answers["cases"][case]


def test_it_listens_to_the_named_featurizer_only(asked: Asked) -> None:
    with_other, alone = asked.answers["cases"]["one of two featurizers"]
    assert with_other == alone


def test_the_ranking_is_as_long_as_wanted(asked: Asked) -> None:
    ((_, ranking),) = asked.answers["cases"]["two of four"]
    assert len(ranking) == 2


def test_training_stops_when_held_out_sentences_gain_no_more(asked: Asked) -> None:
    line, _ = asked.answers["cases"]["log"]
    assert "60 sentences learned, 20 held out" in line
    assert int(line.split("epoch ")[1].split(":")[0]) < 60
    answers = asked.answers["cases"]["held out"]
    right = [intent["name"] == "abcd"[at % 4] for at, (intent, _) in enumerate(answers)]
    assert sum(right) >= 76


def test_the_same_seed_gives_the_same_network(asked: Asked) -> None:
    cases = asked.answers["cases"]
    for (_, one), (_, other) in zip(cases["held out"], cases["held out again"], strict=True):
        assert [each["name"] for each in one] == [each["name"] for each in other]
        for left, right in zip(one, other, strict=True):
            assert left["confidence"] == pytest.approx(right["confidence"], abs=1e-4)


def test_a_gpu_and_a_cpu_hear_the_same_whatever_stands_beside(asked: Asked) -> None:
    plain, fused, one_by_one = asked.answers["kernels"]
    np.testing.assert_allclose(plain, fused, atol=1e-5)
    np.testing.assert_allclose(plain, one_by_one, atol=1e-5)


@pytest.mark.parametrize(
    ("config", "words"),
    [
        (DEFAULTS, ""),
        ({"lstm_unit": 64}, "there is no 'lstm_unit'"),
        ({"epochs": 1.5}, "a whole number above 0"),
        ({"patience": True}, "a whole number above 0, not True"),
        ({"dropout": 1}, "from 0 to below 1"),
        ({"validation_share": "0.1"}, "from 0 to below 1"),
        ({"learning_rate": 0}, "a number above 0"),
        ({"random_seed": None}, ""),
        ({"random_seed": -1}, "a whole number from 0, or null"),
        ({"ranking_length": -1}, "a whole number from 0"),
        ({"featurizers": "encoder"}, "a list of featurizers' aliases"),
    ],
)
def test_settings_are_checked(config: dict[str, Any], words: str) -> None:
    problem = find_problem(config)
    assert words in problem
    assert bool(words) is bool(problem)
