"""What was measured of an application over a time that a question names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.analysis.applications.model import Application
from hexaops.backends.metrics.base import Series, Signal, Subject, Window, read_all
from hexaops.features.chat.reading.asking import Reading
from hexaops.features.metrics.sources import MetricSources

LEAST_STEP_SECONDS = 30.0
POINTS = 400


async def measured(
    sources: MetricSources, reading: Reading, one: Application, signals: Sequence[Signal], seconds: float
) -> Mapping[Signal, Series]:
    """Its signals until the time of the question, at most `POINTS` points each; raises MetricSourceError."""
    cluster_id = reading.caller.get_workspace().cluster_id
    subject = Subject(cluster_id, one.kind, one.project, one.name)
    window = Window.until(reading.facts.now.timestamp(), seconds)
    return await read_all(sources.of(cluster_id), signals, subject, window, max(LEAST_STEP_SECONDS, seconds / POINTS))
