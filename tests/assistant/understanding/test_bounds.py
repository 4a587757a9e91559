"""Bounds of questions: what is compared, with which number, on which side."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding.bounds import Bound, bound_in, has_bound


@pytest.mark.parametrize(
    ("text", "of", "value", "words"),
    [
        ("which apps go beyond 75 % of their CPU", "cpu", 75, "above 75%"),
        ("services with memory under 20%", "memory", 20, "below 20%"),
        ("is anything over 90 percent", "either", 90, "above 90%"),
        ("what takes more than 2Gi", "memory", 2 * 2**30, "above 2 Gi"),
        ("what takes more than 1.5 GB", "memory", 1.5e9, "above 1.5 GB"),
        ("apps over 0.5 cores", "cpu", 0.5, "above 0.5 cores"),
        ("pods restarted at least three times", "restarts", 3, "at least three"),
        ("apps with fewer than 2 copies", "replicas", 2, "fewer than 2"),
        ("what costs at most $12.50", "cost", 12.5, "of at most $12.5"),
        ("apps over 40 dollars", "cost", 40, "above $40"),
        ("apps slower than 300 ms", "latency", 300, "above 300 ms"),
        ("response times above 2 seconds", "latency", 2000, "above 2 seconds"),
        ("error rates over 0.5%", "error_rate", 0.5, "above 0.5%"),
        ("who gets over 100 requests per second", "request_rate", 100, "above 100 a second"),
        ("pods older than 3 days", "age", 259_200, "above 3 days"),
        ("apps over 80% cpu and above 60%", "cpu", 60, "above 60%"),
    ],
)
def test_a_bound_is_read(text: str, of: str, value: float, words: str) -> None:
    bound = bound_in(text)
    assert bound is not None
    assert (str(bound.of), bound.words) == (of, words)
    assert bound.value == pytest.approx(value)


@pytest.mark.parametrize("text", ["which apps run", "over the last 2 hours", "more than before", "above 5 flurbs", ""])
def test_what_compares_with_nothing_is_no_bound(text: str) -> None:
    assert bound_in(text) is None


def test_what_is_set_is_told_from_what_is_used() -> None:
    def reserved(text: str) -> object:
        bound = bound_in(text)
        return isinstance(bound, Bound) and bound.reserved

    assert reserved("apps that request over 1Gi of memory") == "requests"
    assert reserved("apps with limits below 2 cores") == "limits"
    assert reserved("apps that use over 1Gi of memory") is None


def test_a_long_text_is_read_in_its_length() -> None:
    assert not has_bound("more than " * 20_000)
    assert has_bound("over " * 20_000 + "5%")
