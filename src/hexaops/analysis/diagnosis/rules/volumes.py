"""Pods without a node because of their volumes: claims that are missing or unbound, volumes that are elsewhere."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Action, FieldChange, Finding, Fix, Ref
from hexaops.analysis.diagnosis.objects import items, mapping, text
from hexaops.analysis.diagnosis.pods import Sick
from hexaops.analysis.diagnosis.rules.making import from_pod
from hexaops.analysis.diagnosis.rules.unplaced import placing, unplaced

_CLAIM = re.compile(
    r'persistentvolumeclaim "([^"]{1,253})" '
    r'(?:(not found)|(is being deleted)|bound to non-existent persistentvolume "([^"]{1,253})")'
)


def claim(sick: Sick) -> Finding | None:
    """A claim that is missing or not bound."""
    pod = unplaced(sick)
    if pod is None:
        return None
    names = [
        text(one, "persistentVolumeClaim", "claimName")
        for one in items(pod.spec, "volumes")
        if mapping(one, "persistentVolumeClaim")
    ]
    if said := _CLAIM.search(pod.sentence):
        missing = Ref("PersistentVolumeClaim", sick.pod.namespace, said[1])
        if said[3] or said[4]:
            held = f"is bound to PersistentVolume {said[4]}, which does not exist" if said[4] else "is being deleted"
            return placing(pod, "claim-unbound", f"its claim {said[1]} {held}", symptom_of=(missing,))
        return from_pod(
            sick,
            "claim-missing",
            "pods are Pending: a claim is missing",
            f"PersistentVolumeClaim {said[1]} does not exist",
            key=f"missing {missing}",
            root=missing,
            evidence=pod.evidence,
            fix=Fix(Action.CREATE, missing, f"Create the claim {said[1]}"),
        )
    if (
        "unbound immediate PersistentVolumeClaims" in pod.sentence
        or "didn't find available persistent volumes" in pod.sentence
        or "binding volumes" in pod.sentence
    ):
        refs = tuple(Ref("PersistentVolumeClaim", sick.pod.namespace, name) for name in names)
        unbound = [
            one for one in refs if (found := sick.snapshot.at(one)) is None or found.text("status", "phase") != "Bound"
        ]
        cause = f"its claim {', '.join(one.name for one in unbound or refs)} is not bound to a volume"
        return placing(pod, "claim-unbound", cause, symptom_of=tuple(unbound or refs))
    return None


def volume_node_affinity(sick: Sick) -> Finding | None:
    """The volume can only be used elsewhere."""
    pod = unplaced(sick)
    if pod is None or "volume node affinity conflict" not in pod.reasons:
        return None
    where = []
    for volume in items(pod.spec, "volumes"):
        one = sick.snapshot.find(
            "PersistentVolumeClaim", sick.pod.namespace, text(volume, "persistentVolumeClaim", "claimName")
        )
        bound = sick.snapshot.find("PersistentVolume", "", one.text("spec", "volumeName")) if one else None
        for term in bound.items("spec", "nodeAffinity", "required", "nodeSelectorTerms") if bound else ():
            wanted = [
                f"{text(e, 'key')} in ({', '.join(map(str, e.get('values') or []))})"
                for e in items(term, "matchExpressions")
            ]
            where.append(f"{bound.name if bound else ''} is bound to {' and '.join(wanted)}")
    cause = "volume node affinity conflict: no usable node is in the zone or on the node of its volume" + (
        f" ({'; '.join(where)})" if where else ""
    )
    return placing(pod, "volume-node-affinity", cause)


def volume_limit(sick: Sick) -> Finding | None:
    """The nodes hold as many volumes as their driver can attach, or the claim serves one pod only."""
    pod = unplaced(sick)
    if pod is None:
        return None
    if "ReadWriteOncePod" in pod.reasons:
        names = [text(one, "persistentVolumeClaim", "claimName") for one in items(pod.spec, "volumes")]
        claims = tuple(name for name in names if name)
        cause = f"its claim {', '.join(claims)} is ReadWriteOncePod and another pod uses it: one pod at a time may"
        return placing(pod, "volume-exclusive", cause, fix=_one_replica(sick))
    if not re.search(r"exceed max volume count|max attachable volume|too many volumes", pod.reasons, re.IGNORECASE):
        return None
    return placing(
        pod,
        "volume-limit",
        "the nodes that it may use have as many volumes attached as their driver allows (exceed max volume count)",
    )


def _one_replica(sick: Sick) -> Fix | None:
    replicas = sick.workload.get("spec", "replicas")
    if not isinstance(replicas, int) or replicas < 2:
        return None
    return Fix(Action.SCALE, sick.workload.ref, "Run one replica", (FieldChange("spec.replicas", replicas, 1),))


RULES = (claim, volume_node_affinity, volume_limit)
