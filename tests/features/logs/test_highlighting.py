"""What is highlighted: the fast way finds what the way for any alphabet does."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.backends.logstores.query.parser import parse
from hexaops.features.logs.highlighting import highlighter

PLAIN = ("a", "ab", "abc", "b", "a b", "b a")
TERMS = [*PLAIN, *(f'"{one}"' for one in PLAIN), "ab*", "abc*"]


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(TERMS), min_size=1, max_size=4), st.text("abcABC -_", max_size=24))
def test_ascii_and_other_texts_agree(terms: list[str], message: str) -> None:
    find = highlighter(parse(" OR ".join(terms)))
    # The sign at the end, which separates like a blank, chooses the other way.
    assert find(message) == find(f"{message} \N{SNOWMAN}")


def test_phrases_and_beginnings() -> None:
    find = highlighter(parse('"conn pool" OR time*'))
    assert find("Conn-pool timeout, conn poolx TIME") == [(0, 9), (10, 17), (30, 34)]
