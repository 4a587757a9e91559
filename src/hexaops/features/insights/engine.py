"""One engine for both shapes: draws insights from a workspace's findings, posture, use and history."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

from msgspec import Struct
from msgspec.structs import fields

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource, shares_of_application
from hexaops.analysis.diagnosis.causes import causes_of
from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.insights import hardening, trends, troubles, usage
from hexaops.analysis.insights.costs import Allocation, PriceBook, allocation_of
from hexaops.analysis.insights.model import CATEGORIES, WEIGHTS, Category, Insight
from hexaops.backends.metrics.base import MetricSource, Signal, Subject, Window, read_all
from hexaops.backends.metrics.samples import Samples
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.model import Diagnosis
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.metrics.sources import MetricSources
from hexaops.kit.clock import Clock

MOST_MEASURED = 200
"""Applications whose history is read: those that request the most."""
MOST_INSIGHTS = 100
TOTALS: Mapping[Resource, Signal] = {"cpu": Signal.CPU, "memory": Signal.MEMORY}
BUSIEST: Mapping[Resource, Signal] = {"cpu": Signal.CPU_BUSIEST_POD, "memory": Signal.MEMORY_BUSIEST_POD}


class Question(Struct, frozen=True):
    """What is asked."""

    categories: tuple[Category, ...]
    seconds: float
    application: Application | None = None
    logs: bool = True
    """Whether log lines may be read and quoted."""


class Measurement(Struct, frozen=True):
    """What applications use, and how that develops."""

    applications: Sequence[Application]
    measured: Sequence[usage.Measured]
    allocations: Sequence[Allocation]
    """One an application."""
    cpu: trends.Development | str
    """Use of CPU of the whole workspace over the time, or why nothing is known of it."""
    cost: trends.Development | str
    no_sizing: str | None
    """Why savings cannot be computed, else None."""
    no_usage: str | None
    """Why present use is not known, else None."""


class Assessment(Measurement, frozen=True):
    """All that both shapes are told from."""

    insights: Sequence[Insight]
    diagnosis: Diagnosis
    causes: Sequence[Finding]


class InsightEngine(Struct, frozen=True):
    """One for the process."""

    applications: ApplicationService
    diagnoses: DiagnosisService
    sources: MetricSources
    book: PriceBook
    clock: Clock

    async def assess(self, workspace: Workspace, question: Question) -> Assessment:
        """Raises as the applications and the diagnosis do where the cluster cannot be read."""
        every = self.applications.list(workspace)
        made = await self.diagnoses.get(workspace, logs=question.logs)
        found = await self.measure(workspace, question)
        chosen, measured = found.applications, found.measured
        findings = self.diagnoses.about(workspace, chosen[0], made) if question.application else made.findings
        drawn = [
            *troubles.from_findings(causes_of(findings, every), chosen),
            *hardening.from_posture(made.posture, chosen),
            *usage.near_limits(measured, self.book),
            *await asyncio.to_thread(lambda: [*usage.rising(measured), *usage.anomalous(measured)]),
            *usage.oversized(measured, self.book),
        ]
        kept = [one for one in drawn if one.category in question.categories]
        return Assessment(
            **{one.name: getattr(found, one.name) for one in fields(found)},
            insights=sorted(kept, key=_rank)[:MOST_INSIGHTS],
            diagnosis=made,
            causes=findings,
        )

    async def measure(self, workspace: Workspace, question: Question) -> Measurement:
        """What needs no diagnosis; raises as the applications do where the cluster cannot be read."""
        chosen = [question.application] if question.application else self.applications.list(workspace)
        samples = await self.applications.usage(workspace)
        step = usage.points_step(question.seconds)
        window = Window.until(self.clock.now().timestamp(), question.seconds)
        source = self.sources.of(workspace.cluster_id)
        measured = await self._measured(chosen, workspace.cluster_id, source, samples, window, step)
        return Measurement(
            applications=chosen,
            measured=measured,
            allocations=[allocation_of(one, samples) for one in chosen],
            cpu=self._development(workspace, measured, step, cost=False),
            cost=self._development(workspace, measured, step, cost=True),
            no_sizing=usage.too_little_history(measured),
            no_usage=samples.reason,
        )

    async def _measured(
        self,
        chosen: Sequence[Application],
        cluster_id: str,
        source: MetricSource,
        samples: Samples,
        window: Window,
        step: float,
    ) -> list[usage.Measured]:
        largest = sorted(chosen, key=lambda one: -(one.workload.resources.memory_request or 0.0) * one.desired)
        signals = (*TOTALS.values(), *BUSIEST.values())

        async def one(application: Application) -> usage.Measured:
            subject = Subject(cluster_id, application.kind, application.project, application.name)
            series = await read_all(source, signals, subject, window, step)
            return usage.Measured(
                application,
                shares_of_application(application, samples),
                {name: series[signal].values for name, signal in TOTALS.items()},
                {name: series[signal].values for name, signal in BUSIEST.items()},
            )

        return [await one(application) for application in largest[:MOST_MEASURED]]

    def _development(
        self, workspace: Workspace, measured: Sequence[usage.Measured], step: float, *, cost: bool
    ) -> trends.Development | str:
        cpu = trends.together([one.history["cpu"] for one in measured])
        memory = trends.together([one.history["memory"] for one in measured])
        if not len(cpu):
            return "there is no application to measure"
        if cost:
            return trends.development(self.book.monthly(cpu, memory), step, None)
        room = sum(node.allocatable.get("cpu", 0.0) for node in self.applications.nodes(workspace))
        return trends.development(cpu, step, room or None)


def _rank(one: Insight) -> tuple[int, int]:
    return WEIGHTS.index(one.weight), CATEGORIES.index(one.category)
