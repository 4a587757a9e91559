"""What pods wrote: the newest lines quoted as they are, how many there are, and what is written most often.

Lines are text of others: they are quoted without markup, with the pod and the time, and say nothing by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import pairwise

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.attachments import Cell, LogExcerpt, LogExcerptView, LogRowView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import listing, plural
from hexaops.assistant.answers.log_words import TRACES, expression_of, left_out, required, spoken_since
from hexaops.assistant.answers.tables import attach_table
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.logstores.base import LARGEST_RANGE_SECONDS, LogAnswer
from hexaops.backends.logstores.lines import MICROSECONDS, Level, LogLine
from hexaops.backends.logstores.query.tree import Node
from hexaops.kit.durations import format_duration, format_time
from hexaops.kit.text import markdown, plain

LOGS = "logs"
NAMED = 3
LINES_SHOWN = 10
LINES_READ = 50
PATTERNS_SHOWN = 3
LINE_LIMIT = 300
ERRORS = re.compile(r"\b(error|exception|failure|panic|crash|fatal|traceback)", re.IGNORECASE)
WARNINGS = re.compile(r"\bwarn", re.IGNORECASE)
NEWS = re.compile(
    r"\bwhat(?:['\u2019]s| is| are)? new\b"
    r"|\bnew (?:kinds? of )?(?:errors?|warnings?|messages?|lines?|logs?|patterns?)\b"
    r"|\b(?:not|never) (?:seen |there )?before\b|\bfor the first time\b",
    re.IGNORECASE,
)
GROUPED = re.compile(
    r"\b(?:by|per|for each|of each|each|every) (?:app|application|service|component|deployment)s?\b|"
    r"\b(?:which|what) (?:app|application|service|component)s?\b.{0,40}\b(?:most|errors|logs?)\b|"
    r"\bwho\b.{0,20}\b(?:logs?|writes?|throws?)\b.{0,20}\b(?:most|errors)\b",
    re.IGNORECASE,
)
BASELINE_SECONDS = 86_400.0
"""A message is new that no line of so long before has."""


class LogQuestion(Struct, frozen=True):
    """What is to be read."""

    components: tuple[str, ...]
    """Names of applications; empty: all of the workspace."""
    levels: tuple[Level, ...]
    """Empty: all."""
    seconds: float
    news: bool = False
    """What no line of the day before says, instead of lines."""
    needs: tuple[str, ...] = ()
    """Phrases that a line has to have."""
    without: tuple[str, ...] = ()
    """What a line shall not be about."""
    traces: bool = False
    """Whether only lines of stack traces are meant."""
    grouped: bool = False
    """Counts of applications instead of lines."""
    shown: int = LINES_SHOWN
    """Lines that are told."""
    since: str = ""
    """How the start of the period was told, where it was no length: "the release of web-app"."""

    @property
    def expression(self) -> Node | None:
        """The query over the lines' texts; None for all."""
        return expression_of(self.needs, self.without, traces=self.traces)


def log_question(asked: Understanding, message: str, selected: Sequence[Application], facts: Facts) -> LogQuestion:
    """The applications that were named, the levels that were said, and how far back."""
    named = any(found.entity.kind in {"application", "pod", "project"} for found in asked.targets)
    levels: tuple[Level, ...] = ()
    traces = TRACES.search(message) is not None
    if traces:
        levels = ()
    elif WARNINGS.search(message) or asked.parameters.log_level == "warning":
        levels = ("warning", "error")
    elif ERRORS.search(message) or asked.parameters.log_level == "error":
        levels = ("error",)
    seconds = asked.parameters.time_range_seconds or facts.time_range_seconds
    since = spoken_since(message, facts.now)
    return LogQuestion(
        tuple(sorted({one.name for one in selected})) if named else (), levels,
        (facts.now - since).total_seconds() if since is not None else seconds,
        news=NEWS.search(message) is not None, needs=required(message), without=left_out(message),
        since=format_time(since) if since is not None else "",
        traces=traces, grouped=GROUPED.search(message) is not None,
        shown=min(asked.parameters.limit or LINES_SHOWN, LINES_READ),
    )  # fmt: skip


def answer_news(question: LogQuestion, found: LogAnswer, facts: Facts, draft: Draft) -> None:
    """The kinds of messages that were not there before, the most frequent first."""
    patterns = found.aggregations.patterns if found.aggregations else None
    period, before = _period(question, facts), format_duration(BASELINE_SECONDS)
    noted = draft.evidence.note(LOGS, _what(question, facts), found.total, unit="lines", at=facts.now, is_query=True)
    if patterns is None or not _has_earlier(question, found, facts):
        reason = "" if patterns is None else ": no earlier lines are stored"
        draft.say(f"I can't tell which messages {period} are new{reason}.", noted)
        draft.fulfilled = False
    elif not patterns:
        draft.say(f"No kind of message is new {period}, beside the {before} before.", noted)
    else:
        kinds = "1 kind of message is" if len(patterns) == 1 else f"{len(patterns)} kinds of messages are"
        draft.say(f"{kinds} new {period}, beside the {before} before:", noted)
        for one in patterns[:LINES_SHOWN]:
            first = f"{plural(one.count, 'time')}, first {_time(one.first_us)}"
            draft.say(f"- {first}: “{markdown(one.template, LINE_LIMIT)}”", noted)
    _tell_limits(found, draft)


