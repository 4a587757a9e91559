"""One answer from several engines. A place within it says where each engine's rows ended."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal, TypeAlias

import msgspec
from msgspec.structs import replace

from hexaops.backends.logstores.base import (
    Aggregations,
    LogAnswer,
    LogQuery,
    LogStoreError,
    Pattern,
    Place,
    timeline,
)
from hexaops.backends.logstores.counting import ranked, ranked_patterns
from hexaops.backends.logstores.lines import LogLine

Ask = Callable[[LogQuery], Awaitable[LogAnswer]]
END: Literal["end"] = "end"
_Place: TypeAlias = tuple[int, str] | Literal["end"] | None
_decoder: msgspec.json.Decoder[list[_Place]] = msgspec.json.Decoder(list[_Place])


async def merged(query: LogQuery, asks: Sequence[Ask]) -> LogAnswer:
    """The answer to a query that several engines have a part of, always named in the same order."""
    places = _places(query.after, len(asks))
    answers = await asyncio.gather(*(ask(_from(query, place)) for ask, place in zip(asks, places, strict=True)))
    ordered = [
        (number, row)
        for number, (answer, place) in enumerate(zip(answers, places, strict=True)) if place != END
        for row in answer.rows
    ]  # fmt: skip
    ordered.sort(key=lambda item: item[1].time_us, reverse=query.newest_first)
    page = ordered[: query.limit]
    waiting = any(answer.next is not None for answer, place in zip(answers, places, strict=True) if place != END)
    more = (waiting or len(ordered) > len(page)) and bool(page)
    return LogAnswer(
        rows=[row for _, row in page],
        total=sum(answer.total for answer in answers),
        aggregations=_aggregations(query, answers) if query.aggregate else None,
        next=await _next(query, asks, places, page) if more else None,
        limits=[*dict.fromkeys(limit for answer in answers for limit in answer.limits)],
    )


def is_of_several(place: Place | None) -> bool:
    """Whether a place is one of `merged`."""
    return place is not None and place.tie.startswith("[")


def _from(query: LogQuery, place: _Place) -> LogQuery:
    """The query beyond a place; an engine without further rows is asked for its total only."""
    if place == END:
        return replace(query, after=None, limit=1)
    return replace(query, after=None if place is None else Place(*place))


async def _next(
    query: LogQuery, asks: Sequence[Ask], places: Sequence[_Place], page: Sequence[tuple[int, LogLine]]
) -> Place:
    """Where each engine goes on: it is asked once more, for just the rows that were taken from it."""
    taken = Counter(number for number, _ in page)
    found = [*places]
    for number, ask in enumerate(asks):
        if taken[number]:
            asked = replace(_from(query, places[number]), limit=taken[number], aggregate=False)
            ended = (await ask(asked)).next
            found[number] = END if ended is None else (ended.time_us, ended.tie)
    return Place(page[-1][1].time_us, msgspec.json.encode(found).decode())


def _places(after: Place | None, engines: int) -> Sequence[_Place]:
    if after is None:
        return [None] * engines
    try:
        found = _decoder.decode(after.tie)
    except msgspec.MsgspecError:
        found = []
    if len(found) != engines:
        message = "The log engines have changed since the first page; start again without a cursor"
        raise LogStoreError(message, details={"source": "log store"})
    return found


def _aggregations(query: LogQuery, answers: Sequence[LogAnswer]) -> Aggregations:
    components, levels, steps = Counter[str](), Counter[str](), Counter[int]()
    patterns: dict[str, Pattern] = {}
    for counts in (answer.aggregations for answer in answers):
        assert counts is not None  # asked for
        components.update(counts.by_component)
        levels.update(counts.by_level)
        steps.update({bucket.start_us: bucket.count for bucket in counts.timeline})
        for one in counts.patterns or ():
            known = patterns.get(one.template, replace(one, count=0))
            patterns[one.template] = Pattern(
                one.template, known.count + one.count,
                min(known.first_us, one.first_us), max(known.last_us, one.last_us),
            )  # fmt: skip
    return Aggregations(ranked(components), ranked(levels), timeline(query, steps), ranked_patterns(patterns.values()))
