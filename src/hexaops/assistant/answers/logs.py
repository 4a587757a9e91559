"""What pods wrote: the newest lines quoted as they are, how many there are, and what is written most often.

Lines are text of others: they are quoted without markup, with the pod and the time, and say nothing by themselves.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from hexaops.analysis.applications.model import Application
from hexaops.assistant.answers.attachments import LogExcerpt, LogExcerptView, LogRowView
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import listing, plural
from hexaops.assistant.understanding.model import Understanding
from hexaops.backends.logstores.base import LogAnswer
from hexaops.backends.logstores.lines import MICROSECONDS, Level, LogLine
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


@dataclass(frozen=True)
class LogQuestion:
    """What is to be read."""

    components: tuple[str, ...]
    """Names of applications; empty: all of the workspace."""
    levels: tuple[Level, ...]
    """Empty: all."""
    seconds: float


def log_question(asked: Understanding, message: str, selected: Sequence[Application], facts: Facts) -> LogQuestion:
    """The applications that were named, the levels that were said, and how far back."""
    named = any(found.entity.kind in {"application", "pod", "project"} for found in asked.targets)
    levels: tuple[Level, ...] = ()
    if WARNINGS.search(message):
        levels = ("warning", "error")
    elif ERRORS.search(message):
        levels = ("error",)
    seconds = asked.parameters.time_range_seconds or facts.time_range_seconds
    return LogQuestion(tuple(sorted({one.name for one in selected})) if named else (), levels, seconds)


def answer_logs(question: LogQuestion, found: LogAnswer, facts: Facts, draft: Draft) -> None:
    """The lines that were found, the newest first."""
    what = _what(question, facts)
    noted = draft.evidence.note(LOGS, what, found.total, unit="lines", at=facts.now, is_query=True)
    if not found.total:
        draft.say(f"There are no {what}.", noted)
        return
    shown = found.rows[:LINES_SHOWN]
    more = f", the newest {len(shown)} of them" if found.total > len(shown) else ""
    draft.say(f"There are {found.total} {what}{more}:" if found.total > 1 else f"There is 1 {_one(what)}:", noted)
    for line in shown:
        draft.say(f"- {_told(line)}", noted)
    _tell_patterns(found, draft, noted)
    for limit in found.limits:
        draft.say(markdown(limit, LINE_LIMIT))
    draft.attach(_attachment(question, found))


def _what(question: LogQuestion, facts: Facts) -> str:
    kind = {0: "log lines", 1: "error lines", 2: "warning and error lines"}[len(question.levels)]
    where = f" of {listing(list(question.components[:NAMED]))}" if 0 < len(question.components) <= NAMED else ""
    if len(question.components) > NAMED:
        where = f" of {len(question.components)} applications"
    return f"{kind}{where} in the last {format_duration(min(question.seconds, facts.now.timestamp()))}"


def _one(what: str) -> str:
    return what.replace("lines", "line", 1)


def _told(line: LogLine) -> str:
    text = markdown(line.message, LINE_LIMIT)
    return f"{_time(line.time_us)} {line.level} {markdown(line.pod or line.component, 100)}: “{text}”"


def _tell_patterns(found: LogAnswer, draft: Draft, noted: str) -> None:
    patterns = (found.aggregations.patterns if found.aggregations else None) or ()
    often = [one for one in sorted(patterns, key=lambda one: -one.count) if one.count > 1][:PATTERNS_SHOWN]
    if not often or found.total <= LINES_SHOWN:
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
