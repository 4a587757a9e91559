"""Custom resources of any operator: their conditions follow the same convention, whatever the kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from hexaops.analysis.diagnosis.model import Evidence, Finding, Ref, Severity
from hexaops.analysis.diagnosis.objects import Obj, Raw, seconds, text
from hexaops.analysis.diagnosis.rules.making import quote
from hexaops.analysis.diagnosis.snapshot import Snapshot

SETTLE_SECONDS = 300.0
"""How long an operator may take until its object is ready."""
_GOOD = frozenset({"Ready", "Available", "Healthy", "Synced", "Installed", "Reconciled"})
_BAD = frozenset({"NotReady", "Degraded", "Stalled", "Failed"})
_KNOWN = (".k8s.io", "operators.coreos.com", ".operatorframework.io", "cert-manager.io", "external-secrets.io")
"""Groups whose kinds have rules of their own."""
_BUILT_IN = frozenset({"", "apps", "batch", "autoscaling", "policy", "extensions"})


def custom_not_ready(snapshot: Snapshot) -> Iterator[Finding]:
    """A custom resource that says for a while that it is not ready, and why."""
    for one in snapshot.each_object():
        if one.group in _BUILT_IN or one.group.endswith(_KNOWN) or one.deleted is not None:
            continue
        found = next((part for part in one.items("status", "conditions") if _is_wrong(part)), None) or _phase(one)
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
            symptom_of=tuple(_named(snapshot, one, said)),
            affected=_makes(one),
        )


def _phase(one: Obj) -> Raw | None:
    """What operators say that keep a phase instead of conditions (Argo Rollouts, Argo CD), as a condition."""
    state = one.mapping("status", "operationState")
    failed = text(state, "phase") if text(state, "phase") in {"Failed", "Error"} else ""
    if failed:
        return {"type": "Operation", "status": failed, "reason": failed, "message": text(state, "message")}
    phase, message = one.text("status", "phase"), one.text("status", "message")
    if phase not in {"Degraded", "Error", "Unavailable"} or not message:
        return None
    since = next((text(part, "lastTransitionTime") for part in one.items("status", "conditions")), "")
    return {"type": "phase", "status": phase, "reason": phase, "message": message, "lastTransitionTime": since}


def _named(snapshot: Snapshot, one: Obj, said: str) -> Iterator[Ref]:
    """The objects of its namespace that its message names: it waits for them, so that they may be the cause."""
    if one.kind == "ScaledObject":  # its autoscaler, made under this name by default, says what its metrics lack
        yield Ref("HorizontalPodAutoscaler", one.namespace, one.text("status", "hpaName") or f"keda-hpa-{one.name}")
    for word in dict.fromkeys(_WORD.findall(said)):
        for kind in _WAITED_FOR:
            if snapshot.find(kind, one.namespace, word) is not None:
                yield Ref(kind, one.namespace, word)


_WORD = re.compile(r"[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?")
_WAITED_FOR = ("Pod", "StatefulSet", "Deployment", "DaemonSet", "Job", "PersistentVolumeClaim", "Service", "Secret")


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
