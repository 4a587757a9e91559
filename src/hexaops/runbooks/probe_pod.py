"""The pod that tries connections, and how its report is read. Pure: nothing here talks to a cluster.

The pod carries only those labels of the application by which NetworkPolicies tell pods apart, so that the same policies
hold for it, and a readiness gate that nobody fulfils, so that no Service ever sends it traffic.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence, Set
from datetime import datetime
from typing import Any

from msgspec import Struct

from hexaops.analysis.checks import Check
from hexaops.backends.kubernetes.rows import ServiceRow
from hexaops.runbooks.live import LiveWorkload
from hexaops.runbooks.model import Fields

LABEL = "hexaops.dev/probe"
TARGETS = "hexaops.dev/probe-targets"
"""Annotation that lists what is tried, for whoever reads the plan or the object."""
VARIABLE = "PROBE_TARGETS"
CONTAINER = "probe"
MOST_PORTS = 8
CONNECT_SECONDS = 3
USER_ID = 65534
"""`nobody`: the image's own user may be root, which the restricted profile refuses."""
SCRIPT = f"""for target in ${VARIABLE}; do
if nc -z -w {CONNECT_SECONDS} "${{target%:*}}" "${{target##*:}}" </dev/null >/dev/null 2>&1
then echo "open $target"; else echo "closed $target"; fi
done >> /dev/termination-log"""
"""What the image must offer: `sh`, and an `nc` that knows `-z` and `-w`, as BusyBox has them."""
SECURITY = {
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "privileged": False,
    "readOnlyRootFilesystem": True,
    "runAsNonRoot": True,
    "runAsUser": USER_ID,
    "seccompProfile": {"type": "RuntimeDefault"},
}
RESOURCES = {
    "requests": {"cpu": "10m", "memory": "16Mi"},
    "limits": {"cpu": "100m", "memory": "32Mi"},
}


class Endpoint(Struct, frozen=True):
    """A port of a Service: tried by its name, which asks the DNS, and by its address, which does not."""

    service: str
    """namespace/name"""
    port: int
    address: str
    """The cluster IP; "" for a headless Service."""

    @property
    def by_name(self) -> str:
        """`name.namespace.svc:port`."""
        namespace, _, name = self.service.partition("/")
        return f"{name}.{namespace}.svc:{self.port}"

    @property
    def by_address(self) -> str:
        """`10.96.0.1:port`; "" without an address."""
        return f"{self.address}:{self.port}" if self.address else ""


def endpoints_of(services: Iterable[ServiceRow], port: int | None) -> tuple[Endpoint, ...]:
    """The TCP ports of these Services, the first few."""
    found = (
        Endpoint(f"{row.namespace}/{row.name}", one.port, row.cluster_ip if row.cluster_ip not in {"", "None"} else "")
        for row in services
        for one in row.ports
        if one.protocol == "TCP" and port in {None, one.port}
    )
    return tuple(found)[:MOST_PORTS]


def targets_of(endpoints: Iterable[Endpoint]) -> str:
    """What the pod tries, separated by blanks."""
    return " ".join(target for one in endpoints for target in (one.by_name, one.by_address) if target)


def told_labels(labels: Mapping[str, str], policies: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Those of the labels that a selector of one of the policies names."""
    named = {key for policy in policies for key in _keys(policy.get("spec") or {})}
    return {key: value for key, value in labels.items() if key in named}


def _keys(value: Any) -> Set[str]:
    """The label keys of every pod selector within a policy."""
    if isinstance(value, list):
        return {key for one in value for key in _keys(one)}
    if not isinstance(value, Mapping):
        return set()
    found: set[str] = set()
    for name, part in value.items():
        if name == "podSelector":
            found |= {*((part or {}).get("matchLabels") or {})}
            found |= {str(one.get("key")) for one in (part or {}).get("matchExpressions") or ()}
        else:
            found |= _keys(part)
    return found


def pod_name(workload: LiveWorkload, at: datetime, targets: str) -> str:
    """The same for the same plan, and for no other."""
    told = f"{workload.target.uid}/{at.isoformat()}/{targets}"
    return f"hexaops-probe-{hashlib.sha256(told.encode()).hexdigest()[:12]}"


def manifest(
    name: str, workload: LiveWorkload, *, image: str, labels: Mapping[str, str], targets: str, seconds: int
) -> Fields:
    """The pod, in the restricted profile: no token, no privilege, no restart, an end of its own."""
    owner = workload.target
    reference = {"apiVersion": "apps/v1", "kind": owner.kind, "name": owner.name, "uid": owner.uid}
    container = {
        "name": CONTAINER,
        "image": image,
        "imagePullPolicy": "IfNotPresent",
        "command": ["/bin/sh", "-c", SCRIPT],
        "env": [{"name": VARIABLE, "value": targets}],
        "resources": RESOURCES,
        "securityContext": SECURITY,
        "terminationMessagePath": "/dev/termination-log",
        "terminationMessagePolicy": "File",
    }
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": owner.namespace,
            "labels": {**labels, LABEL: "true"},
            "annotations": {TARGETS: targets},
            # No controller: it is deleted with the application, but no workload counts it as its own.
            "ownerReferences": [reference],
        },
        "spec": {
            "activeDeadlineSeconds": seconds,
            "automountServiceAccountToken": False,
            "containers": [container],
            "enableServiceLinks": False,
            "readinessGates": [{"conditionType": LABEL}],
            "restartPolicy": "Never",
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            "terminationGracePeriodSeconds": 1,
        },
    }


def read_report(message: str, endpoints: Sequence[Endpoint]) -> list[Check]:
    """A check for each endpoint, of the pod's termination message. Only lines about what was tried are believed."""
    told: dict[str, bool] = {}
    for line in message.splitlines():
        word, _, target = line.partition(" ")
        if word in {"open", "closed"}:
            told[target] = word == "open"
    return [_check(one, told) for one in endpoints]


def _check(endpoint: Endpoint, told: Mapping[str, bool]) -> Check:
    where = f"{endpoint.service}:{endpoint.port}"
    by_name, by_address = told.get(endpoint.by_name), told.get(endpoint.by_address)
    if by_name:
        return Check("probe", "passed", f"the probe pod connected to {where}")
    if by_name is False and by_address:
        return Check("probe", "failed", f"the probe pod connected to {where} by its address, but not by its name: DNS")
    if by_name is False:
        return Check("probe", "failed", f"the probe pod could not connect to {where}")
    return Check("probe", "unknown", f"the probe pod told nothing about {where}")
