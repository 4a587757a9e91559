"""One decoder a kind: a page of a list → rows; a line of a watch → a row, a bookmark or an error.

One object that does not have the API's shape is left out and counted, so that it cannot hide all the others.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import Struct

from hexaops.backends.kubernetes.decoding.batch import (
    CronJobWire,
    EventWire,
    JobWire,
    cron_job_row,
    event_row,
    job_row,
)
from hexaops.backends.kubernetes.decoding.infrastructure import (
    NamespaceWire,
    NodeWire,
    PvcWire,
    namespace_row,
    node_row,
    pvc_row,
)
from hexaops.backends.kubernetes.decoding.interning import Interner
from hexaops.backends.kubernetes.decoding.network import (
    EndpointSliceWire,
    IngressWire,
    ServiceWire,
    endpoint_slice_row,
    ingress_row,
    service_row,
)
from hexaops.backends.kubernetes.decoding.pods import PodWire, pod_row
from hexaops.backends.kubernetes.decoding.policies import (
    HpaWire,
    PdbWire,
    QuotaWire,
    hpa_row,
    pdb_row,
    quota_row,
)
from hexaops.backends.kubernetes.decoding.wire import ItemWire, Wire
from hexaops.backends.kubernetes.decoding.workloads import WorkloadWire, workload_row
from hexaops.backends.kubernetes.errors import KubernetesUnavailableError, Status, Target
from hexaops.backends.kubernetes.rows import ObjectRow

logger = logging.getLogger(__name__)

W = TypeVar("W")
Find = Callable[[str, str], ObjectRow | None]


class _ListMeta(Wire):
    resource_version: str = ""
    continue_: str = msgspec.field(name="continue", default="")


class _PageWire(Wire, Generic[W]):
    metadata: _ListMeta
    items: list[W] | None = None


class _EventWire(Wire, Generic[W]):
    type: str
    object: W


class Page(Struct, frozen=True):
    """One page of a list."""

    rows: list[Any]
    continue_token: str
    resource_version: str


class WatchEvent(msgspec.Struct, frozen=True, gc=False):
    """One line of a watch: a row, or (neither a row nor a status) a bookmark."""

    type: str
    resource_version: str
    row: Any = None
    status: Status | None = None


@dataclass
class RowDecoder:
    """Decodes one kind; remembers shared values over its whole life."""

    kind: str
    wire: Any
    to_row: Callable[[Any, Interner], ObjectRow]
    interner: Interner = field(default_factory=Interner)
    skipped: int = 0
    """Objects that were left out because they do not have the API's shape."""

    def __post_init__(self) -> None:
        page: Any = _PageWire
        event: Any = _EventWire
        self._page = msgspec.json.Decoder(page[self.wire])
        self._raw_page = msgspec.json.Decoder(_PageWire[msgspec.Raw])
        self._item = msgspec.json.Decoder(self.wire)
        self._event = msgspec.json.Decoder(event[self.wire])
        self._raw_event = msgspec.json.Decoder(_EventWire[msgspec.Raw])

    def page(self, body: bytes, *, held: Find | None = None) -> Page:
        """Rows of a page; a row that is held in the same version is taken again, which saves memory."""
        try:
            page = self._page.decode(body)
            items = page.items or []
        except msgspec.ValidationError:
            page, items = self._one_by_one(body)
        except msgspec.DecodeError as error:
            raise self._garbage("list") from error
        rows = []
        for item in items:
            meta = item.metadata
            known = held(meta.namespace, meta.name) if held else None
            same = known and known.resource_version == meta.resource_version and known.uid == meta.uid
            rows.append(known if same else self.to_row(item, self.interner))
        return Page(rows, page.metadata.continue_, page.metadata.resource_version)

    def event(self, line: bytes) -> WatchEvent:
        """What one line of a watch says."""
        try:
            event = self._event.decode(line)
        except msgspec.ValidationError:
            return self._unusual(line)
        except msgspec.DecodeError as error:
            raise self._garbage("watch") from error
        item = event.object
        if event.type == "ERROR":
            return self._unusual(line)
        version = item.metadata.resource_version
        if event.type == "BOOKMARK":
            return WatchEvent(event.type, version)
        return WatchEvent(event.type, version, self.to_row(item, self.interner))

    def _unusual(self, line: bytes) -> WatchEvent:
        try:
            event = self._raw_event.decode(line)
            if event.type == "ERROR":
                return WatchEvent("ERROR", "", status=msgspec.json.decode(event.object, type=Status))
            meta = msgspec.json.decode(event.object, type=ItemWire).metadata
        except msgspec.DecodeError as error:
            raise self._garbage("watch") from error
        self._skip(meta.namespace, meta.name)
        return WatchEvent(event.type, meta.resource_version)

    def _one_by_one(self, body: bytes) -> tuple[_PageWire[msgspec.Raw], list[Any]]:
        try:
            page = self._raw_page.decode(body)
        except msgspec.DecodeError as error:
            raise self._garbage("list") from error
        items = []
        for raw in page.items or []:
            try:
                items.append(self._item.decode(raw))
            except msgspec.ValidationError:
                self._skip("", "")
        return page, items

    def _skip(self, namespace: str, name: str) -> None:
        self.skipped += 1
        extra = {"kind": self.kind, "namespace": namespace, "object": name}
        logger.warning("left out an object that has not the shape of the API", extra=extra)

    def _garbage(self, verb: str) -> KubernetesUnavailableError:
        target = Target(verb, self.kind)
        message = f"{target}: the response is not valid for a Kubernetes API server"
        return KubernetesUnavailableError(message, target=target)


_SHAPES: dict[str, tuple[Any, Callable[[Any, Interner], ObjectRow]]] = {
    "Pod": (PodWire, pod_row),
    "Service": (ServiceWire, service_row),
    "EndpointSlice": (EndpointSliceWire, endpoint_slice_row),
    "Ingress": (IngressWire, ingress_row),
    "HorizontalPodAutoscaler": (HpaWire, hpa_row),
    "PodDisruptionBudget": (PdbWire, pdb_row),
    "PersistentVolumeClaim": (PvcWire, pvc_row),
    "Node": (NodeWire, node_row),
    "Namespace": (NamespaceWire, namespace_row),
    "ResourceQuota": (QuotaWire, quota_row),
    "Job": (JobWire, job_row),
    "CronJob": (CronJobWire, cron_job_row),
    "Event": (EventWire, event_row),
    **{
        kind: (WorkloadWire, partial(workload_row, kind))
        for kind in ("Deployment", "StatefulSet", "DaemonSet", "ReplicaSet")
    },
}


def decoder_for(kind: str) -> RowDecoder:
    """A new decoder of a watched kind."""
    wire, to_row = _SHAPES[kind]
    return RowDecoder(kind, wire, to_row)