def _has_earlier(question: LogQuestion, found: LogAnswer, facts: Facts) -> bool:
    """Whether lines from before the period are known: without them every message would be new."""
    steps = found.aggregations.timeline if found.aggregations else ()
    since_us = (facts.now.timestamp() - min(question.seconds, LARGEST_RANGE_SECONDS)) * MICROSECONDS
    return any(one.count for one, after in pairwise(steps) if after.start_us <= since_us)


def answer_logs(question: LogQuestion, found: LogAnswer, facts: Facts, draft: Draft) -> None:
    """The lines that were found, the newest first."""
    what = _what(question, facts)
    noted = draft.evidence.note(LOGS, what, found.total, unit="lines", at=facts.now, is_query=True)
    if not found.total:
        draft.say(f"There are no {what}.", noted)
        _tell_limits(found, draft)
        return
    if question.grouped and found.aggregations is not None:
        _tell_counts(found, what, noted, draft)
        return
    shown = found.rows[: question.shown]
    more = f", the newest {len(shown)} of them" if found.total > len(shown) else ""
    draft.say(f"There are {found.total} {what}{more}:" if found.total > 1 else f"There is 1 {_one(what)}:", noted)
    for line in shown:
        draft.say(f"- {_told(line)}", noted)
    if found.total > question.shown:
        _tell_patterns(found, draft, noted)
    _tell_limits(found, draft)
    draft.attach(_attachment(question, found))


def _tell_counts(found: LogAnswer, what: str, noted: str, draft: Draft) -> None:
    """How many lines each application wrote, the most first."""
    counts = found.aggregations.by_component if found.aggregations else {}
    ranked = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    draft.say(f"There {'is' if found.total == 1 else 'are'} {found.total} {what}, by application:", noted)
    for name, count in ranked[:LINES_SHOWN]:
        draft.say(f"- {markdown(name, LINE_LIMIT)}: {count}", noted)
    if len(ranked) > LINES_SHOWN:
        draft.say(f"- … and {len(ranked) - LINES_SHOWN} more (see the table)", noted)
    rows: list[list[Cell]] = [[plain(name, LINE_LIMIT), count] for name, count in ranked]
    attach_table(draft, "Log lines of applications", ("application", "lines"), rows)
    _tell_limits(found, draft)
    _tell_patterns(found, draft, noted)


def _tell_limits(found: LogAnswer, draft: Draft) -> None:
    """What was not read: above all where nothing was found."""
    for limit in found.limits:
        draft.say(markdown(limit, LINE_LIMIT))


def _what(question: LogQuestion, facts: Facts) -> str:
    kind = {0: "log lines", 1: "error lines", 2: "warning and error lines"}[len(question.levels)]
    where = f" of {listing(list(question.components[:NAMED]))}" if 0 < len(question.components) <= NAMED else ""
    if len(question.components) > NAMED:
        where = f" of {len(question.components)} applications"
    texts = [f"with “{markdown(one, 80)}”" for one in question.needs]
    texts += [f"without {markdown(one, 80)}" for one in question.without]
    texts += ["of stack traces"] if question.traces else []
    about = f" {listing(texts)}" if texts else ""
    return f"{kind}{where}{about} {_period(question, facts)}"


def _period(question: LogQuestion, facts: Facts) -> str:
    if question.seconds > LARGEST_RANGE_SECONDS:
        return f"in the last {format_duration(LARGEST_RANGE_SECONDS)}, the longest period that is read at once"
    length = format_duration(min(question.seconds, facts.now.timestamp()))
    return f"since {question.since} ({length})" if question.since else f"in the last {length}"


def _one(what: str) -> str:
    return what.replace("lines", "line", 1)


def _told(line: LogLine) -> str:
    text = markdown(line.message, LINE_LIMIT)
    return f"{_time(line.time_us)} {line.level} {markdown(line.pod or line.component, 100)}: “{text}”"


def _tell_patterns(found: LogAnswer, draft: Draft, noted: str) -> None:
    patterns = (found.aggregations.patterns if found.aggregations else None) or ()
    often = [one for one in sorted(patterns, key=lambda one: -one.count) if one.count > 1][:PATTERNS_SHOWN]
    if not often:
        return
    draft.gap()
    draft.say("Written most often:")
    for one in often:
        draft.say(f"- {plural(one.count, 'time')}: “{markdown(one.template, LINE_LIMIT)}”", noted)


def _attachment(question: LogQuestion, found: LogAnswer) -> LogExcerpt:
    rows = [
        LogRowView(
            timestamp=_time(line.time_us), level=line.level, component=plain(line.component, 253),
            pod=plain(line.pod, 253), message=plain(line.message, 2000),
        )
        for line in found.rows[:LINES_READ]
    ]  # fmt: skip
    data = LogExcerptView(
        logs=rows, total=found.total, truncated=found.total > len(rows), components=list(question.components),
        levels=list(question.levels),
    )  # fmt: skip
    return LogExcerpt(data=data)


def _time(time_us: int) -> str:
    return format_time(datetime.fromtimestamp(time_us // MICROSECONDS, UTC))
