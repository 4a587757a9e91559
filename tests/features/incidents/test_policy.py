"""What may be remediated unattended: nothing by default, and never beyond what the workspace has opted in for."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hexaops.features.access.tenancy import Workspace, WorkspacePolicy
from hexaops.features.incidents.remediation import unattended_refusal

OPTED_IN = WorkspacePolicy(unattended_actions=("restart_failing_pods",), unattended_severity="high", unattended_pods=2)


def workspace(policy: WorkspacePolicy) -> Workspace:
    return Workspace(
        id="ws-1", name="Team", plan="shared", cluster_id="c", status="active", namespaces=None, excluded=frozenset(),
        policy=policy, timezone="UTC", created_at=datetime(2024, 1, 1, tzinfo=UTC),
    )  # fmt: skip


def test_the_default_policy_allows_nothing() -> None:
    found = unattended_refusal(workspace(WorkspacePolicy()), "restart_failing_pods", "low", 1, always=False)
    assert found is not None


@pytest.mark.parametrize(("kind", "severity", "pods", "always", "allowed"), [
    ("restart_failing_pods", "high", 2, False, True),
    ("restart_failing_pods", "critical", 2, False, False),
    ("restart_failing_pods", "high", 3, False, False),
    ("restart_failing_pods", "high", 2, True, False),
    ("scale_application", "high", 2, False, False),
])  # fmt: skip
def test_what_was_opted_in_for(kind: str, severity: str, pods: int, always: bool, allowed: bool) -> None:
    found = unattended_refusal(workspace(OPTED_IN), kind, severity, pods, always=always)
    assert (found is None) == allowed
