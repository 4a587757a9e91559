"""Words that no request has: how they are counted, and that a plan waits for a yes where the model is not sure."""

from __future__ import annotations

import numpy as np
import pytest

from hexaops.assistant.understanding import understand
from hexaops.assistant.understanding.asked import is_plain
from hexaops.assistant.understanding.items import read_items
from hexaops.assistant.understanding.normalise import tokenize
from hexaops.assistant.understanding.novelty import KNOWN, Novelty, bit_of, novelty, pairs_of
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def _known(*requests: str) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    found = np.zeros(KNOWN, dtype=np.uint8)
    for request in requests:
        words = request.split()
        found[[bit_of(gram) for gram in {*pairs_of(words), *words}]] = 1
    return np.packbits(found, bitorder="little")


def test_pairs_and_words_that_no_request_has_are_counted() -> None:
    known = _known("restart NAME please", "please scale NAME")
    assert novelty(["restart", "NAME", "please"], known) == Novelty(0, 0, 3)
    assert novelty(["please", "restart", "NAME"], known) == Novelty(1, 0, 3)
    assert novelty(["please", "restart", "NAME", "sorry"], known) == Novelty(3, 1, 4)


@pytest.mark.parametrize("text", ["restart web-app", "please scale web-app to 5", "stop web-app and api-service"])
def test_plain_requests_have_no_new_pair(text: str) -> None:
    assert is_plain(read_items(tokenize(text), DOCS.index))


@pytest.mark.parametrize(
    "text",
    [
        "restart web-app, wrote the poet on his napkin",
        "scale web-app to 5 sang the choir of penguins",
        "stop web-app is what my horoscope recommends today",
    ],
)
def test_what_no_request_says_is_not_planned(text: str) -> None:
    asked = understand(text, DOCS)
    assert not any(part.would_change for part in asked.parts or (asked,))


def test_a_change_in_new_words_is_offered() -> None:
    asked = understand("restart web-app, sang the goblins over their turnips", DOCS)
    assert not asked.would_change
    assert asked.offer is not None
    assert [found.entity.name for found in asked.offer.targets] == ["web-app"]
