"""Whether network policies let one pod talk to others: the published rules, for the parts that a snapshot can tell.

A pod that no policy selects for a direction may do everything in it; otherwise it may do what any of them allows.
`ipBlock` peers are taken as a match, since addresses of pods change: the answer errs towards "allowed".
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.analysis.diagnosis.objects import Obj, Raw, items, mapping
from hexaops.analysis.diagnosis.selectors import matches
from hexaops.analysis.diagnosis.snapshot import Snapshot


def _selecting(snapshot: Snapshot, pod: Obj, direction: str) -> list[Obj]:
    return [
        one
        for one in snapshot.of("NetworkPolicy")
        if one.namespace == pod.namespace
        and direction in _types(one)
        and matches(one.get("spec", "podSelector") or {}, pod.labels)
    ]


def _types(policy: Obj) -> Sequence[str]:
    found = policy.get("spec", "policyTypes")
    if isinstance(found, Sequence) and found:
        return found
    return ("Ingress", "Egress") if policy.get("spec", "egress") else ("Ingress",)


def _allows_port(rule: Raw, pod: Obj | None, port: str) -> bool:
    ports = items(rule, "ports")
    if not ports or not port:
        return True
    names = {
        str(one.get("name")): str(one.get("containerPort"))
        for part in (items(pod.raw, "spec", "containers") if pod else [])
        for one in items(part, "ports")
    }
    for one in ports:
        wanted = str(one.get("port"))
        last = one.get("endPort")
        if one.get("port") is None or wanted == port or names.get(wanted) == port:
            return True
        if isinstance(last, int) and wanted.isdigit() and port.isdigit() and int(wanted) <= int(port) <= last:
            return True
    return False


def _allows_peer(snapshot: Snapshot, policy: Obj, rule: Raw, key: str, other: Obj) -> bool:
    peers = items(rule, key)
    if not peers:
        return True
    for peer in peers:
        if mapping(peer, "ipBlock"):
            return True
        space = peer.get("namespaceSelector")
        if space is None:
            if other.namespace != policy.namespace:
                continue
        else:
            namespace = snapshot.find("Namespace", "", other.namespace)
            labels = {"kubernetes.io/metadata.name": other.namespace} | dict(namespace.labels if namespace else {})
            if not matches(space, labels):
                continue
        if matches(peer.get("podSelector") or {}, other.labels):
            return True
    return False


def _allowed(snapshot: Snapshot, policies: Sequence[Obj], direction: str, target: Obj, other: Obj, port: str) -> bool:
    section, key = ("ingress", "from") if direction == "Ingress" else ("egress", "to")
    return not policies or any(
        _allows_port(rule, target, port) and _allows_peer(snapshot, policy, rule, key, other)
        for policy in policies
        for rule in policy.items("spec", section)
    )


def blocking(snapshot: Snapshot, source: Obj, targets: Sequence[Obj], port: str) -> Obj | None:
    """The policy that keeps the pod from every one of the targets, or None."""
    for target in targets[:1]:
        into = _selecting(snapshot, target, "Ingress")
        if not _allowed(snapshot, into, "Ingress", target, source, port):
            return into[0]
        out = _selecting(snapshot, source, "Egress")
        if not _allowed(snapshot, out, "Egress", target, target, port):
            return out[0]
    return None


def outside_blocked_by(snapshot: Snapshot, source: Obj, port: str) -> Obj | None:
    """The policy that keeps the pod from addresses outside of the cluster, or None."""
    out = _selecting(snapshot, source, "Egress")
    for policy in out:
        for rule in policy.items("spec", "egress"):
            peers = items(rule, "to")
            if _allows_port(rule, None, port) and (not peers or any(mapping(peer, "ipBlock") for peer in peers)):
                return None
    return out[0] if out else None


def dns_blocked_by(snapshot: Snapshot, source: Obj) -> Obj | None:
    """The policy that keeps the pod from asking the cluster's DNS, or None when it may ask."""
    out = _selecting(snapshot, source, "Egress")
    if not out:
        return None
    servers = [
        one
        for one in snapshot.pods_in("kube-system")
        if one.labels.get("k8s-app") in {"kube-dns", "coredns"} or one.labels.get("app") == "coredns"
    ]
    for policy in out:
        for rule in policy.items("spec", "egress"):
            if _allows_port(rule, None, "53") and (
                not servers or _allows_peer(snapshot, policy, rule, "to", servers[0])
            ):
                return None
    return out[0]
