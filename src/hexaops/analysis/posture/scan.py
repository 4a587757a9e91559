"""What a security scan reports: controls that workloads do not keep, and findings of the diagnosis about security."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.diagnosis.objects import Obj, mapping, template_spec
from hexaops.analysis.posture.report import Weakness, weaknesses_of
from hexaops.kit.text import plain

SECURITY_RULES = frozenset(
    {"rbac-wildcard", "rbac-cluster-admin", "rbac-anonymous", "secret-in-env", "default-service-account",
     "certificate-expired", "certificate-expiring", "image-vulnerable", "config-audit"}
)  # fmt: skip
"""Rules of the diagnosis that speak of security and are not one of the pod security controls."""
TEXT_LIMIT = 300


def workload_weaknesses(one: Obj) -> list[Weakness]:
    """Those of a workload's pod template."""
    return weaknesses_of(f"{one.kind}/{one.namespace}/{one.name}", template_spec(one), _annotations(one))


def configuration_weaknesses(findings: Iterable[Finding]) -> list[Weakness]:
    """Those that the diagnosis has found."""
    return [weakness(one) for one in findings if one.rule in SECURITY_RULES]


def weakness(finding: Finding) -> Weakness:
    """A finding as a report shows it."""
    return Weakness(
        object="/".join(part for part in finding.subject if part),
        control=finding.rule,
        severity=finding.severity.name.lower(),
        detail=plain(finding.finding, TEXT_LIMIT),
        fix=plain(finding.fix.summary, TEXT_LIMIT) if finding.fix else "",
    )


def _annotations(one: Obj) -> Mapping[str, Any]:
    if one.kind == "Pod":
        return one.annotations
    path = ("spec", "jobTemplate", "spec") if one.kind == "CronJob" else ("spec",)
    return mapping(one.raw, *path, "template", "metadata", "annotations")
