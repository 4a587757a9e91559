"""Reports of the Trivy operator: images with critical vulnerabilities, settings that fail critical checks."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, FieldChange, Finding, Fix, Severity
from hexaops.analysis.diagnosis.objects import Obj, containers, spec_path, template_spec, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Snapshot

_GROUP = "aquasecurity.github.io"
_LABEL = "trivy-operator."


def vulnerable_images(snapshot: Snapshot) -> Iterator[Finding]:
    """A workload that runs an image with critical vulnerabilities."""
    for one in snapshot.each("VulnerabilityReport"):
        critical, workload = one.number("report", "summary", "criticalCount"), _scanned(snapshot, one)
        if not critical or workload is None:
            continue
        name = one.labels.get(f"{_LABEL}container.name", "")
        image = _image(workload, name)
        found = [part for part in one.items("report", "vulnerabilities") if part.get("severity") == "CRITICAL"]
        named = ", ".join(text(part, "vulnerabilityID") for part in found[:3])
        fixed = sum(bool(text(part, "fixedVersion")) for part in found)
        cause = (
            f"image {image} of container {name} has {critical} critical vulnerabilities"
            f"{f' ({quote(named)})' if named else ''}; {fixed} are fixed in newer packages"
        )
        change = FieldChange(f"{spec_path(workload)}.containers[{name}].image", image, None)
        yield Finding(
            "image-vulnerable",
            workload.ref,
            "its image has known critical vulnerabilities",
            cause,
            Severity.LOW,
            (Evidence("status", one.ref, f"criticalCount: {critical}"),),
            Fix.patched(workload.ref, "Run an image that is built on fixed packages", (change,)) if fixed else None,
            key=f"image-vulnerable {workload.ref} {name}",
        )


def failed_audits(snapshot: Snapshot) -> Iterator[Finding]:
    """A workload whose settings fail checks that the operator calls critical."""
    for one in snapshot.each("ConfigAuditReport"):
        critical, workload = one.number("report", "summary", "criticalCount"), _scanned(snapshot, one)
        if not critical or workload is None:
            continue
        failed = [part for part in one.items("report", "checks") if part.get("success") is False]
        named = [part for part in failed if part.get("severity") == "CRITICAL"][:3]
        told = "; ".join(f"{text(part, 'checkID')} {text(part, 'title')}" for part in named)
        yield Finding(
            "config-audit",
            workload.ref,
            "its settings fail critical security checks",
            f"{critical} critical checks fail{f': {quote(told)}' if told else ''}",
            Severity.LOW,
            (Evidence("status", one.ref, f"criticalCount: {critical}"),),
        )


def _scanned(snapshot: Snapshot, report: Obj) -> Obj | None:
    """The workload that a report is about; None if it does not run any more."""
    labels = report.labels
    kind, name = labels.get(f"{_LABEL}resource.kind", ""), labels.get(f"{_LABEL}resource.name", "")
    scanned = snapshot.find(kind, report.namespace, name) if report.group == _GROUP else None
    return None if scanned is None or scanned.get("spec", "replicas") == 0 else snapshot.workload(scanned)


def _image(workload: Obj, container: str) -> str:
    return next((text(one, "image") for one in containers(template_spec(workload)) if one.get("name") == container), "")


RULES = (vulnerable_images, failed_audits)
