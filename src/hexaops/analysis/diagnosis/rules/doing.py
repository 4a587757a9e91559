"""Which workload does a piece of the cluster's work: the provisioner of a driver, the device plugin of a vendor."""

from __future__ import annotations

import re

from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import Obj, containers, strings, template_spec, text
from hexaops.analysis.diagnosis.snapshot import Snapshot

_WORD = re.compile(r"[a-z0-9]{3,}")
_COMMON = frozenset({"com", "csi", "driver", "io", "k8s", "kubernetes", "net", "org", "storage", "x-k8s"})
"""Parts of such names that tell nothing of whose they are."""


def workloads_doing(snapshot: Snapshot, work: str, of: str) -> tuple[Ref, ...]:
    """Workloads with a container for this work whose names have a word of `of` (`ebs.csi.aws.com`) in them."""
    words = set(_WORD.findall(of.lower())) - _COMMON
    found = []
    for one in snapshot.of("Deployment", "StatefulSet", "DaemonSet"):
        names = _names(one)
        if work in names and words & set(_WORD.findall(names)):
            found.append(one.ref)
    return tuple(found)


def _names(workload: Obj) -> str:
    """Everything that a workload is called by."""
    parts = [workload.namespace, workload.name]
    for one in containers(template_spec(workload)):
        parts += [text(one, "name"), text(one, "image"), *strings(one, "args")]
    return " ".join(parts).lower()
