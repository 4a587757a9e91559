"""Request bodies of the log routes. Unknown fields are rejected, so a misspelt filter cannot widen a search."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from hexaops.backends.logstores.base import LARGEST_RANGE_SECONDS, MOST_ROWS
from hexaops.backends.logstores.lines import LEVELS, Level, find_level

Name = Annotated[str, Field(min_length=1, max_length=253)]
STRICT = ConfigDict(extra="forbid")


def known_level(name: str) -> Level:
    """The level that a name means; raises ValueError."""
    level = find_level(name)
    if level is None:
        message = f"not a level; use one of {', '.join(LEVELS)}"
        raise ValueError(message)
    return level


LevelName = Annotated[str, Field(max_length=32), AfterValidator(known_level)]


class TimeRange(BaseModel):
    """From `start` until just before `end`."""

    model_config = STRICT

    start: AwareDatetime
    end: AwareDatetime

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


class Filters(BaseModel):
    """Filters applied in addition to the text."""

    model_config = STRICT

    workspace_id: Annotated[str | None, Field(max_length=64)] = None
    log_level: Annotated[list[LevelName], Field(max_length=16)] = []
    components: Annotated[list[Name], Field(max_length=100)] = []


class LogQueryText(BaseModel):
    """What to search for; the default time range is the last hour."""

    model_config = STRICT

    text: str = ""
    time_range: TimeRange | None = None
    filters: Filters = Filters()


class LogQueryOptions(BaseModel):
    """Options for the result."""

    model_config = STRICT

    limit: Annotated[int, Field(ge=1, le=MOST_ROWS)] = 100
    sort: Literal["timestamp desc", "timestamp asc"] = "timestamp desc"
    highlight: bool = False
    aggregate: bool = True
    cursor: Annotated[str | None, Field(max_length=1024)] = None
    """`pagination.next_cursor` of the page before, with the same query."""


class LogQueryRequest(BaseModel):
    """The body of a log query."""

    model_config = STRICT

    query: LogQueryText = LogQueryText()
    options: LogQueryOptions = LogQueryOptions()
