"""What a workspace uses of CPU, memory and storage, and of how much."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from hexaops.backends.kubernetes.rows import NodeRow, PodRow, PvcRow, QuotaRow
from hexaops.backends.metrics.samples import Samples
from hexaops.features.overview.views import AmountView, Basis, PodPhasesView, ResourceUsageView
from hexaops.kit.quantities import exact_cpu, format_bytes

QUOTAS = {"cpu": "requests.cpu", "memory": "requests.memory", "storage": "requests.storage"}
NO_TOTAL = "not every project has a quota for requests.storage, and Kubernetes does not say how much a cluster can give"
NO_NODES = "no node that it may see states how much it can give"


class WorkspaceUsage:
    """The figures of one answer; `reasons` says why any is null."""

    def __init__(self, projects: Sequence[str], quotas: Sequence[QuotaRow], nodes: Sequence[NodeRow]) -> None:
        self._projects = projects
        self._quotas = quotas
        self._nodes = nodes
        self.reasons: dict[str, str] = {}

    def view(self, pods: Sequence[PodRow], claims: Sequence[PvcRow], samples: Samples) -> ResourceUsageView:
        """Usage of measured pods, storage of claims, pods by phase."""
        measured = [found for pod in pods if (found := samples.by_object.get((pod.namespace, pod.name)))]
        used: dict[str, float | None] = {"cpu": None, "memory": None}
        if samples.reason or not measured:
            reason = samples.reason or "none of its pods has been measured yet"
            self.reasons |= {f"resource_usage.{name}.used": reason for name in used}
        else:
            used = {"cpu": sum(m.cpu_cores for m in measured), "memory": sum(m.memory_bytes for m in measured)}
        used["storage"] = sum(claim.capacity_bytes or claim.requested_bytes or 0.0 for claim in claims)
        return ResourceUsageView(
            **{name: self._amount(name, value) for name, value in used.items()},
            pods=PodPhasesView(**{word: sum(pod.phase == word.title() for pod in pods) for word in _PHASES}),
        )

    def _amount(self, name: str, used: float | None) -> AmountView:
        total, basis = self._total(name)
        path = f"resource_usage.{name}"
        if total is None:
            why = NO_TOTAL if name == "storage" else NO_NODES
            self.reasons |= {f"{path}.total": why, f"{path}.of": why}
        percentage = round(100 * used / total, 1) if used is not None and total else None
        if percentage is None:
            why = self.reasons.get(f"{path}.used") or self.reasons.get(f"{path}.total") or "the total is zero"
            self.reasons[f"{path}.percentage"] = why
        shown = exact_cpu if name == "cpu" else format_bytes
        return AmountView(
            used=None if used is None else shown(used),
            total=None if total is None else shown(total),
            percentage=percentage,
            of=basis,
        )

    def _total(self, name: str) -> tuple[float | None, Basis | None]:
        """The quotas, where every project has one; else what the nodes can give to pods."""
        limits: dict[str, float] = {}
        for quota in self._quotas:
            hard: Mapping[str, float] = quota.hard
            found = hard.get(QUOTAS[name], hard.get(name))
            if found is not None:
                limits[quota.namespace] = min(found, limits.get(quota.namespace, found))
        if self._projects and all(project in limits for project in self._projects):
            return sum(limits[project] for project in self._projects), "quota"
        rooms = [row.allocatable[name] for row in self._nodes if name in row.allocatable]
        return (sum(rooms), "allocatable") if rooms and name != "storage" else (None, None)


_PHASES = ("running", "pending", "failed")
