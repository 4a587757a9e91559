"""Nodes, namespaces and volume claims."""

from __future__ import annotations

import msgspec

from hexaops.backends.kubernetes.decoding.interning import Interner, quantity
from hexaops.backends.kubernetes.decoding.policies import numbers
from hexaops.backends.kubernetes.decoding.wire import ConditionWire, ItemWire, Wire, conditions, created_at
from hexaops.backends.kubernetes.rows import NamespaceRow, NodeRow, PvcRow, TaintRow

_ROLE = "node-role.kubernetes.io/"


class TaintWire(Wire):
    key: str = ""
    value: str = ""
    effect: str = ""


class NodeSpecWire(Wire):
    unschedulable: bool = False
    taints: list[TaintWire] | None = None


class NodeInfoWire(Wire):
    kubelet_version: str = ""
    os_image: str = ""
    operating_system: str = ""
    kernel_version: str = ""
    architecture: str = ""
    container_runtime_version: str = ""


class NodeAddressWire(Wire):
    type: str = ""
    address: str = ""


class NodeStatusWire(Wire):
    conditions: list[ConditionWire] | None = None
    capacity: dict[str, str] | None = None
    allocatable: dict[str, str] | None = None
    node_info: NodeInfoWire | None = None
    addresses: list[NodeAddressWire] | None = None


class NodeWire(ItemWire):
    spec: NodeSpecWire = msgspec.field(default_factory=NodeSpecWire)
    status: NodeStatusWire = msgspec.field(default_factory=NodeStatusWire)


def node_row(item: NodeWire, interner: Interner) -> NodeRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    states = conditions(status.conditions)
    labels = interner.labels(meta.labels)
    return NodeRow(
        kind="Node",
        uid=meta.uid,
        namespace="",
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=labels,
        ready=any(state.type == "Ready" and state.status == "True" for state in states),
        conditions=states,
        capacity=numbers(status.capacity),
        allocatable=numbers(status.allocatable),
        taints=tuple(TaintRow(taint.key, taint.value, taint.effect) for taint in spec.taints or ()),
        version=status.node_info.kubelet_version if status.node_info else "",
        roles=tuple(sorted(key[len(_ROLE) :] for key in labels if key.startswith(_ROLE))),
        unschedulable=spec.unschedulable,
        internal_ip=next((entry.address for entry in status.addresses or () if entry.type == "InternalIP"), ""),
        system=interner.text(_system(status.node_info)),
        runtime=interner.text(status.node_info.container_runtime_version if status.node_info else ""),
    )


def _system(info: NodeInfoWire | None) -> str:
    if info is None:
        return ""
    kernel = f"kernel {info.kernel_version}" if info.kernel_version else ""
    return ", ".join(part for part in (info.os_image or info.operating_system, kernel, info.architecture) if part)


class NamespaceStatusWire(Wire):
    phase: str = "Active"


class NamespaceWire(ItemWire):
    status: NamespaceStatusWire = msgspec.field(default_factory=NamespaceStatusWire)


def namespace_row(item: NamespaceWire, interner: Interner) -> NamespaceRow:
    """The compact row."""
    meta = item.metadata
    return NamespaceRow(
        kind="Namespace",
        uid=meta.uid,
        namespace="",
        name=interner.text(meta.name),
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        phase=item.status.phase,
    )


class StorageWire(Wire):
    storage: str | None = None


class VolumeResourcesWire(Wire):
    requests: StorageWire | None = None


class PvcSpecWire(Wire):
    storage_class_name: str | None = None
    volume_name: str = ""
    access_modes: list[str] | None = None
    resources: VolumeResourcesWire | None = None


class PvcStatusWire(Wire):
    phase: str = ""
    capacity: StorageWire | None = None


class PvcWire(ItemWire):
    spec: PvcSpecWire = msgspec.field(default_factory=PvcSpecWire)
    status: PvcStatusWire = msgspec.field(default_factory=PvcStatusWire)


def pvc_row(item: PvcWire, interner: Interner) -> PvcRow:
    """The compact row."""
    meta, spec, status = item.metadata, item.spec, item.status
    asked = spec.resources.requests if spec.resources else None
    return PvcRow(
        kind="PersistentVolumeClaim",
        uid=meta.uid,
        namespace=interner.text(meta.namespace),
        name=meta.name,
        resource_version=meta.resource_version,
        created_at=created_at(meta),
        labels=interner.labels(meta.labels),
        phase=status.phase,
        storage_class=spec.storage_class_name or "",
        volume=spec.volume_name,
        access_modes=tuple(spec.access_modes or ()),
        requested_bytes=quantity(asked.storage) if asked else None,
        capacity_bytes=quantity(status.capacity.storage) if status.capacity else None,
    )
