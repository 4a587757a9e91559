"""Which words are English and what they can be, from a stored list (`tools/english_words.py`).

A word that is spelt right is never taken for a slip of another one ("including" is no "excluding"), and a message of
which few words are English is in another language. The list holds hashes: one unknown word in about 40,000 is
taken for a known one.
"""

from __future__ import annotations

import zlib
from functools import cache, lru_cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt

FILE = "english.npz"
NOUN, BASE, THIRD, PROGRESSIVE, PAST, ADJECTIVE, ADVERB = (1 << bit for bit in range(7))
"""What a word can be: a noun; a verb in its base, third person, progressive or past form; an adjective; an adverb."""


def key(word: str) -> int:
    """The hash that a word is stored by."""
    return zlib.crc32(word.encode())


@lru_cache(maxsize=4096)
def parts_of_speech(word: str) -> int:
    """The flags of a word in lower case; 0 for one that is not known."""
    keys, flags = _stored()
    wanted = np.uint32(key(word))
    place = int(np.searchsorted(keys, wanted))
    return int(flags[place]) if place < len(keys) and keys[place] == wanted else 0


def is_english(word: str) -> bool:
    """Whether the word, in lower case, is spelt right."""
    return parts_of_speech(word) != 0


@cache
def _stored() -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.uint8]]:
    with files("hexaops.kit").joinpath(FILE).open("rb") as file, np.load(file) as stored:
        return stored["keys"], stored["flags"]
