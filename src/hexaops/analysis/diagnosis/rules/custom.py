"""Custom resources of any operator: their conditions follow the same convention, whatever the kind."""

from __future__ import annotations

from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, Finding, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, seconds, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Snapshot

SETTLE_SECONDS = 300.0
"""How long an operator may take until its object is ready."""
_GOOD = frozenset({"Ready", "Available", "Healthy", "Synced"})
_BAD = frozenset({"NotReady", "Degraded", "Stalled", "Failed"})
_KNOWN = (".k8s.io", "operators.coreos.com", ".operatorframework.io", "cert-manager.io", "external-secrets.io")
"""Groups whose kinds have rules of their own."""
_BUILT_IN = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})


def custom_not_ready(snapshot: Snapshot) -> Iterator[Finding]:
    """A custom resource that says for a while that it is not ready, and why."""
    for one in snapshot.each_object():
        if one.group in _BUILT_IN or one.group.endswith(_KNOWN) or one.deleted is not None:
            continue
        found = next((part for part in one.items("status", "conditions") if _is_wrong(part)), None)
        if found is None or snapshot.age(seconds(text(found, "lastTransitionTime")) or one.created) < SETTLE_SECONDS:
            continue
        said = f"{text(found, 'reason')}: {quote(text(found, 'message'))}"
        yield Finding(
            "custom-not-ready",
            one.ref,
            f"{one.kind} {one.name} is not ready",
            said,
            Severity.HIGH,
            (Evidence("status", one.ref, f"{text(found, 'type')} is {found.get('status')}: {said}"),),
            affected=_makes(one),
        )


def _is_wrong(part: Raw) -> bool:
    kind, status = text(part, "type"), part.get("status")
    return (kind in _GOOD and status == "False") or (kind in _BAD and status == "True")


def _makes(one: Obj) -> tuple[Ref, ...]:
    """The Secret it should create: what fails for lack of it is traced back to this object."""
    name = one.text("spec", "target", "name") or one.text("spec", "secretName")
    if not name and "Secret" in one.kind:
        name = one.name
    return (Ref("Secret", one.namespace, name),) if name else ()


RULES = (custom_not_ready,)
