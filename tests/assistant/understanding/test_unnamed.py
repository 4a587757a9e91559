"""A complaint about something of ours that has no such name here names it; other people's things stay out of scope."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, understand
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]


def test_the_name_that_nothing_has_is_named() -> None:
    asked = understand("my checkout is slow", DOCS)
    assert asked.intent is Intent.PERFORMANCE_ANALYSIS
    assert [one.mention for one in asked.unknown_names] == ["checkout"]


@pytest.mark.parametrize("text", ["my laptop is slow", "my car is down", "my brother is slow", "my coffee is cold"])
def test_what_is_not_ours_stays_out_of_scope(text: str) -> None:
    assert understand(text, DOCS).intent is Intent.OUT_OF_SCOPE
