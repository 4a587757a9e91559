"""What a question for logs says: since when, what a line has to have, and what is left out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from hexaops.assistant.answers.log_words import RELEASE, expression_of, left_out, required, spoken_since
from hexaops.backends.logstores.lines import LogLine
from hexaops.backends.logstores.query.matching import matches

NOW = datetime(2026, 11, 25, 14, 30, tzinfo=UTC)
"""A Wednesday."""


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("message", "since"),
    [
        ("errors of checkout since this morning, without the health checks", at(25, 6)),
        ("what went wrong since midnight", at(25, 0)),
        ("logs since noon", at(25, 12)),
        ("warnings since yesterday", at(24, 0)),
        ("errors since last night", at(24, 18)),
        ("errors since monday", at(23, 0)),
        ("errors since wednesday", at(18, 0)),
        ("logs since 9:15", at(25, 9, 15)),
        ("logs of web-app since 9am please", at(25, 9)),
        ("logs since 10 pm", at(24, 22)),
        ("logs since 16:00", at(24, 16)),
        ("logs since 8", at(25, 8)),
        ("errors of the last 20 minutes", None),
        ("errors since 2 hours", None),
        ("errors since 30m", None),
        ("logs of web-app", None),
        ("show this morning", None),
    ],
)
def test_since_when(message: str, since: datetime | None) -> None:
    assert spoken_since(message, NOW) == since


def test_in_the_morning_the_morning_is_of_yesterday_before_it_has_begun() -> None:
    early = at(25, 3)
    assert spoken_since("errors since this morning", early) == at(24, 6)
    assert early - (spoken_since("since yesterday", early) or early) == timedelta(hours=27)


@pytest.mark.parametrize(
    "message", ["since the deploy", "after the last release", "since its rollout", "since the update"]
)
def test_a_release_is_a_time(message: str) -> None:
    assert RELEASE.search(f"what is new in the logs {message}?")


@pytest.mark.parametrize(
    ("message", "what"),
    [
        ("errors since this morning, without the health checks", ("health checks",)),
        ("logs of web-app excluding timeouts and show me the pods", ("timeouts",)),
        ("errors except the connection reset ones", ("connection reset",)),
        ("errors but not the timeout messages, please", ("timeout",)),
        ("errors without noise", ()),
        ("logs of web-app", ()),
    ],
)
def test_what_is_left_out(message: str, what: tuple[str, ...]) -> None:
    assert left_out(message) == what


def test_what_a_line_has_to_have() -> None:
    assert required('logs of web-app with "connection refused"') == ("connection refused",)
    assert required("errors mentioning timeout in web-app") == ("timeout",)
    assert required("grep timeout in the logs") == ("timeout",)
    assert required("search the logs of web-app for refused") == ("refused",)
    assert required("find errors in the logs") == ()
    assert required("what's in web-app's logs, I can't tell") == ()


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("GET /healthz 200", False), ("liveness probe failed", False), ("Health check ok", False),
        ("connection refused by upstream", True), ("request timed out", True),
    ],
)  # fmt: skip
def test_health_checks_are_known_by_their_lines(text: str, is_kept: bool) -> None:
    line = LogLine(0, "error", text, "web-app", "web-app-1", "ws")
    assert matches(expression_of((), ("health checks",)), line) is is_kept


def test_phrases_and_exceptions_together() -> None:
    expression = expression_of(("connection refused",), ("retries",))
    assert matches(expression, LogLine(0, "error", "Connection refused by db", "a", "p", "ws"))
    assert not matches(expression, LogLine(0, "error", "Connection refused, retry 3", "a", "p", "ws"))
    assert expression_of((), ()) is None


def test_words_are_those_of_the_log_store() -> None:
    line = LogLine(0, "error", "db_pool.size exceeded", "a", "p", "ws")
    assert matches(expression_of(("pool.size",), ()), line)
    assert matches(expression_of(("db_pool",), ()), line)
