"""Reads an application's series and analyses them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from hexaops.analysis.applications.model import Application
from hexaops.analysis.performance.measures import Allowance, Measures, mean
from hexaops.backends.metrics.base import Floats, Series, Signal, Subject, Window, default_step, read_all
from hexaops.features.access.caller import Caller
from hexaops.features.applications.locating import ApplicationLocator
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.performance.answering import Readings, performance_view
from hexaops.features.performance.asking import METRICS, Question
from hexaops.features.performance.views import PerformanceView
from hexaops.kit.clock import Clock

LOOK_BACK = 6
"""How many time ranges before the asked one say what is normal."""
LONGEST_LOOK_BACK_SECONDS = 7 * 86_400.0
ALWAYS = (Signal.REPLICAS_WANTED, Signal.ERRORS, Signal.NETWORK_LOSS)
"""Read whatever is asked, beside the metrics: the summary is made of them."""


class PerformanceService(Struct, frozen=True):
    """One for the process."""

    locator: ApplicationLocator
    sources: MetricSources
    clock: Clock

    async def analyse(self, caller: Caller, application_id: str, question: Question) -> PerformanceView:
        """The analysis; raises ApplicationNotFoundError for absent and foreign alike, and MetricSourceError."""
        placed = await self.locator.locate(caller, application_id, "application:read")
        application, cluster_id = placed.application, placed.workspace.cluster_id
        subject = Subject(cluster_id, application.kind, application.project, application.name)
        now = self.clock.now()
        window = Window.until(now.timestamp(), question.seconds)
        look_back = min(LOOK_BACK * question.seconds, LONGEST_LOOK_BACK_SECONDS)
        wanted = [*(signal for signals in METRICS.values() for signal in signals), *ALWAYS]
        series = await read_all(
            self.sources.of(cluster_id), wanted, subject, Window(window.start - look_back, window.end),
            default_step(window),
        )  # fmt: skip
        readings = _readings(application, series, question.seconds)
        return performance_view(application.id, question, readings, now)


def _readings(application: Application, series: Mapping[Signal, Series], seconds: float) -> Readings:
    one = next(iter(series.values()))
    points = max(1, round(seconds / one.step_seconds))
    history = {signal: found.values for signal, found in series.items()}
    window: dict[Signal, Floats] = {signal: values[-points:] for signal, values in history.items()}
    replicas = mean(window[Signal.REPLICAS])
    measures = Measures(one.step_seconds, window, history, _allowance(application, replicas))
    return Readings(measures, series, points)


def _allowance(application: Application, replicas: float | None) -> Allowance:
    """Of as many pods as were ready on average."""
    one, count = application.workload.resources, application.ready if replicas is None else replicas

    def all_pods(amount: float | None) -> float | None:
        return None if amount is None else amount * count

    return Allowance(
        pods=len(application.pods),
        cpu_request=all_pods(one.cpu_request),
        cpu_limit=all_pods(one.cpu_limit),
        memory_request=all_pods(one.memory_request),
        memory_limit=all_pods(one.memory_limit),
        pod_cpu_limit=one.cpu_limit,
        pod_memory_limit=one.memory_limit,
    )
