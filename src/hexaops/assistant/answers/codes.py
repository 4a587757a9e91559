"""How many requests were answered with a status: by HTTP metrics, by lines of access logs, or why neither tells."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from msgspec import Struct

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.lines import TEXT_LIMIT, listing, plural
from hexaops.assistant.evidence import METRICS
from hexaops.kit.durations import format_duration
from hexaops.kit.text import markdown

LOGS = "logs"
SHOWN = 10
_STATUS = re.compile(
    r"HTTP/\d(?:\.\d)?\"? (?P<log>[1-5]\d\d)\b|"
    r"\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S{1,500} (?:-> )?(?P<line>[1-5]\d\d)\b|"
    r"\bstatus(?:_?code)?\"?[=: ]{1,3}\"?(?P<field>[1-5]\d\d)\b",
    re.IGNORECASE,
)


def status_of(line: str) -> str:
    """The status that a line of an access log tells, or ""."""
    found = _STATUS.search(line)
    return (found["log"] or found["line"] or found["field"]) if found else ""


def is_of(status: str, code: str) -> bool:
    """Whether "404" is "404" or one of "4xx"."""
    return status == code or (code.endswith("xx") and status[:1] == code[:1])


class Counted(Struct, frozen=True):
    """What is known of one application."""

    name: str
    subject: str
    failed: float | None
    """Answers with a 5xx status by its metrics; None where they do not tell."""
    measured_seconds: float
    why: str
    """Why its metrics do not tell."""


class Logged(Struct, frozen=True):
    """Lines of access logs."""

    by_application: Mapping[str, int]
    """Those with the status."""
    tells: bool
    """Whether any line of the time tells a status."""
    complete: bool
    """Whether all lines were looked at."""
    why: str = ""
    """Why none could be read."""


def tell_codes(
    code: str, counted: Sequence[Counted], logged: Logged, seconds: float, facts: Facts, draft: Draft
) -> None:
    """The number first; where neither source has it, what is missing."""
    one = f"**{counted[0].name}**" if len(counted) == 1 else plural(len(counted), "application")
    period, total = format_duration(seconds), sum(logged.by_application.values())
    measured = [each for each in counted if each.failed is not None]
    of_metrics = code[0] == "5" and bool(measured)
    lines = f"{'' if logged.complete else 'at least '}{plural(total, 'line')}"
    lead = False
    if of_metrics:
        _tell_metrics(code, measured, one, period, seconds, facts, draft)
        lead = True
    if logged.tells:
        noted = draft.evidence.note(LOGS, f"access lines with status {code}", total, unit="lines", at=facts.now,
                                    is_query=True)  # fmt: skip
        words = f"Access logs of {one} have {lines} with status {code} in the last {period}"
        if lead:
            draft.gap()
        draft.say(f"{words}{':' if total and len(counted) > 1 else '.'}", noted)
        for name, number in sorted(logged.by_application.items(), key=lambda pair: -pair[1])[:SHOWN]:
            if len(counted) > 1:
                draft.say(f"- {markdown(name, TEXT_LIMIT)}: {number}", noted)
    if not (of_metrics or logged.tells):
        draft.fulfilled = False
        why = listing([*dict.fromkeys(markdown(each.why, TEXT_LIMIT) for each in counted if each.why)][:2])
        metrics = (
            f"its HTTP metrics tell none ({why})" if code[0] == "5" else "HTTP metrics are kept of 5xx answers only"
        )
        logs = markdown(logged.why, TEXT_LIMIT) or "no line of its logs in that time tells a status"
        draft.say(
            f"I can't tell how many answers of {one} had status {code} in the last {period}: {metrics}, and {logs}."
        )


def _tell_metrics(
    code: str, measured: Sequence[Counted], one: str, period: str, seconds: float, facts: Facts, draft: Draft
) -> None:
    total = round(sum(each.failed or 0.0 for each in measured))
    noted = [draft.evidence.note(METRICS, f"{each.subject}: answers with a 5xx status", round(each.failed or 0.0),
                                 unit="requests", at=facts.now) for each in measured[:SHOWN]]  # fmt: skip
    known = max(each.measured_seconds for each in measured)
    part = f", of which {format_duration(known)} is measured" if known < 0.9 * seconds else ""
    about = "no request" if not total else f"about {plural(total, 'request')}"
    exact = "" if code == "5xx" else f"; metrics do not tell {code} from other 5xx answers"
    draft.say(f"{one} answered {about} with a 5xx status in the last {period}{part}, by HTTP metrics{exact}.", *noted)
    ranked = sorted((each for each in measured if round(each.failed or 0.0)), key=lambda each: -(each.failed or 0.0))
    if len(measured) > 1:
        for each, item in zip(ranked[:SHOWN], noted, strict=False):
            draft.say(f"- {each.name}: about {round(each.failed or 0.0)}", item)
