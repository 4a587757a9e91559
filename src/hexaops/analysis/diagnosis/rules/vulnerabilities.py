"""Reports of the Trivy operator: images that run with critical vulnerabilities, where a snapshot holds the reports."""

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
        critical = one.number("report", "summary", "criticalCount")
        scanned = snapshot.find(
            one.labels.get(f"{_LABEL}resource.kind", ""), one.namespace, one.labels.get(f"{_LABEL}resource.name", "")
        )
        if one.group != _GROUP or not critical or scanned is None or scanned.get("spec", "replicas") == 0:
            continue
        workload, name = snapshot.workload(scanned), one.labels.get(f"{_LABEL}container.name", "")
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


def _image(workload: Obj, container: str) -> str:
    return next((text(one, "image") for one in containers(template_spec(workload)) if one.get("name") == container), "")


RULES = (vulnerable_images,)
