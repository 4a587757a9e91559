"""How new the words of a message are: pairs of neighbours that no request of the training examples has.

Nobody can list the words that take a request back ("…, sorry, wrong window"), but they are not those of requests. A
message all of whose pairs are known reads like a plain request; the others must convince the model of `asked`.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from msgspec import Struct

KNOWN = 1 << 20
"""Bits of the set of known pairs and words."""
_MOST_PAIRS, _MOST_WORDS, _MOST_LENGTH = 7, 4, 18


class Novelty(Struct, frozen=True):
    """How many pairs of neighbours and how many words no request has, of so many words."""

    pairs: int
    words: int
    length: int


def pairs_of(words: Sequence[str]) -> set[str]:
    """Neighbours, the ends of the message included."""
    return {f"{one}\t{two}" for one, two in pairwise(("^", *words, "$"))}


def bit_of(gram: str) -> int:
    """The place of a pair or a word among the bits."""
    return zlib.crc32(gram.encode()) % KNOWN


def novelty(words: Sequence[str], known: npt.NDArray[np.uint8]) -> Novelty:
    """How new these words are, to the requests whose pairs and words are `known`, a bit each."""
    return Novelty(_unknown(pairs_of(words), known), _unknown({*words}, known), len(words))


def _unknown(grams: set[str], known: npt.NDArray[np.uint8]) -> int:
    return sum(1 for bit in map(bit_of, grams) if not known[bit >> 3] >> (bit & 7) & 1)


def grams(new: Novelty) -> Iterator[tuple[str, float]]:
    """What a model sees of it."""
    yield f"\0new pairs\t{min(new.pairs, _MOST_PAIRS)}", 1.0
    yield f"\0new words\t{min(new.words, _MOST_WORDS)}", 1.0
    yield f"\0length\t{min(new.length, _MOST_LENGTH) // 3}", 1.0
    yield "\0share of new pairs", new.pairs / max(1, new.length)
    yield "\0number of new pairs", min(new.pairs, _MOST_PAIRS + 1) / 4
    yield "\0number of new words", min(new.words, _MOST_WORDS + 1) / 2
