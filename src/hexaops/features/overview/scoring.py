"""How a workspace is doing at this moment: one score, for the overview and for the insights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from hexaops.analysis import workspace_scores as scores
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.usage import shares_of_application
from hexaops.analysis.diagnosis.causes import Cause
from hexaops.backends.kubernetes.rows import NodeRow
from hexaops.backends.metrics.samples import Samples
from hexaops.features.overview.issues import Issue, issues_of


class WorkspaceHealth(Struct, frozen=True):
    """The score, and what it is made of."""

    availability: float | None
    """None: no application wants a replica."""
    performance: float | None
    """None: no application's usage is measured against limits or requests."""
    issue_score: float
    issues: Sequence[Issue]
    ready_replicas: int
    desired_replicas: int
    measured_applications: int

    @property
    def overall(self) -> float:
        """0 to 100."""
        return scores.overall(self.availability, self.performance, self.issue_score)


def workspace_health(
    applications: Sequence[Application], samples: Samples, nodes: Iterable[NodeRow], causes: Sequence[Cause]
) -> WorkspaceHealth:
    """Of these applications, and of the nodes under them."""
    measured = [(application, shares_of_application(application, samples)) for application in applications]
    peaks = [
        max(share.percent for share in shares.values() if share.percent is not None)
        for _, shares in measured
        if any(share.percent is not None for share in shares.values())
    ]
    issues = issues_of(measured, nodes, causes)
    wanted = [one for one in applications if one.desired]
    return WorkspaceHealth(
        availability=scores.availability((one.ready, one.desired) for one in applications),
        performance=scores.performance(peaks),
        issue_score=scores.freedom_from_issues(issue.severity for issue in issues),
        issues=issues,
        ready_replicas=sum(min(one.ready, one.desired) for one in wanted),
        desired_replicas=sum(one.desired for one in wanted),
        measured_applications=len(peaks),
    )
