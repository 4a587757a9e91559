"""Which ConfigMap a file that cannot be read comes from: several programs that fail over one file have one cause."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from hexaops.analysis.diagnosis.model import Finding
from hexaops.analysis.diagnosis.objects import Obj, items, mapping, text
from hexaops.analysis.diagnosis.pods import Sick

_FILES = (".yaml", ".yml", ".toml", ".json", ".ini", ".conf", ".cfg", ".properties")


def told_by_file(finding: Finding, sick: Sick) -> Finding:
    """The finding with the ConfigMap whose file it is about as its root, where that can be told."""
    mounted = [(holder, key) for holder in _mounted(sick) for key in holder.mapping("data") if key.endswith(_FILES)]
    named = [one for one in mounted if one[1] in sick.log]
    holders = {one.ref: key for one, key in named or mounted}
    if len(holders) != 1:
        return finding
    ((ref, key),) = holders.items()
    cause = f"{finding.cause} ({key} of {ref.kind} {ref.name})"
    return replace(finding, cause=cause, root=ref, key=f"{finding.rule} {ref}")


def _mounted(sick: Sick) -> Iterator[Obj]:
    """The ConfigMaps that the broken container has as files."""
    mounts = {text(one, "name") for one in items(sick.broken.spec, "volumeMounts")} if sick.broken else set()
    for volume in items(sick.pod.mapping("spec"), "volumes"):
        if text(volume, "name") not in mounts:
            continue
        for source in (volume, *items(volume, "projected", "sources")):
            name = text(mapping(source, "configMap"), "name")
            holder = sick.snapshot.find("ConfigMap", sick.pod.namespace, name) if name else None
            if holder is not None:
                yield holder
