"""How near a question is to each article where they share no words: parts of words, and what the articles' own titles
and questions say together (latent semantic analysis).

Vectors of hashed parts of words as in fastText (Bojanowski et al., "Enriching Word Vectors with Subword Information",
2017), weighed by frequency, then the plane of the largest singular values of all articles (Deerwester et al.,
"Indexing by Latent Semantic Analysis", 1990). It is made from the articles when they are first asked: nothing is
stored or downloaded.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
BUCKETS = 4096
PARTS = (3, 4, 5)
DIMENSIONS = 80
WHOLE_WEIGHT = 2
"""A whole word counts as two of its parts."""


class Nearness:
    """A space of articles, each given by the words of its title and questions."""

    def __init__(self, heads: Sequence[Sequence[str]]) -> None:
        counts = np.array([_counts(words) for words in heads])
        held = (counts > 0).sum(axis=0)
        self._weights: Floats = np.where(held > 0, np.log(1 + len(heads) / np.maximum(held, 1)), 0.0)
        self._articles = _unit(np.log1p(counts) * self._weights)
        values, vectors = np.linalg.eigh(self._articles @ self._articles.T)
        kept = np.argsort(-values)[:DIMENSIONS]
        kept = kept[values[kept] > 1e-9]
        roots = np.sqrt(values[kept])
        self._plane: Floats = vectors[:, kept] / roots
        self._places = _unit(vectors[:, kept] * roots)

    def of(self, words: Sequence[str]) -> Floats:
        """The cosine to each article; all 0 where no part of a word is known."""
        asked = _unit((np.log1p(_counts(words)) * self._weights)[np.newaxis])
        cosines: Floats = self._places @ _unit(asked @ self._articles.T @ self._plane)[0]
        return cosines


def _counts(words: Sequence[str]) -> Floats:
    found = np.zeros(BUCKETS)
    for word in words:
        np.add.at(found, [*_buckets(word)], 1.0)
    return found


@cache
def _buckets(word: str) -> tuple[int, ...]:
    marked = f"<{word}>"
    parts = [marked[at : at + size] for size in PARTS for at in range(len(marked) - size + 1) if len(marked) > size]
    return tuple(crc32(part.encode()) % BUCKETS for part in ([marked] * WHOLE_WEIGHT + parts))


def _unit(rows: Floats) -> Floats:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = rows / np.where(lengths > 0, lengths, 1.0)
    return units
