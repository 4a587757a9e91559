"""Which Service a host name or address means to a pod, and what stands behind it."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import Obj
from hexaops.analysis.diagnosis.pods import Sick

ADDRESS = re.compile(r"^\d{1,3}(?:\.\d{1,3}){3}$")
_ORDINAL = re.compile(r"-\d{1,4}$")


def service_named(sick: Sick, host: str) -> Obj | None:
    """The Service that a host name or cluster address means to this pod."""
    if ADDRESS.match(host):
        same = [one for one in sick.snapshot.of("Service") if one.text("spec", "clusterIP") == host]
        return same[0] if len(same) == 1 else None
    namespace, name = place_of(sick, host)
    return sick.snapshot.find("Service", namespace, name)


def place_of(sick: Sick, host: str) -> tuple[str, str]:
    """Namespace and name of the Service that a host name would mean, also where it names one pod behind it."""
    parts = host.split(".")
    if "svc" in parts[2:]:
        at = parts.index("svc", 2)
        return parts[at - 1], parts[at - 2]
    if len(parts) == 2 and _ORDINAL.search(parts[0]) and sick.snapshot.find("Namespace", "", parts[1]) is None:
        return sick.pod.namespace, parts[1]
    return (parts[1], parts[0]) if len(parts) > 1 else (sick.pod.namespace, parts[0])


def behind(sick: Sick, service: Obj) -> tuple[Ref, ...]:
    """The Service, its pods and their workloads: a finding on one of them is the cause."""
    pods = sick.snapshot.selected(service.namespace, service.mapping("spec", "selector"))
    above = [sick.snapshot.workload(pod).ref for pod in pods]
    return tuple(dict.fromkeys((service.ref, *above, *[pod.ref for pod in pods])))
