"""Reports of the Trivy operator, where a cluster has it and they may be read: of each the little that rules look at.

One report may be larger than all pods of a namespace: pages are small, what is not looked at is skipped while a page
is decoded, and what was read serves for ten minutes. A time limit of their own keeps everything else from waiting.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from typing import Any, TypedDict

import msgspec

from hexaops.analysis.diagnosis.objects import Raw
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.features.diagnosis.listing import Fence, Listed, list_kinds
from hexaops.kit.clock import Clock
from hexaops.kit.timeout import Timeout

GROUP = "aquasecurity.github.io"
REPORTS: tuple[Kind, ...] = (
    Kind("VulnerabilityReport", GROUP, "v1alpha1", "vulnerabilityreports"),
    Kind("ConfigAuditReport", GROUP, "v1alpha1", "configauditreports"),
)
NOT_INSTALLED = "the cluster has no Trivy operator"
UNSAID = "the API server did not say which kinds it serves"
SECONDS = 10.0
KEPT_SECONDS = 600.0
PAGE = 25
KEPT = 64
GRAVE = frozenset({"CRITICAL", "HIGH"})


class _Metadata(TypedDict, total=False):
    name: Any
    namespace: Any
    labels: Any
    creationTimestamp: Any


class _Vulnerability(TypedDict, total=False):
    vulnerabilityID: Any
    severity: Any
    fixedVersion: Any


class _Check(TypedDict, total=False):
    checkID: Any
    severity: Any
    title: Any
    success: Any


class _Report(TypedDict, total=False):
    summary: Any
    vulnerabilities: list[_Vulnerability] | None
    checks: list[_Check] | None


class _Item(TypedDict, total=False):
    metadata: _Metadata
    report: _Report


class _Page(TypedDict, total=False):
    metadata: Any
    items: list[_Item] | None


_PAGES = msgspec.json.Decoder(_Page)


class ReportReader:
    """One for the process."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._held: dict[str, tuple[float, Cluster, Fence, Listed]] = {}

    async def read(self, cluster: Cluster, fence: Fence, groups: Set[str] | None) -> Listed:
        """The reports that the workspace may see, and why there are none; `groups` are those that are served."""
        if groups is None or GROUP not in groups:
            return Listed([], {kind.name: UNSAID if groups is None else NOT_INSTALLED for kind in REPORTS}, {})
        held = self._held.get(fence.workspace.id)
        if held is not None and held[1] is cluster and held[2] == fence and self._clock.monotonic() < held[0]:
            return held[3]
        limit = Timeout(SECONDS, self._clock)
        found = await list_kinds(cluster, fence, REPORTS, limit, page=PAGE, decoder=_PAGES)
        short = Listed([_grave(one) for one in found.objects], found.missing, found.refused)
        self._held[fence.workspace.id] = self._clock.monotonic() + KEPT_SECONDS, cluster, fence, short
        if len(self._held) > KEPT:
            del self._held[next(iter(self._held))]
        return short


def _grave(one: Raw) -> Raw:
    """A report with what is grave in it only."""
    report = dict(one.get("report") or {})
    for name in ("vulnerabilities", "checks"):
        if name in report:
            report[name] = [part for part in _parts(report[name]) if part.get("severity") in GRAVE]
    return {**one, "report": report}


def _parts(found: object) -> Sequence[Raw]:
    return found if isinstance(found, list) else []
