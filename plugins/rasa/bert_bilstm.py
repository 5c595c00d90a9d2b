"""BERT and BiLSTM as one intent classifier for Rasa Open Source 3.6.

A BERT-like encoder, which Rasa's own LanguageModelFeaturizer runs, puts a vector on every token; a
BiLSTM with attention reads them and names the intent. The encoder stays as it is, only the BiLSTM
learns, so that training takes minutes on a CPU.

In Rasa's `config.yml`, with the folder that holds `plugins/` on PYTHONPATH:

    - name: LanguageModelFeaturizer
      model_name: bert
      model_weights: /srv/encoders/some-bert
    - name: plugins.rasa.bert_bilstm.BertBiLSTMClassifier
"""

# mypy: disable-error-code="import-not-found"
from __future__ import annotations  # Rasa reads these annotations while the class is being made.

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.exceptions import InvalidConfigException
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from plugins.rasa import bilstm_network as bilstm
from plugins.rasa.bilstm_settings import DEFAULTS, find_problem

logger = logging.getLogger(__name__)

RANKING = "intent_ranking"
SHAPE_FILE, WEIGHTS_FILE = "network.json", "weights.npz"
FEWEST = 20
"""Sentences of an intent below which each of them is worth more learned than held out."""
NO_FEATURES = (
    "BertBiLSTMClassifier found no dense features of tokens on the training sentences: put "
    "LanguageModelFeaturizer before it in the pipeline (featurizers it listens to, by alias: {})."
)


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class BertBiLSTMClassifier(IntentClassifier, GraphComponent):  # type: ignore[misc]
    """Names the intent of a text from the token vectors that a dense featurizer put on it."""

    @classmethod
    def required_components(cls) -> list[type]:
        """Name what has to stand before it in the pipeline."""
        return [Featurizer]

    @staticmethod
    def required_packages() -> list[str]:
        """Name what must be installed beside Rasa; Rasa brings both."""
        return ["tensorflow", "numpy"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """Give every key of the configuration, with what holds where it is not set."""
        return dict(DEFAULTS)

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Raise InvalidConfigException at the first key that is unknown or out of bounds."""
        problem = find_problem(config)
        if problem:
            raise InvalidConfigException(f"BertBiLSTMClassifier: {problem}.")

    def __init__(self, config: dict[str, Any], storage: ModelStorage, resource: Resource) -> None:
        self.config = {**DEFAULTS, **config}
        self.validate_config(self.config)
        self._storage = storage
        self._resource = resource
        self._intents: list[str] = []
        self._shape: bilstm.Shape | None = None
        self._network: bilstm.Network = None
        self._predict: Callable[[Sequence[bilstm.Tokens]], bilstm.Chances] | None = None

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> BertBiLSTMClassifier:
        """Give an untrained one."""
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        """Learn the intents from their sentences; InvalidConfigException without token vectors."""
        examples = [one for one in training_data.intent_examples if one.get(TEXT)]
        heard = [(self._tokens(one), str(one.get(INTENT))) for one in examples]
        pairs = [(tokens, intent) for tokens, intent in heard if tokens is not None]
        if pairs:
            self._intents = sorted({intent for _, intent in pairs})
            sentences = [tokens for tokens, _ in pairs]
            numbers = [self._intents.index(intent) for _, intent in pairs]
            self._learn(bilstm.Lessons(sentences, numbers))
        elif examples:
            raise InvalidConfigException(NO_FEATURES.format(self.config["featurizers"] or "any"))
        else:
            logger.warning("BertBiLSTMClassifier has nothing to learn from and knows no intent.")
        self.persist()
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Set the intent and the ranking; None as the intent where there is no token to read."""
        heard = [self._tokens(message) for message in messages]
        known = [tokens for tokens in heard if tokens is not None]
        answers = iter(self._predict(known) if self._predict and known else ())
        for message, tokens in zip(messages, heard, strict=True):
            chances = None if tokens is None else next(answers, None)
            ranking = self._ranked(chances)
            first = ranking[0] if ranking else {"name": None, "confidence": 0.0}
            message.set(INTENT, first, add_to_output=True)
            message.set(RANKING, ranking, add_to_output=True)
        return messages

    def persist(self) -> None:
        """Keep the shape as JSON and the weights as plain arrays: loading them can run no code."""
        shape = asdict(self._shape) if self._shape else None
        arrays = self._network.get_weights() if self._shape else []
        kept = json.dumps({"intents": self._intents, "shape": shape}, ensure_ascii=False)
        with self._storage.write_to(self._resource) as folder:
            (folder / SHAPE_FILE).write_text(kept, "utf-8")
            np.savez(folder / WEIGHTS_FILE, **{f"{at:03}": one for at, one in enumerate(arrays)})

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> BertBiLSTMClassifier:
        """Give back what was kept."""
        found = cls(config, model_storage, resource)
        with model_storage.read_from(resource) as folder:
            kept = json.loads((folder / SHAPE_FILE).read_text("utf-8"))
            with np.load(folder / WEIGHTS_FILE, allow_pickle=False) as arrays:
                weights = [arrays[name] for name in sorted(arrays.files)]
        found._intents = kept["intents"]
        if kept["shape"]:
            found._shape = bilstm.Shape(**kept["shape"])
            found._network = bilstm.build(found._shape)
            found._network.set_weights(weights)
            found._predict = bilstm.predictor(found._network, found._shape)
        return found

    def _learn(self, lessons: bilstm.Lessons) -> None:
        config = self.config
        self._shape = bilstm.Shape(
            token_size=lessons.sentences[0].shape[1],
            lstm_units=config["lstm_units"],
            attention_size=config["attention_size"],
            intents=len(self._intents),
        )
        schooling = bilstm.Schooling(
            **{key: config[key] for key in ("dropout", "epochs", "learning_rate")},
            **{key: config[key] for key in ("batch_size", "patience")},
            seed=config["random_seed"],
        )
        out = hold_out(lessons.intents, config["validation_share"], config["random_seed"])
        taught, judged = lessons.parted(out)
        self._network, history = bilstm.fit(self._shape, schooling, taught, judged)
        self._predict = bilstm.predictor(self._network, self._shape)
        measured = ", ".join(f"{name} {values[-1]:.3f}" for name, values in history.items())
        text = "BertBiLSTMClassifier: %d sentences learned, %d held out; at the end of epoch %d: %s"
        logger.info(text, len(taught.intents), len(out), len(history["loss"]), measured)

    def _tokens(self, message: Message) -> bilstm.Tokens | None:
        """Give the token vectors of a text, tokens × hidden size; None where it has none.

        InvalidConfigException where they are not as wide as those that were learned from.
        """
        found, _ = message.get_dense_features(TEXT, self.config["featurizers"])
        if found is None or not len(found.features):
            return None
        tokens = np.asarray(found.features, np.float32)
        if self._predict and self._shape and tokens.shape[1] != self._shape.token_size:
            raise InvalidConfigException(
                f"BertBiLSTMClassifier learned from vectors of {self._shape.token_size} numbers "
                f"and now gets {tokens.shape[1]}: the encoder has changed. Train again."
            )
        return tokens

    def _ranked(self, chances: bilstm.Chances | None) -> list[dict[str, Any]]:
        if chances is None:
            return []
        length = self.config["ranking_length"] or len(self._intents)
        order = np.argsort(-chances, kind="stable")[:length]
        return [{"name": self._intents[at], "confidence": float(chances[at])} for at in order]


def hold_out(intents: Sequence[int], share: float, seed: int | None) -> set[int]:
    """Give the places of the sentences to hold out: that share of every intent that has enough."""
    dice = np.random.default_rng(seed)
    found: set[int] = set()
    for intent in sorted(set(intents)):
        places = [at for at, other in enumerate(intents) if other == intent]
        many = int(len(places) * share) if len(places) >= FEWEST else 0
        found.update(map(int, dice.permutation(places)[:many]))
    return found
