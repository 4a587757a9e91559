"""One engine for both shapes: draws insights from a workspace's findings, posture, use and history."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import Struct
from msgspec.structs import fields, replace

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import Resource, shares_of_application
from hexaops.analysis.diagnosis.causes import causes_of
from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.insights import hardening, trends, troubles, usage
from hexaops.analysis.insights.costs import Premises, Statement, charged_over_time, statement_of
from hexaops.analysis.insights.model import CATEGORIES, WEIGHTS, Category, Insight
from hexaops.analysis.insights.prices import PriceBook
from hexaops.backends.metrics.base import MetricSource, Signal, Subject, Window, even_step, read_all
from hexaops.backends.metrics.samples import Samples
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.diagnosis.model import Diagnosis
from hexaops.features.diagnosis.service import DiagnosisService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.overview.nodes import visible_nodes
from hexaops.features.overview.scoring import WorkspaceHealth, workspace_health
from hexaops.kit.clock import Clock

MOST_MEASURED = 200
"""Applications whose history is read: those that request the most."""
MOST_INSIGHTS = 100
CLAIM: Final = "PersistentVolumeClaim"
NO_CLAIMS = "volume claims have not been read yet"
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
    statement: Statement
    """What they cost."""
    no_opencost: str | None
    """Why OpenCost's prices are not used though a Prometheus is read, else None."""
    cpu: trends.Development | str
    """Use of CPU of the whole workspace over the time, or why nothing is known of it."""
    cost: trends.Development | str
    """What is charged for CPU and memory over the time."""
    no_sizing: str | None
    """Why savings cannot be computed, else None."""
    samples: Samples
    """Present use."""
    no_usage: str | None
    """Why present use is not known, else None."""


class Assessment(Measurement, frozen=True):
    """All that both shapes are based on."""

    insights: Sequence[Insight]
    diagnosis: Diagnosis
    causes: Sequence[Finding]
    health: WorkspaceHealth
    """As the overview tells it; of one application, where it is asked about alone."""


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
            *usage.near_limits(measured),
            *await asyncio.to_thread(lambda: [*usage.moving(measured), *usage.anomalous(measured)]),
            *usage.oversized(measured),
        ]
        kept = [one for one in drawn if one.category in question.categories]
        return Assessment(
            **{one.name: getattr(found, one.name) for one in fields(found)},
            insights=sorted(kept, key=_rank)[:MOST_INSIGHTS],
            diagnosis=made,
            causes=findings,
            health=await self._health(workspace, question, found),
        )

    async def _health(self, workspace: Workspace, question: Question, found: Measurement) -> WorkspaceHealth:
        """Based on the same findings as the overview's: those that need no logs."""
        made = await self.diagnoses.get(workspace, logs=False)
        if question.application is None:
            nodes = visible_nodes(self.applications, workspace)
            causes = causes_of(made.findings, found.applications)
            return workspace_health(found.applications, found.samples, nodes, causes)
        findings = self.diagnoses.about(workspace, question.application, made)
        return workspace_health(found.applications, found.samples, (), causes_of(findings, found.applications))

    async def measure(self, workspace: Workspace, question: Question) -> Measurement:
        """What needs no diagnosis; raises as the applications do where the cluster cannot be read."""
        every = self.applications.list(workspace)
        chosen = [question.application] if question.application else every
        samples = await self.applications.usage(workspace)
        metered = await self.sources.prices(workspace.cluster_id, self.clock.now().timestamp())
        book = replace(self.book, metered=metered)
        known = {one.id: one for one in (*every, *chosen)}  # what was chosen may have been deleted since
        statement = statement_of([*known.values()], samples, book, self._premises(workspace))
        if question.application:
            statement = statement.of(question.application)
        step = even_step(question.seconds, usage.MOST_POINTS)
        window = Window.until(self.clock.now().timestamp(), question.seconds)
        source = self.sources.of(workspace.cluster_id)
        measured = await self._measured(workspace, chosen, statement, source, samples, window, step)
        return Measurement(
            applications=chosen,
            measured=measured,
            statement=statement,
            no_opencost=metered.reason,
            cpu=self._cpu(workspace, measured, step),
            cost=_development([one.charged for one in measured], step, None),
            no_sizing=usage.too_little_history(measured),
            samples=samples,
            no_usage=samples.reason,
        )

    async def _measured(
        self,
        workspace: Workspace,
        chosen: Sequence[Application],
        statement: Statement,
        source: MetricSource,
        samples: Samples,
        window: Window,
        step: float,
    ) -> list[usage.Measured]:
        largest = sorted(chosen, key=lambda one: -(one.workload.resources.memory_request or 0.0) * one.desired)
        signals = (*TOTALS.values(), *BUSIEST.values(), Signal.REPLICAS)

        async def one(application: Application) -> usage.Measured:
            subject = Subject(workspace.cluster_id, application.kind, application.project, application.name)
            series = await read_all(source, signals, subject, window, step)
            rates = statement.bills[application.id].rates
            history = {name: series[signal].values for name, signal in TOTALS.items()}
            return usage.Measured(
                application,
                shares_of_application(application, samples),
                rates,
                history,
                {name: series[signal].values for name, signal in BUSIEST.items()},
                charged_over_time(
                    application, rates, history["cpu"], history["memory"], series[Signal.REPLICAS].values
                ),
                series[Signal.CPU].start,
                series[Signal.CPU].step_seconds,
            )

        return [await one(application) for application in largest[:MOST_MEASURED]]

    def _cpu(self, workspace: Workspace, measured: Sequence[usage.Measured], step: float) -> trends.Development | str:
        room = sum(node.allocatable.get("cpu", 0.0) for node in self.applications.nodes(workspace))
        return _development([one.history["cpu"] for one in measured], step, room or None)

    def _premises(self, workspace: Workspace) -> Premises:
        freshness = self.applications.freshness(workspace, CLAIM)
        unread = freshness.problem or NO_CLAIMS if freshness.unread else None
        return Premises(
            nodes={node.name: node for node in self.applications.nodes(workspace)},
            claims=self.applications.rows(workspace, CLAIM),
            no_claims=freshness.missing.get(CLAIM, unread),
        )


def _development(parts: list[trends.Floats], step: float, room: float | None) -> trends.Development | str:
    series = trends.together(parts)
    return trends.development(series, step, room) if len(series) else trends.NO_APPLICATIONS


def _rank(one: Insight) -> tuple[int, int]:
    return WEIGHTS.index(one.weight), CATEGORIES.index(one.category)
