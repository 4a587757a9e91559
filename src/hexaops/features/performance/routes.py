"""Routes of the performance analysis."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path, Query

from hexaops.features.access.caller import AnyCaller
from hexaops.features.applications.errors import ApplicationNotFoundError
from hexaops.features.performance.asking import parse_question
from hexaops.features.performance.service import PerformanceService
from hexaops.features.performance.views import PerformanceView
from hexaops.features.routing import INTERNAL, Entry, service
from hexaops.provide import provided
from hexaops.responses import Data, refuses

Performance = Annotated[PerformanceService, provided(PerformanceService)]


@refuses(ApplicationNotFoundError)
async def analyse_performance(
    caller: AnyCaller,
    service: Performance,
    application_id: Annotated[str, Path(max_length=64)],
    time_range: Annotated[str, Query(max_length=20, description="5m to 31d, such as 1h or 24h.")] = "1h",
    metrics: Annotated[
        str | None, Query(max_length=200, description="Comma-separated: what to look at; all when left out.")
    ] = None,
) -> Data[PerformanceView]:
    """How an application performed in a time range, and what held it back."""
    return Data(await service.analyse(caller, application_id, parse_question(time_range, metrics)))


ROUTES = (
    Entry(
        "GET", f"{INTERNAL}/applications/{{application_id}}/performance", analyse_performance,
        service("application:read", limit="application"),
    ),
)  # fmt: skip
