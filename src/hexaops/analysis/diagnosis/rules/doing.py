"""Which workload does a piece of the cluster's work: the provisioner of a driver, the device plugin of a vendor."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.objects import Obj, containers, strings, template_spec, text
from hexaops.analysis.diagnosis.pods import is_ready
from hexaops.analysis.diagnosis.snapshot import Snapshot

_WORD = re.compile(r"[a-z0-9]{3,}")
_COMMON = frozenset({"com", "csi", "driver", "io", "k8s", "kubernetes", "net", "org", "storage", "x-k8s"})
"""Parts of such names that tell nothing of whose they are."""

NETWORK_PLUGINS = re.compile(
    r"calico|canal|cilium|flannel|weave|aws-node|azure-cn|antrea|kindnet|multus|kube-router|ovn|cni"
)
_WITHOUT_NETWORK = re.compile(r"(?i)cni|network plugin|NetworkReady=false")


def network_plugins_of(snapshot: Snapshot, node: Obj) -> Sequence[Ref]:
    """Of a node that says that it has no network: the DaemonSets that should give it one, and are sick there."""
    ready = node.condition("Ready")
    if ready.get("status") != "False" or not _WITHOUT_NETWORK.search(text(ready, "message")):
        return ()
    above = (snapshot.workload(pod) for pod in snapshot.pods_on(node.name) if not is_ready(pod))
    return [one.ref for one in above if one.kind == "DaemonSet" and NETWORK_PLUGINS.search(one.name)]


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
