"""optimize_resources: sizes of containers from what their pods used over the last days (`analysis.sizing`).

Each new size is an ordinary plan of update_configuration: it is verified, and put back where pods stay unhealthy.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import msgspec
from msgspec.structs import replace

from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import counted
from hexaops.analysis.sizing import FEWEST_POINTS, Size, recommend
from hexaops.backends.metrics.base import MetricSource, Signal, Window
from hexaops.backends.metrics.base import Subject as MeasuredSubject
from hexaops.features.access.tenancy import Workspace
from hexaops.features.applications.service import ApplicationService
from hexaops.features.changes.parts import CarriedOut, PlannedParts, WantedChange, allowed_by_risk, owner_of
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.operations.outcome import ACTED, acted, found_of, none_failed, stopped
from hexaops.features.operations.work import Takes, WorkspaceWork
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.durations import format_duration
from hexaops.kit.quantities import exact_bytes, exact_cpu
from hexaops.runbooks.configuration import UpdateConfiguration
from hexaops.runbooks.healing import most_touched
from hexaops.runbooks.model import Subject

MEASURE, APPLY, VERIFY = "measure_usage", "apply_sizes", "verify_sizes"
WINDOW_SECONDS = 7 * 86_400.0
STEP_SECONDS = 300.0
LEAST_CHANGE = 0.2
"""Share by which a size must differ from the present request to be worth a rollout."""
AT_ONCE = 4


class AmountsView(msgspec.Struct, frozen=True, kw_only=True):
    """What a pod requests and may use."""

    cpu_request: str | None
    memory_request: str | None
    memory_limit: str | None


class SizedView(msgspec.Struct, frozen=True, kw_only=True):
    """An application, the size that it has, and the one that it needs; `recommended` null: `reason` says why."""

    application_id: str
    application: str
    kind: str
    project: str
    current: AmountsView
    recommended: AmountsView | None = None
    points: int | None = None
    """Measurements that were found."""
    reason: str = ""


@dataclass(frozen=True)
class Sizing(WorkspaceWork):
    """Every method starts again safely: what was started already is found by its part."""

    name: ClassVar[str] = "optimize_resources"
    description: ClassVar[str] = "Giving containers the sizes that they need"
    changes: ClassVar[bool] = True
    steps: ClassVar[Sequence[tuple[str, float]]] = ((MEASURE, 2.0), (APPLY, 30.0), (VERIFY, 1.0))
    takes: ClassVar[Takes] = frozenset({"target_component", "dry_run"})

    applications: ApplicationService
    directory: WorkspaceDirectory
    sources: Callable[[], MetricSources]
    parts: PlannedParts
    clock: Clock

    async def perform(self, run: Run, step: str) -> Found:
        """One of the three steps."""
        workspace = await self.directory.get(run.operation.workspace_id)
        if step == MEASURE:
            return await self._measure(run, workspace)
        return await self._apply(run, workspace) if step == APPLY else none_failed(acted(run, APPLY))

    async def undo(self, run: Run) -> Undone:
        """Stop what is under way; a size that was verified stays, and can be rolled back as any change."""
        return await stopped(self.parts, run)

    def message(self, run: Run) -> str:
        """For how many there is a better size, and what was done."""
        return f"{run.found[MEASURE]['summary']}; {run.found[APPLY]['summary']}"

    async def _measure(self, run: Run, workspace: Workspace) -> Found:
        """For each application a size, or what is missing to tell one."""
        named, every = run.operation.parameters.get("target_component"), self.applications.list(workspace)
        chosen = [self.applications.get(workspace, named)] if named else every
        source, places = self.sources().of(workspace.cluster_id), asyncio.Semaphore(AT_ONCE)

        async def one(application: Application) -> SizedView:
            async with places:
                return await self._sized(workspace.cluster_id, application, source)

        shown = await asyncio.gather(*(one(application) for application in chosen))
        sized = sum(found.recommended is not None for found in shown)
        details = {
            "applications": msgspec.to_builtins(shown),
            "window_seconds": WINDOW_SECONDS,
            "step_seconds": STEP_SECONDS,
            "source": source.name,
            "resources_affected": 0,
        }
        short = sum(found.recommended is None and (found.points or 0) < FEWEST_POINTS for found in shown)
        unknown = f"; {short} cannot be judged yet" if short else ""
        summary = f"Another size recommended for {sized} of {counted(len(chosen), 'application')}{unknown}"
        return {"summary": summary, "most": most_touched(len(every)), "details": details}

    async def _apply(self, run: Run, workspace: Workspace) -> Found:
        """Change a tenth of the applications at most; the others are for the next operation."""
        given = run.operation.parameters
        if given.get("dry_run", False):
            return {"summary": "nothing was changed", ACTED: msgspec.to_builtins(CarriedOut([], [], []))}
        shown = msgspec.convert(run.found[MEASURE]["details"]["applications"], list[SizedView])
        wanted = [change for one in shown if (change := _change(one)) is not None]
        now = wanted[: run.found[MEASURE]["most"]]
        confirmed = given.get("confirmation", True)
        carried = await self.parts.carry_out(
            run, owner_of(run.operation, workspace), now, lambda plan: confirmed and allowed_by_risk(workspace, plan)
        )
        found = found_of(carried, sum(part.status == "completed" for part in carried.made))
        deferred = [one.subject.name for one in wanted[len(now) :]]
        return {**found, "details": {**found["details"], "deferred": deferred}}

    async def _sized(self, cluster_id: str, application: Application, source: MetricSource) -> SizedView:
        shown = SizedView(
            application_id=application.id, application=application.name, kind=application.kind,
            project=application.project, current=_current(application),
        )  # fmt: skip
        if len(application.workload.container_names) != 1:
            return replace(shown, reason="It has several containers, and usage is measured by pod")
        subject = MeasuredSubject(cluster_id, application.kind, application.project, application.name)
        window = Window.until(self.clock.now().timestamp(), WINDOW_SECONDS)
        cpu = await source.read(Signal.CPU_BUSIEST_POD, subject, window, STEP_SECONDS)
        memory = await source.read(Signal.MEMORY_BUSIEST_POD, subject, window, STEP_SECONDS)
        points = min(len(cpu.known), len(memory.known))
        shown = replace(shown, points=points)
        size = recommend(cpu.values, memory.values)
        if size is None:
            every = format_duration(STEP_SECONDS)
            missing = f"{points} of the {FEWEST_POINTS} measurements that a size needs, one every {every}"
            return replace(shown, reason=cpu.reason or memory.reason or f"Too little history: {missing}")
        if not _differs(application, size):
            return replace(shown, reason=f"Its requests fit within {LEAST_CHANGE:.0%} of its measured use")
        memory_text = exact_bytes(size.memory_bytes)
        wanted = AmountsView(
            cpu_request=exact_cpu(size.cpu_cores), memory_request=memory_text, memory_limit=memory_text
        )
        return replace(shown, recommended=wanted, reason="Computed from its measured use (docs/formulas.md)")


def _change(one: SizedView) -> WantedChange | None:
    """The plan that gives it its size; a CPU limit below the new request would be refused, and is named so."""
    if one.recommended is None:
        return None
    subject = Subject(id=one.application_id, kind=one.kind, namespace=one.project, name=one.application)
    requests = {"cpu": one.recommended.cpu_request, "memory": one.recommended.memory_request}
    limits = {"memory": one.recommended.memory_limit}
    return WantedChange(UpdateConfiguration.name, subject, {"requests": requests, "limits": limits})


def _current(application: Application) -> AmountsView:
    totals = application.workload.resources
    return AmountsView(
        cpu_request=None if totals.cpu_request is None else exact_cpu(totals.cpu_request),
        memory_request=None if totals.memory_request is None else exact_bytes(totals.memory_request),
        memory_limit=None if totals.memory_limit is None else exact_bytes(totals.memory_limit),
    )


def _differs(application: Application, size: Size) -> bool:
    totals = application.workload.resources
    pairs = ((totals.cpu_request, size.cpu_cores), (totals.memory_request, size.memory_bytes))
    return any(now is None or abs(wanted - now) > LEAST_CHANGE * now for now, wanted in pairs)
