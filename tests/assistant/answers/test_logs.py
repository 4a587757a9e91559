"""What pods wrote, told."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers.attachments import LogExcerpt
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.logs import LogQuestion, answer_logs, answer_news, log_question
from hexaops.assistant.understanding import Intent
from hexaops.assistant.understanding.model import Parameters, Understanding
from hexaops.backends.logstores.base import Aggregations, Bucket, LogAnswer, Pattern
from hexaops.backends.logstores.lines import MICROSECONDS, LogLine
from hexaops.backends.logstores.query.matching import matches

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
ALL = LogQuestion((), (), 3600.0)


def facts() -> Facts:
    fresh = Freshness(NOW, (), {}, {})
    return Facts("w", NOW, fresh, frozenset(), frozenset())


def line(text: str, *, second: int = 0) -> LogLine:
    time_us = (int(NOW.timestamp()) + second) * MICROSECONDS
    return LogLine(time_us, "error", text, "api-service", "api-service-1", "ws-1")


def told(question: LogQuestion, *lines: LogLine, total: int | None = None, patterns: tuple[Pattern, ...] = ()) -> Draft:
    draft = Draft()
    aggregations = Aggregations({}, {}, [], patterns)
    answer_logs(question, LogAnswer(lines, len(lines) if total is None else total, aggregations, None), facts(), draft)
    return draft


def asked(**parameters: float) -> Understanding:
    return Understanding(Intent.LOG_QUERY, 1.0, parameters=Parameters(**parameters))  # type: ignore[arg-type]


def test_no_lines_are_an_answer() -> None:
    draft = told(LogQuestion(("web-app",), ("error",), 3600.0))
    assert draft.content == "There are no error lines of web-app in the last 1h."
    assert draft.fulfilled


def test_what_was_not_read_is_told_where_nothing_was_found() -> None:
    draft = Draft()
    found = LogAnswer([], 0, Aggregations({}, {}, [], []), None, ["Only a day is covered: lines are kept for 1d"])
    answer_logs(LogQuestion((), (), 2 * 86_400.0), found, facts(), draft)
    assert draft.content == "There are no log lines in the last 2d.\nOnly a day is covered: lines are kept for 1d"


def test_lines_are_quoted_with_time_and_pod() -> None:
    draft = told(ALL, line("cannot connect"))
    assert draft.content == (
        "There is 1 log line in the last 1h:\n- 2024-01-20T15:30:00Z error api-service-1: “cannot connect”"
    )


def test_markup_in_a_line_stays_text() -> None:
    draft = told(ALL, line("<img src=x> [click](http://evil) `rm`"))
    assert "](http://evil)" not in draft.content
    assert "“\\<img" in draft.content


def test_what_is_written_most_often_is_told_of_many() -> None:
    lines = [line(f"timeout {number}", second=-number) for number in range(50)]
    draft = told(ALL, *lines, total=120, patterns=(Pattern("timeout <*>", 119, 0, 0), Pattern("once", 1, 0, 0)))
    assert draft.content.startswith("There are 120 log lines in the last 1h, the newest 10 of them:")
    assert "Written most often:\n- 119 times: “timeout" in draft.content
    (attached,) = draft.attachments
    assert isinstance(attached, LogExcerpt)
    assert (len(attached.data.logs), attached.data.total, attached.data.truncated) == (50, 120, True)


@pytest.mark.parametrize(
    ("message", "levels"),
    [
        ("show me the logs", ()),
        ("check logs for errors", ("error",)),
        ("any exceptions in the logs?", ("error",)),
        ("warnings in the logs", ("warning", "error")),
        ("logs of terror-service", ()),
    ],
)
def test_the_levels_that_were_said(message: str, levels: tuple[str, ...]) -> None:
    assert log_question(asked(), message, (), facts()).levels == levels


def test_the_range_that_was_said() -> None:
    assert log_question(asked(time_range_seconds=600.0), "logs", (), facts()).seconds == 600.0
    assert log_question(asked(), "logs", (), facts()).seconds == 3600.0


@pytest.mark.parametrize(
    ("message", "news"),
    [
        ("what is new in the logs since the deploy?", True),
        ("what's new in the logs", True),
        ("any new errors in the logs?", True),
        ("messages that were not there before", True),
        ("show me the newest logs", False),
        ("logs of new-shop", False),
    ],
)
def test_whether_news_is_asked_for(message: str, news: bool) -> None:
    assert log_question(asked(), message, (), facts()).news is news


@pytest.mark.parametrize(
    ("message", "grouped"),
    [
        ("count errors by application", True),
        ("which app logs the most errors?", True),
        ("how many errors per service", True),
        ("errors in the logs of web-app", False),
        ("show me the last 20 log lines", False),
    ],
)
def test_counts_of_applications_are_told_where_they_are_asked_for(message: str, *, grouped: bool) -> None:
    question = log_question(asked(), message, (), facts())
    assert question.grouped is grouped
    draft = Draft()
    found = LogAnswer([line("a")], 7, Aggregations({"web": 2, "cart": 5}, {}, [], []), None)
    answer_logs(question, found, facts(), draft)
    assert ("- cart: 5\n- web: 2" in draft.content) is grouped


def test_news_is_what_was_not_there_before() -> None:
    now_us = int(NOW.timestamp()) * MICROSECONDS
    steps = [Bucket(now_us - hours * 3600 * MICROSECONDS, count) for hours, count in ((25, 7), (24, 0), (1, 3))]
    question = LogQuestion((), (), 3600.0, news=True)

    def news(patterns: tuple[Pattern, ...] | None, timeline: list[Bucket]) -> Draft:
        draft = Draft()
        answer_news(question, LogAnswer((), 10, Aggregations({}, {}, timeline, patterns), None), facts(), draft)
        return draft

    fresh = (Pattern("no route to <*>", 3, now_us, now_us),)
    assert news(fresh, steps).content == (
        "1 kind of message is new in the last 1h, beside the 1d before:\n"
        "- 3 times, first 2024-01-20T15:30:00Z: “no route to \\<\\*\\>”"
    )
    assert news((), steps).content == "No kind of message is new in the last 1h, beside the 1d before."
    assert news(fresh, steps[-1:]).content.endswith("no earlier lines are stored.")
    assert not news(None, steps).fulfilled


def test_a_period_longer_than_is_read_is_told_as_the_one_that_is() -> None:
    question = LogQuestion((), (), 90 * 86_400.0, since="monday")
    assert told(question).content == "There are no log lines in the last 31d, the longest period that is read at once."


def test_as_many_lines_are_told_as_were_asked_for() -> None:
    few = log_question(asked(limit=2), "latest 2 lines", [], facts())
    draft = told(few, *[line("done", second=number) for number in range(5)], total=40)
    assert draft.content.splitlines()[0] == "There are 40 log lines in the last 1h, the newest 2 of them:"
    assert draft.content.count("- 2024") == 2
    assert log_question(asked(limit=10_000), "latest 10000 lines", [], facts()).shown == 50


def test_stack_traces_are_looked_for_by_how_they_begin() -> None:
    question = log_question(asked(), "are there stack traces in the logs?", [], facts())
    assert question.levels == ()
    assert question.expression is not None
    for text, is_one in (
        ("Traceback (most recent call last):", True),
        ("Caused by: java.io.IOException", True),
        ("goroutine 12 [running]:", True),
        ("upload done", False),
    ):
        assert matches(question.expression, line(text)) is is_one, text
    assert told(question).content == "There are no log lines of stack traces in the last 1h."
