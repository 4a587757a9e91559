"""Who talks to whom, as far as the pods' settings say: the Services that variables and arguments name.

A Service that is named in a Secret, or found in another way, is not seen: nothing here looks into traffic.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct

from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import (
    Obj,
    containers,
    items,
    mapping,
    strings,
    template_labels,
    template_spec,
    text,
)
from hexaops.analysis.diagnosis.snapshot import Snapshot

KINDS = ("Deployment", "StatefulSet", "DaemonSet")
LONGEST_VALUE = 2_000
_HOST = re.compile(r"(?<![\w.@-])[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9-]{1,63}){0,5}(?![\w-])")
_AFTER_USER = re.compile(r"://[^\s/@]{1,200}@")
_SERVICE_DOMAIN = "svc"


class Link(Struct, frozen=True):
    """One workload whose settings name a Service of another."""

    source: Ref
    target: Ref
    service: str
    setting: str
    """The variable, or `args`."""


def links(snapshot: Snapshot) -> list[Link]:
    """Every link between workloads of the snapshot, each once."""
    workloads = [one for kind in KINDS for one in snapshot.of(kind)]
    behind = {(one.namespace, one.name): list(_backends(one, workloads)) for one in snapshot.of("Service")}
    found: dict[tuple[Ref, Ref], Link] = {}
    for one in workloads:
        for setting, value in _settings(snapshot, one):
            for place in _services(value, one.namespace, behind):
                for target in behind[place]:
                    if target != one.ref:
                        found.setdefault((one.ref, target), Link(one.ref, target, place[1], setting))
    return list(found.values())


def _backends(service: Obj, workloads: Iterable[Obj]) -> Iterator[Ref]:
    selector = service.mapping("spec", "selector")
    for one in workloads if selector else ():
        labels = template_labels(one)
        if one.namespace == service.namespace and all(labels.get(key) == value for key, value in selector.items()):
            yield one.ref


def _services(value: str, namespace: str, known: Mapping[tuple[str, str], object]) -> Iterator[tuple[str, str]]:
    """`name`, `name.namespace` and `name.namespace.svc…`, where there is such a Service."""
    for host in _HOST.findall(_AFTER_USER.sub("://", value[:LONGEST_VALUE].lower())):
        name, *rest = host.split(".")
        if rest[1:2] not in ([], [_SERVICE_DOMAIN]):
            continue
        place = (rest[0] if rest else namespace, name)
        if place in known:
            yield place


def _settings(snapshot: Snapshot, workload: Obj) -> Iterator[tuple[str, str]]:
    """Variables by name with their values, of ConfigMaps too where they were read, and arguments."""
    for container in containers(template_spec(workload)):
        for entry in items(container, "env"):
            yield text(entry, "name"), text(entry, "value")
        for entry in items(container, "envFrom"):
            holder = snapshot.find("ConfigMap", workload.namespace, text(entry, "configMapRef", "name"))
            for key, value in mapping(holder.raw, "data").items() if holder else ():
                if isinstance(value, str):
                    yield str(key), value
        for value in (*strings(container, "command"), *strings(container, "args")):
            yield "args", value
