"""Values of a reading question: which state, which metric, how far back, how many, a number or a list."""

from __future__ import annotations

from typing import Literal

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Parameters
from hexaops.assistant.understanding.numbers import time_unit_seconds
from hexaops.assistant.understanding.targets import Found

State = Literal["healthy", "unhealthy", "failing", "pending", "stopped", "running"]
_STATES: tuple[tuple[str, State], ...] = (
    ("failing", "failing"),
    ("fail", "failing"),
    ("pending", "pending"),
    ("stopped", "stopped"),
    ("unhealthy", "unhealthy"),
    ("not_ready", "unhealthy"),
    ("problem", "unhealthy"),
    ("healthy", "healthy"),
    ("running", "running"),
)
_PERIODS = {"yesterday": 86400.0, "today": 86400.0, "tonight": 43200.0, "overnight": 86400.0}
_BEFORE_A_TIME = frozenset({"last", "past", "previous", "in", "for", "every", "within", "over", "after", "than", "of"})
_TIMES_OF_DAY = frozenset({"night", "morning", "afternoon", "evening"})


def read_filters(clause: Clause, tags: set[str], found: Found) -> Parameters:
    """The values that the clause says, for a question."""
    seconds, limit = _period_and_limit(clause.items)
    asks_number = "how_many" in tags or ("number_noun" in tags and "show" in tags) or clause.words[:1] == ("count",)
    metric: Literal["cpu", "memory"] | None = "cpu" if "cpu" in tags else "memory" if "memory" in tags else None
    picks = len(found.targets) > 1 and "which" in clause.words  # "which of them are failing"
    named = bool(found.targets) and "pod" not in tags and not picks
    return Parameters(
        status_filter=None if named else status_filter(clause, tags),
        time_range_seconds=seconds,
        limit=limit,
        whether=clause.words[:1] in (("is",), ("are",), ("any",), ("anything",)),
        count=asks_number,
        metric=metric,
        log_level=_log_level(clause),
        namespace=found.namespace,
        workload_kind=found.workload_kind,
        everything="everything" in tags,
    )


def _log_level(clause: Clause) -> Literal["error", "warning"] | None:
    words = {word for item in clause.items if not item.mention for word in item.word.split()}
    if words & {"warning", "warnings"}:
        return "warning"
    return "error" if words & {"error", "errors", "exception", "exceptions"} else None


def status_filter(clause: Clause, tags: set[str]) -> State | None:
    """The state that narrows the question; "are all healthy?" asks about all and narrows nothing."""
    words = clause.words
    asks_of_all = words[:1] in (("is",), ("are",)) or ("?" in tags and not tags & {"wh", "show", "how_many"})
    if asks_of_all and "everything" in tags and "any" not in words:
        return None
    said = {tag for item in clause.items if item.number is None for tag in item.tags}
    return next((state for tag, state in _STATES if tag in said), None)


def _period_and_limit(items: tuple[Item, ...]) -> tuple[float | None, int | None]:
    seconds: float | None = None
    limit: int | None = None
    for position, item in enumerate(items):
        after = items[position + 1] if position + 1 < len(items) else None
        unit = time_unit_seconds(after.word) if after else None
        before = items[position - 1].word if position else ""
        if item.word in _PERIODS:
            seconds = _PERIODS[item.word]
        elif item.word in _TIMES_OF_DAY and before in ("last", "this", "the", "during"):
            seconds = 86400.0
        elif item.number and item.number.kind == "time" and not _is_status(item, before):
            seconds = item.number.value
        elif unit and item.word == "half":
            seconds = unit / 2
        elif item.number and unit:
            seconds = item.number.value * unit
        elif item.number and item.number.text.lower().endswith("m") and item.number.kind == "quantity":
            seconds = item.number.value * 60
        elif item.number and _counts_rows(items, position) and item.number.value == int(item.number.value):
            limit = int(item.number.value)
        elif unit and (item.word in ("last", "past", "this", "previous") or "recently" in item.tags):
            seconds = unit
    return (seconds if seconds and 0 < seconds <= 366 * 86400 else None), (
        limit if limit and 0 < limit <= 1000 else None
    )


def _is_status(item: Item, before: str) -> bool:
    """ "How many 500s": answers of HTTP, no seconds."""
    said = item.text.lower().removesuffix("s")
    return (
        said.isdigit()
        and 100 <= int(said) <= 599
        and said != item.text
        and before.rpartition(" ")[2] not in _BEFORE_A_TIME
    )


def _counts_rows(items: tuple[Item, ...], position: int) -> bool:
    before = items[position - 1] if position else None
    return before is not None and (before.word in ("last", "top", "first", "latest") or "recently" in before.tags)
