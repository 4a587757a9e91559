"""Whether a change that a message speaks of is asked for now, and of the application itself: a linear model.

It looks at the masked words of the message and at those that the frame of the change does not explain: what they are,
whether they stand before, inside or after it, and beside what ("stop the backup of A" has one between verb and name,
"restart A, approved by Marta" two behind it), and at how new the words are. `tools/train_asked.py` makes it from
requests, from sentences near a change and from all other utterances. A second one of the same kind has learnt from
three times as many authors; what it says only counts beside the encoder (`agreement`).
"""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.english import parts_of_speech
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.novelty import Novelty, grams, novelty
from hexaops.assistant.understanding.ranker import stored_arrays, words_of

MODEL, WIDER = "asked.npz", "asked_wider.npz"
"""The model that a request of the grammar must satisfy, and the one of all authors."""
BUCKETS = 1 << 16
WORD_GRAMS = range(1, 4)
WORDS_LIMIT = 60
BY_GIST = "by gist"
"""Among the obstacles of a frame that only the whole message makes (`gist`)."""


class Frame(Struct, frozen=True):
    """A change as a message speaks of it: the stretch of items, its verb and where it stands, the words left over."""

    items: tuple[Item, ...]
    start: int
    end: int
    verb: str
    at: int
    """Within the stretch; -1 where no word says the change."""
    left: frozenset[str]
    obstacles: frozenset[str] = frozenset()
    """By name what stands in the way (`vetoes`)."""


class Model(Struct, frozen=True):
    """One weight a bucket, in steps of `scale`."""

    weights: npt.NDArray[np.int8]
    scale: float
    bias: float
    known: npt.NDArray[np.uint8]
    """The pairs of words that requests have (`novelty`)."""
    least: float
    """The score from which on a request that only evidence finds is one."""
    whole: float
    """The same where only the whole message says it (`gist`)."""
    sure: float
    """The score from which on a change is planned where some pair of words is new."""
    certain: float
    """The score from which on a request outweighs what only makes a doubt (`overruling`)."""
    examples: str
    """SHA-256 of what it was made from."""


def features(frame: Frame, new: Novelty) -> dict[int, float]:
    """Buckets with their values: three blocks, each of unit length, and how new the words are."""
    total: dict[int, float] = {}
    for block in (_words(frame), _left_over(frame), _obstacles(frame)):
        buckets = {zlib.crc32(gram.encode()) % BUCKETS for gram in block}
        share = 1 / math.sqrt(len(buckets)) if buckets else 0.0
        for bucket in buckets:
            total[bucket] = total.get(bucket, 0.0) + share
    for gram, value in grams(new):
        bucket = zlib.crc32(gram.encode()) % BUCKETS
        total[bucket] = total.get(bucket, 0.0) + value
    return total


def score(model: Model, frame: Frame) -> float:
    """The log odds that the change is asked for."""
    found = features(frame, novelty(words_of(frame.items), model.known))
    values = np.fromiter(found.values(), dtype=np.float64, count=len(found))
    return float(values @ model.weights[list(found)]) * model.scale + model.bias


def is_asked(frame: Frame) -> bool:
    """Whether the stored model takes what evidence found for a request."""
    model = load()
    return score(model, frame) >= (model.whole if BY_GIST in frame.obstacles else model.least)


def is_certainly_asked(frame: Frame) -> bool:
    """Whether the stored model is so sure that a doubt does not count."""
    model = load()
    return score(model, frame) >= model.certain


def is_plain(items: Sequence[Item]) -> bool:
    """Whether requests have each pair of these words."""
    return not novelty(words_of(items), load().known).pairs


def explains_all(frame: Frame) -> bool:
    """Whether every word of the message says the change, says nothing, or tells why."""
    behind = frame.items[frame.end :]
    reason = next((place for place, item in enumerate(behind) if item.word == "because"), len(behind))
    around = (*frame.items[: frame.start], *behind[:reason])
    return not frame.left and all(_says_nothing(item) for item in around)


def _says_nothing(item: Item) -> bool:
    if item.mention or item.is_mark or item.number or item.tags & {"polite", "greet", "yes", "thank", "now"}:
        return True
    return all(word in SMALL or word in LIGHT for word in item.word.split())


def how_surely(frame: Frame) -> float:
    """The log odds, by the model of all authors, that the change is asked for."""
    return score(load(WIDER), frame)


def is_surely_asked(frame: Frame) -> bool:
    """Whether the stored model is sure enough for a plan."""
    model = load()
    return score(model, frame) >= model.sure


def _words(frame: Frame) -> Iterator[str]:
    framed = ("^", *words_of(frame.items)[:WORDS_LIMIT], "$")
    for size in WORD_GRAMS:
        for start in range(len(framed) - size + 1):
            yield "\t".join(framed[start : start + size])


def _left_over(frame: Frame) -> Iterator[str]:
    stretch = frame.items[frame.start : frame.end]
    spoken = [place for place, item in enumerate(stretch) if item.mention]
    inside = [*spoken, *([frame.at] if frame.at >= 0 else [])] or [0]
    for place, item in enumerate(stretch):
        if item.text not in frame.left:
            continue
        where = "before" if place < min(inside) else "after" if place > max(inside) else "inside"
        kind = parts_of_speech(item.word)
        before, after = _beside(stretch, place - 1, frame.at), _beside(stretch, place + 1, frame.at)
        yield from (f"\0{where}", f"\0{where}\t{item.word}", f"\0{where}\t{kind}", f"\0{where}\t>{after}")
        yield from (f"\0{where}\t<{before}", f"\0{where}\t<{before}>{after}", f"\0{frame.verb}\t{where}")
        yield from (f"\0{kind}\t>{after}", f"\0{kind}\t<{before}")
    yield f"\0left\t{min(len(frame.left), 4)}"
    yield f"\0verb\t{frame.verb}\t{frame.at >= 0}"
    for place, item in enumerate(frame.items):
        if not frame.start <= place < frame.end and item.mention is None:
            yield f"\0around\t{item.word}"


def _obstacles(frame: Frame) -> Iterator[str]:
    yield f"\0obstacles\t{min(len(frame.obstacles), 4)}"
    for name in frame.obstacles:
        yield f"\0obstacle\t{name}"
        yield f"\0obstacle\t{name.rpartition(' ')[2]}"


def _beside(items: Sequence[Item], place: int, verb: int) -> str:
    if not 0 <= place < len(items):
        return "|"
    item = items[place]
    if item.mention or item.number:
        return "name" if item.mention else "number"
    return "verb" if place == verb else item.word


@cache
def load(name: str = MODEL) -> Model:
    """A stored model."""
    return unpack(stored_arrays(name))


def unpack(stored: dict[str, Any]) -> Model:
    """The model of the arrays as they are stored."""
    about = json.loads(bytes(stored["about"]).decode())
    return Model(
        stored["weights"], about["scale"], about["bias"], stored["known"], about["least"], about["whole"],
        about["sure"], about["certain"], about["examples"],
    )  # fmt: skip
