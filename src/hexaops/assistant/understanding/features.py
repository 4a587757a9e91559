"""What the ranker sees of a message: hashed character and word n-grams, names and numbers masked.

Hashing (CRC-32) needs no vocabulary in memory and gives the same numbers on every machine. The two blocks are scaled
to unit length apart, so that a long message says no more than a short one.
"""

from __future__ import annotations

import math
import zlib
from collections.abc import Iterator, Sequence

BUCKETS = 1 << 16
CHARACTER_GRAMS, WORD_GRAMS = range(2, 6), range(1, 4)
LONG = 8
"""Words of a message that are looked at together with the message before: longer ones stand for themselves."""
WORDS_LIMIT = 120
"""Words that are looked at: what a person wants stands in the first two lines."""


def grams(words: Sequence[str], after: str = "") -> tuple[list[int], list[int]]:
    """Buckets of the character n-grams and of the word n-grams, with repetitions.

    `after` is the label of the message before: alone, with each word, and with the number of words it is a gram, too.
    """
    seen = words[:WORDS_LIMIT]
    context = _in_context(seen, after) if after else ()
    return [_bucket(gram) for gram in _characters(seen)], [_bucket(gram) for gram in (*_words(seen), *context)]


def weigh(buckets: Sequence[int]) -> dict[int, float]:
    """Bucket → 1 + ln(times seen)."""
    counted: dict[int, int] = {}
    for bucket in buckets:
        counted[bucket] = counted.get(bucket, 0) + 1
    return {bucket: 1.0 + math.log(times) for bucket, times in counted.items()}


def _characters(words: Sequence[str]) -> Iterator[str]:
    for word in words:
        padded = f" {word} "
        for size in CHARACTER_GRAMS:
            for start in range(max(1, len(padded) - size + 1)):
                yield padded[start : start + size]


def _words(words: Sequence[str]) -> Iterator[str]:
    framed = ("^", *words, "$")
    for size in WORD_GRAMS:
        for start in range(len(framed) - size + 1):
            yield "\t".join(framed[start : start + size])


def _in_context(words: Sequence[str], after: str) -> Iterator[str]:
    yield f"\0{after}"
    yield f"\0{after}\t{min(len(words), LONG)}"
    for word in words[:LONG]:
        yield f"\0{after}\t{word}"


def _bucket(gram: str) -> int:
    return zlib.crc32(gram.encode()) % BUCKETS
