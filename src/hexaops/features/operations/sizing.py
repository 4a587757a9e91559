"""optimize_resources: sizes of containers from what their pods used over the last days (`analysis.sizing`)."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from hexaops.analysis.applications.model import Application
from hexaops.analysis.sizing import FEWEST_POINTS, Size, recommend
from hexaops.backends.metrics.base import MetricSource, Signal, Subject, Window
from hexaops.features.applications.service import ApplicationService
from hexaops.features.metrics.sources import MetricSources
from hexaops.features.runs.work import Found, Run, Undone
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.kit.clock import Clock
from hexaops.kit.quantities import exact_bytes, exact_cpu
from hexaops.runbooks.model import Fields

MEASURE = "measure_usage"
WINDOW_SECONDS = 7 * 86_400.0
STEP_SECONDS = 300.0
LEAST_CHANGE = 0.2
"""Share by which a size must differ from the present request to be worth a rollout."""
AT_ONCE = 4


@dataclass(frozen=True)
class SizingReport:
    """Recommends; changes nothing."""

    name: ClassVar[str] = "optimize_resources"
    description: ClassVar[str] = "Finding the sizes that containers need"
    changes: ClassVar[bool] = False
    steps: ClassVar[Sequence[tuple[str, float]]] = ((MEASURE, 2.0),)

    applications: ApplicationService
    directory: WorkspaceDirectory
    sources: Callable[[], MetricSources]
    clock: Clock

    async def perform(self, run: Run, step: str) -> Found:  # noqa: ARG002 # it has one
        """For each application a size, or what is missing to tell one."""
        workspace = await self.directory.get(run.operation.workspace_id)
        named = run.operation.parameters.get("target_component")
        chosen = [self.applications.get(workspace, named)] if named else self.applications.list(workspace)
        source, places = self.sources().of(workspace.cluster_id), asyncio.Semaphore(AT_ONCE)

        async def one(application: Application) -> Fields:
            async with places:
                return await self._sized(workspace.cluster_id, application, source)

        shown = await asyncio.gather(*(one(application) for application in chosen))
        sized = sum(found["recommended"] is not None for found in shown)
        details = {
            "applications": [*shown],
            "window_seconds": WINDOW_SECONDS,
            "step_seconds": STEP_SECONDS,
            "source": source.name,
            "resources_affected": 0,
        }
        return {"summary": f"another size for {sized} of {len(chosen)} applications", "details": details}

    async def undo(self, run: Run) -> Undone:  # noqa: ARG002 # nothing was done
        """Nothing to put back."""
        return Undone(rolled_back=True, note="Nothing was changed")

    def message(self, run: Run) -> str:
        """For how many there is a better size."""
        return f"Recommended {run.found[MEASURE]['summary']}; nothing was changed"

    async def _sized(self, cluster_id: str, application: Application, source: MetricSource) -> Fields:
        shown: Fields = {
            "application_id": application.id,
            "application": application.name,
            "project": application.project,
            "current": _current(application),
            "recommended": None,
        }
        if len(application.workload.container_names) != 1:
            return {**shown, "reason": "It has several containers, and usage is measured by pod"}
        subject = Subject(cluster_id, application.kind, application.project, application.name)
        window = Window.until(self.clock.now().timestamp(), WINDOW_SECONDS)
        cpu = await source.read(Signal.CPU_BUSIEST_POD, subject, window, STEP_SECONDS)
        memory = await source.read(Signal.MEMORY_BUSIEST_POD, subject, window, STEP_SECONDS)
        points = min(len(cpu.known), len(memory.known))
        shown["points"] = points
        size = recommend(cpu.values, memory.values)
        if size is None:
            missing = f"{points} of the {FEWEST_POINTS} measurements that a size needs, one each {STEP_SECONDS:.0f} s"
            return {**shown, "reason": cpu.reason or memory.reason or f"Too little history: {missing}"}
        if not _differs(application, size):
            return {**shown, "reason": f"Its requests fit within {LEAST_CHANGE:.0%} of its measured use"}
        memory_text = exact_bytes(size.memory_bytes)
        wanted = {"cpu_request": exact_cpu(size.cpu_cores), "memory_request": memory_text, "memory_limit": memory_text}
        return {**shown, "recommended": wanted, "reason": "Computed from its measured use (docs/formulas.md)"}


def _current(application: Application) -> Fields:
    totals = application.workload.resources
    return {
        "cpu_request": None if totals.cpu_request is None else exact_cpu(totals.cpu_request),
        "memory_request": None if totals.memory_request is None else exact_bytes(totals.memory_request),
        "memory_limit": None if totals.memory_limit is None else exact_bytes(totals.memory_limit),
    }


def _differs(application: Application, size: Size) -> bool:
    totals = application.workload.resources
    pairs = ((totals.cpu_request, size.cpu_cores), (totals.memory_request, size.memory_bytes))
    return any(now is None or abs(wanted - now) > LEAST_CHANGE * now for now, wanted in pairs)
