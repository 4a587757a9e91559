"""Request bodies of the log routes."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from hexaops.backends.logstores.base import LARGEST_RANGE_SECONDS, MOST_ROWS
from hexaops.backends.logstores.lines import LEVELS, Level, find_level
from hexaops.bodies import Body

DATE = re.compile(r"\d{4}-\d\d-\d\d[Tt ]")
Name = Annotated[str, Field(min_length=1, max_length=253)]


def known_level(name: str) -> Level:
    """The level that a name means; raises ValueError."""
    level = find_level(name)
    if level is None:
        message = f"not a level; use one of {', '.join(LEVELS)}"
        raise ValueError(message)
    return level


def written_time(given: object) -> object:
    """The time as it is given; raises ValueError for numbers, even as text: they would be seconds since 1970."""
    if not isinstance(given, str) or not DATE.match(given):
        message = "must be a time such as 2026-01-01T00:00:00Z"
        raise ValueError(message)
    return given


Moment = Annotated[AwareDatetime, Field(strict=False), BeforeValidator(written_time)]
"""RFC 3339; JSON has no type of its own for it."""


LevelName = Annotated[str, Field(max_length=32), AfterValidator(known_level)]


class TimeRange(Body):
    """From `start` until just before `end`."""

    start: Moment
    end: Moment

    @model_validator(mode="after")
    def ordered(self) -> TimeRange:
        """Check the limits of one query."""
        seconds = (self.end - self.start).total_seconds()
        if seconds <= 0:
            message = "end must be later than start"
            raise ValueError(message)
        if seconds > LARGEST_RANGE_SECONDS:
            message = f"at most {LARGEST_RANGE_SECONDS // 86_400} days at once"
            raise ValueError(message)
        return self


class Filters(Body):
    """Filters applied in addition to the text."""

    workspace_id: Annotated[str | None, Field(max_length=64)] = None
    log_level: Annotated[list[LevelName], Field(max_length=16)] = Field([])
    components: Annotated[list[Name], Field(max_length=100)] = Field([])


class LogQueryText(Body):
    """What to search for; the default time range is the last hour."""

    text: str = ""
    time_range: TimeRange | None = None
    filters: Filters = Filters()


class LogQueryOptions(Body):
    """Options for the result."""

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100
    sort: Literal["timestamp desc", "timestamp asc"] = "timestamp desc"
    highlight: bool = False
    aggregate: bool = True
    cursor: Annotated[str | None, Field(max_length=1024)] = None
    """`pagination.next_cursor` of the page before, with the same query."""


class LogQueryRequest(Body):
    """The body of a log query."""

    query: LogQueryText = LogQueryText()
    options: LogQueryOptions = LogQueryOptions()
