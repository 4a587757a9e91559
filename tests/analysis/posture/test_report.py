"""The security report: each control has its fix, severities follow the standard, and two reports are compared."""

from __future__ import annotations

from hexaops.analysis.posture.pod_security import BASELINE, RESTRICTED
from hexaops.analysis.posture.report import FIXES, compared, weaknesses_of

SAFE = {
    "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
    "containers": [
        {"name": "web", "securityContext": {"allowPrivilegeEscalation": False, "capabilities": {"drop": ["ALL"]}}}
    ],
}


def test_every_control_has_its_fix() -> None:
    assert FIXES.keys() == {*BASELINE, *RESTRICTED}


def test_nothing_is_invented_on_a_hardened_pod() -> None:
    assert weaknesses_of("Deployment/shop/web", SAFE, {}) == []


def test_severity_follows_the_standard() -> None:
    broken = {**SAFE, "hostNetwork": True, "containers": [{"name": "web"}]}
    found = {one.control: one.severity for one in weaknesses_of("Deployment/shop/web", broken, {})}
    assert found["hostNamespaces"] == "high"
    assert found["allowPrivilegeEscalation"] == found["capabilities_restricted"] == "medium"


def test_two_reports_are_compared_by_object_and_control() -> None:
    difference = compared(["a x", "b y"], ["b y", "c z"])
    assert (difference.new, difference.resolved) == (["c z"], ["a x"])
