"""Route of measurements over time."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Query

from hexaops.backends.metrics.base import MetricSourceError, Signal
from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNameAmbiguousError, ApplicationNotFoundError
from hexaops.features.metrics.reading import FEWEST_POINTS, MetricQuestion, MetricReader, parse_range
from hexaops.features.metrics.views import MeasurementsView
from hexaops.features.routing import WORKSPACE, Entry, user
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Reader = Annotated[MetricReader, provided(MetricReader)]
Name = Annotated[str, Query(max_length=320)]


async def metric_question(
    signal: Annotated[list[Signal], Query(min_length=1, max_length=8)],
    application: Annotated[list[Name] | None, Query(max_length=100)] = None,
    time_range: Annotated[str, Query(max_length=20)] = "1h",
    points: Annotated[int | None, Query(ge=FEWEST_POINTS, le=500)] = None,
) -> MetricQuestion:
    """The query parameters."""
    return MetricQuestion(tuple(application or ()), tuple(dict.fromkeys(signal)), parse_range(time_range), points)


@refuses(ApplicationNotFoundError, ApplicationNameAmbiguousError, MetricSourceError)
async def read_metrics(
    caller: AnyCaller, reader: Reader, question: Annotated[MetricQuestion, Depends(metric_question)]
) -> Data[MeasurementsView]:
    """Measurements of applications over time: `signal` and `application` may be repeated, `time_range` is like 1h."""
    return Data(await reader.read(caller.get_workspace(), question))


ROUTES = (Entry("GET", f"{WORKSPACE}/metrics", read_metrics, user("read_metrics")),)
