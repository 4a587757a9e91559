"""Which intent a message means: a linear model over hashed n-grams, made by `tools/train_intents.py`.

The stored file holds, for each bucket and label, an int8 weight; a float16 inverse document frequency for each bucket;
and the temperature that makes the softmax a probability. It is read once, at the first message.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from hexaops.assistant.understanding.features import grams, weigh
from hexaops.assistant.understanding.items import Item

MODEL = "ranker.npz"


class Model(Struct, frozen=True):
    """The weights. `weights` has a row for each bucket that some example fell into; `rows` finds it."""

    labels: tuple[str, ...]
    rows: npt.NDArray[np.int32]
    """Bucket → row of `weights`, -1 where no example had it."""
    weights: npt.NDArray[np.int8]
    scales: npt.NDArray[np.float32]
    """Weight of one step of int8, for each label."""
    bias: npt.NDArray[np.float32]
    idf: npt.NDArray[np.float32]
    """Characters' and words' inverse document frequency, for each row."""
    temperature: float
    examples: str
    """SHA-256 of the prepared examples that it was made from."""


_REMEMBERED = 64
"""Stretches kept: a message is cut in several ways, and many of its pieces are asked about more than once."""


class Ranking(Struct, frozen=True):
    """Labels with their probabilities, best first."""

    scores: tuple[tuple[str, float], ...]

    @property
    def best(self) -> str:
        """The most probable label."""
        return self.scores[0][0]

    @property
    def probability(self) -> float:
        """That of the best label."""
        return self.scores[0][1]

    def of(self, label: str) -> float:
        """The probability of this label; 0 for one that the model does not know."""
        return next((score for name, score in self.scores if name == label), 0.0)


def words_of(items: Sequence[Item]) -> list[str]:
    """The words that the ranker sees: names are replaced by their kind, written numbers by theirs."""
    words: list[str] = []
    for item in items:
        if item.mention is not None:
            kind = item.mention.candidates[0].entity.kind
            words.append("zzapplication" if kind == "pod" else f"zz{kind}")
        elif item.number is not None and any(character.isdigit() for character in item.text):
            words.append(f"zz{item.number.kind}")
        elif item.is_mark:
            words += [item.word] if item.word in ("?", "!", "%") else []
        elif item.is_unknown and item.looks_like_name:
            words.append("zzapplication")
        else:
            words += item.word.lower().split()
    return words


def rank(items: Sequence[Item], after: str = "") -> Ranking:
    """The labels of the message or clause with their probabilities; `after` is the label of the message before."""
    return _ranked(tuple(words_of(items)), after)


@lru_cache(maxsize=_REMEMBERED)
def _ranked(words: tuple[str, ...], after: str) -> Ranking:
    return score(load(), words, after)


def score(model: Model, words: Sequence[str], after: str = "") -> Ranking:
    """The labels of these words with their probabilities."""
    total = model.bias.copy()
    for block, buckets in enumerate(grams(words, after)):
        weighed = weigh(buckets)
        rows = model.rows[list(weighed)] if weighed else np.empty(0, dtype=np.int32)
        known = rows >= 0
        values = np.fromiter(weighed.values(), dtype=np.float32, count=len(weighed))[known]
        rows = rows[known]
        values = values * model.idf[block, rows]
        length = float(np.sqrt(values @ values))
        if length:
            total += (values / length) @ model.weights[rows].astype(np.float32) * model.scales
    shifted = np.exp((total - total.max()) / model.temperature)
    chances = shifted / shifted.sum()
    order = np.argsort(-chances, kind="stable")
    return Ranking(tuple((model.labels[i], round(float(chances[i]), 4)) for i in order))


@cache
def load() -> Model:
    """The stored model."""
    return unpack(stored_arrays(MODEL))


def stored_arrays(name: str) -> dict[str, Any]:
    """The arrays of a file beside this module, by name."""
    path = files("hexaops.assistant.understanding").joinpath(name)
    with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {array: stored[array] for array in stored.files}


def unpack(stored: dict[str, Any]) -> Model:
    """The model of the arrays as they are stored."""
    about = json.loads(bytes(stored["about"]).decode())
    return Model(
        labels=tuple(about["labels"]),
        rows=stored["rows"],
        weights=stored["weights"],
        scales=stored["scales"],
        bias=stored["bias"],
        idf=stored["idf"].astype(np.float32),
        temperature=about["temperature"],
        examples=about["examples"],
    )
