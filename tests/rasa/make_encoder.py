"""Writes a small BERT of random weights for the words of a file, as LanguageModelFeaturizer loads it.

Run by Rasa's own Python: `make_encoder.py FOLDER TEXT_FILE`.
"""

import re
import string
import sys
from pathlib import Path

from transformers import BertConfig, BertTokenizer, TFBertModel
from transformers import set_seed as choose

SPECIAL = {0: "[PAD]", 100: "[UNK]", 101: "[CLS]", 102: "[SEP]", 103: "[MASK]"}
"""Rasa writes 101 and 102 around every text, whatever the vocabulary says."""


def main() -> None:
    folder, text = Path(sys.argv[1]), Path(sys.argv[2]).read_text("utf-8")
    folder.mkdir(parents=True, exist_ok=True)
    words = vocabulary(text)
    (folder / "vocab.txt").write_text("\n".join(words), "utf-8")
    BertTokenizer(str(folder / "vocab.txt")).save_pretrained(folder)
    choose(7)
    config = BertConfig(
        vocab_size=len(words),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
    )
    model = TFBertModel(config)
    model.build()
    model.save_pretrained(folder)


def vocabulary(text: str) -> list[str]:
    """Give the special words at their places, every Chinese character, and halves of words."""
    words = [SPECIAL.get(at, f"[unused{at}]") for at in range(max(SPECIAL) + 1)]
    words += sorted(set(re.findall("[\u4e00-\u9fff？。，]", text)))
    pieces = set(string.ascii_lowercase) | {f"##{letter}" for letter in string.ascii_lowercase}
    for word in set(re.findall("[a-z]{2,}", text.lower())):
        half = (len(word) + 1) // 2
        pieces |= {word[:half], f"##{word[half:]}"}
    return words + sorted(pieces)


if __name__ == "__main__":
    main()
