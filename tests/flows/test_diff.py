"""What differs between two versions, named as people would."""

from flows.diff import Difference, differences

NLU = """\
version: "3.1"
nlu:
- intent: ask_price
  examples: |
    - 多少钱
    - 怎么卖
- intent: refund
  examples: |
    - 我要退款
"""


def test_a_training_file_is_compared_intent_by_intent() -> None:
    after = NLU.replace("    - 怎么卖\n", "") + "- intent: hello\n  examples: |\n    - 你好\n"
    found = differences({"nlu/zh.yml": NLU}, {"nlu/zh.yml": after})
    assert [(one.code, one.file) for one in found] == [
        ("sentences_changed", "ask_price"),
        ("sentences_changed", "hello"),
    ]


def test_a_training_file_whose_sentences_stay_is_compared_as_a_text() -> None:
    assert differences({"nlu/zh.yml": NLU}, {"nlu/zh.yml": "# by hand\n" + NLU}) == [
        Difference("text_changed", "zh", folder="nlu")
    ]
    broken = differences({"nlu/zh.yml": NLU}, {"nlu/zh.yml": "nlu: ["})
    assert {one.code for one in broken} <= {"sentences_changed", "text_changed"}
