"""Reads series of a workspace's applications, each fenced by the workspace."""

from __future__ import annotations

import asyncio

from msgspec import Struct

from hexaops.backends.metrics.base import LARGEST_WINDOW_SECONDS, Signal, Subject, Window, default_step, read_all
from hexaops.errors import ValidationFailedError
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.metrics.views import MeasuredSeriesView, MeasurementsView, series_view
from hexaops.kit.clock import Clock
from hexaops.kit.durations import parse_duration

SHORTEST_SECONDS = 300.0
MOST_SERIES = 200
FEWEST_POINTS = 2
READ_AT_ONCE = 4


class MetricQuestion(Struct, frozen=True):
    """What is asked for."""

    applications: tuple[str, ...]
    """Ids or unambiguous names; none: every application of the workspace."""
    signals: tuple[Signal, ...]
    seconds: float
    points: int | None

    @property
    def step_seconds(self) -> float | None:
        """The step that gives about so many points; None for the usual one."""
        return None if self.points is None else max(30.0, round(self.seconds / self.points / 30) * 30.0)


def parse_range(text: str) -> float:
    """Seconds of a time range; raises ValidationFailedError."""
    try:
        seconds = parse_duration(text)
    except ValueError as error:
        raise ValidationFailedError("The request is not valid", details={"query.time_range": str(error)}) from None
    if not SHORTEST_SECONDS <= seconds <= LARGEST_WINDOW_SECONDS:
        raise ValidationFailedError("The request is not valid", details={"query.time_range": "must be from 5m to 31d"})
    return seconds


class MetricReader(Struct, frozen=True):
    """One for the process."""

    applications: ApplicationService
    sources: MetricSources
    clock: Clock

    async def read(self, workspace: Workspace, question: MetricQuestion) -> MeasurementsView:
        """The series; raises ApplicationNotFoundError, MetricSourceError, and ValidationFailedError for too many."""
        named = [self.applications.get(workspace, name) for name in question.applications]
        wanted = named or self.applications.list(workspace)
        if len(wanted) * len(question.signals) > MOST_SERIES:
            details = {"query.application": f"at most {MOST_SERIES} series at once: name fewer applications"}
            raise ValidationFailedError("The request is not valid", details=details)
        source = self.sources.of(workspace.cluster_id)
        window = Window.until(self.clock.now().timestamp(), question.seconds)
        step = question.step_seconds or default_step(window)
        places = asyncio.Semaphore(READ_AT_ONCE)

        async def one(application_id: str, subject: Subject) -> list[MeasuredSeriesView]:
            async with places:
                found = await read_all(source, question.signals, subject, window, step)
            return [series_view(application_id, series) for series in found.values()]

        subjects = [(app.id, Subject(workspace.cluster_id, app.kind, app.project, app.name)) for app in wanted]
        read = await asyncio.gather(*(one(*each) for each in subjects))
        return MeasurementsView(workspace_id=workspace.id, series=[series for group in read for series in group])
