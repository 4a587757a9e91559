"""Whole objects of a workspace, listed from its cluster as they are now, with the kinds that could not be read.

A kind that the watch cache knows to be empty, or not to be readable, is not asked for. What the service has no right to
list is named with the reason; only pods are indispensable.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence, Set
from typing import Any, TypedDict

import msgspec
from msgspec import Struct

from hexaops.analysis.diagnosis.objects import Raw, dig, text
from hexaops.backends.kubernetes.cluster import Cluster
from hexaops.backends.kubernetes.errors import (
    KubernetesError,
    KubernetesForbiddenError,
    KubernetesGoneError,
    KubernetesNotFoundError,
    KubernetesUnavailableError,
)
from hexaops.backends.kubernetes.kinds import Kind
from hexaops.errors import UpstreamUnavailableError
from hexaops.features.access.tenancy import SYSTEM_NAMESPACES, Workspace
from hexaops.features.diagnosis.kinds import BUILT_IN, ESSENTIAL, NEVER, OF_THE_CLUSTER
from hexaops.kit.garbage import collection_paused
from hexaops.kit.timeout import Timeout

AT_ONCE = 6
LIST_SECONDS = 20.0
PAGE: int | None = 500
NAMESPACES_ALONE = 20
"""Up to so many namespaces are listed one by one; of more, the whole cluster is listed and the rest left out."""
Decoder = msgspec.json.Decoder[Any]
NOT_SERVED = "this API server does not serve the kind"


class Fence(Struct, frozen=True):
    """What a workspace may see of its cluster."""

    workspace: Workspace

    @property
    def whole(self) -> bool:
        """Whether it has the cluster to itself, system namespaces included."""
        return self.workspace.namespaces is None or self.workspace.plan == "dedicated"

    def may_see(self, namespace: str) -> bool:
        """Whether objects of the namespace are its business."""
        return self.workspace.owns(namespace) or (self.whole and namespace in SYSTEM_NAMESPACES)

    def lets_in(self, raw: Raw) -> bool:
        """Whether an object may take part. Nodes all do, because room on them is counted: see `hidden_nodes`."""
        kind, namespace = text(raw, "kind"), text(raw, "metadata", "namespace")
        if kind == "Namespace":
            return self.may_see(text(raw, "metadata", "name"))
        if kind == "PersistentVolume":
            claimed = text(raw, "spec", "claimRef", "namespace")
            return self.may_see(claimed) if claimed else self.whole
        if kind == "Event" and dig(raw, "involvedObject", "kind") == "Node":
            return self.whole or self.may_see(namespace)
        return not namespace or self.may_see(namespace)


class Listed(Struct, frozen=True):
    """The objects, and why some kinds are not among them."""

    objects: Sequence[Raw]
    missing: Mapping[str, str]
    refused: Mapping[str, str]
    """Those of `missing` that would have been listed, had the cluster let us."""


def joined(one: Listed, other: Listed) -> Listed:
    """Both."""
    return Listed([*one.objects, *other.objects], {**one.missing, **other.missing}, {**one.refused, **other.refused})


async def list_objects(cluster: Cluster, fence: Fence, extensions: Sequence[Kind], limit: Timeout) -> Listed:
    """Everything that the rules look at; raises UpstreamUnavailableError where pods cannot be read."""
    return joined(never_listed(fence), await list_kinds(cluster, fence, kinds_for(fence, extensions), limit))


def kinds_for(fence: Fence, extensions: Sequence[Kind]) -> Sequence[Kind]:
    """What is read for a workspace."""
    return [*BUILT_IN, *(OF_THE_CLUSTER if fence.whole else ()), *extensions]


def never_listed(fence: Fence) -> Listed:
    """No objects, and the kinds that are not read for a workspace."""
    missing = dict(NEVER)
    if not fence.whole:
        missing |= {kind.name: "read for workspaces with a cluster of their own only" for kind in OF_THE_CLUSTER}
    return Listed([], missing, {})


async def list_kinds(
    cluster: Cluster,
    fence: Fence,
    kinds: Sequence[Kind],
    limit: Timeout,
    *,
    page: int | None = PAGE,
    decoder: Decoder | None = None,
) -> Listed:
    """The objects of some kinds that a workspace may see, a page of so many at a time."""
    pages = Pages(cluster, fence, asyncio.Semaphore(AT_ONCE), limit, page, decoder)
    refused: dict[str, str] = {}
    found = await asyncio.gather(*(_one_kind(pages, kind, refused) for kind in kinds))
    asked = {kind: why for kind, why in refused.items() if why != NOT_SERVED}
    return Listed([one for objects in found for one in objects], refused, asked)


class Pages(Struct, frozen=True):
    """How the pages of some kinds are read."""

    cluster: Cluster
    fence: Fence
    places: asyncio.Semaphore
    limit: Timeout
    size: int | None
    decoder: Decoder | None


async def _one_kind(pages: Pages, kind: Kind, refused: dict[str, str]) -> list[Raw]:
    cluster, fence = pages.cluster, pages.fence
    status = cluster.cache.status(kind.name).get(kind.name)
    try:
        if status is not None and not status.available:
            raise KubernetesForbiddenError(status.error or "not available")
        if status is not None and status.synced and not status.error and status.count == 0:
            return []
        found: list[Raw] = []
        for namespace in _places_of(fence, kind):
            async with pages.places:
                found += await _collection(pages, kind, namespace)
        return found
    except KubernetesError as error:
        reason = NOT_SERVED if isinstance(error, KubernetesNotFoundError) else error.message
        if kind.name in ESSENTIAL:
            details = {"source": "kubernetes_api", "kinds": [kind.name]}
            raise UpstreamUnavailableError(f"{kind.name}s cannot be read: {reason}", details=details) from error
        refused[kind.name] = reason
        return []


def _places_of(fence: Fence, kind: Kind) -> Sequence[str | None]:
    named = fence.workspace.namespaces
    if not kind.namespaced or fence.whole or named is None or len(named) > NAMESPACES_ALONE:
        return [None]
    return sorted(name for name in named if fence.workspace.owns(name))


async def _collection(pages: Pages, kind: Kind, namespace: str | None) -> list[Raw]:
    """Page by page, so that what is left out is let go of at once."""
    found: list[Raw] = []
    token, size, reader = "", pages.size, pages.cluster.reader
    while True:
        try:
            body = await reader.list_page(kind, namespace, limit=size, continue_token=token, timeout=pages.limit)
        except KubernetesGoneError:  # a token became too old between two pages: everything at once
            found, token, size = [], "", None
            continue
        objects, token = decoded_page(body, kind, pages.decoder)
        found += (one for one in objects if pages.fence.lets_in(one))
        if not token:
            return found


def decoded_page(body: bytes, kind: Kind, decoder: Decoder | None = None) -> tuple[list[Raw], str]:
    """The objects of a page, and the token of the next."""
    page = _decoded(body, kind, decoder or (_PODS if kind.name == "Pod" else None))
    return [typed(raw, kind) for raw in page.get("items") or ()], page.get("metadata", {}).get("continue") or ""


class _Metadata(TypedDict, total=False):
    """What rules and recordings read of a pod's metadata: a third of a pod is `managedFields`, which none does."""

    name: Any
    namespace: Any
    uid: Any
    resourceVersion: Any
    labels: Any
    annotations: Any
    ownerReferences: Any
    creationTimestamp: Any
    deletionTimestamp: Any
    deletionGracePeriodSeconds: Any
    finalizers: Any
    generation: Any


class _PodItem(TypedDict, total=False):
    metadata: _Metadata
    spec: Any
    status: Any


class _PodPage(TypedDict, total=False):
    metadata: Any
    items: list[_PodItem] | None


_PODS = msgspec.json.Decoder(_PodPage)
"""Skipping what is not named here takes two thirds of the time, and of the memory."""


def _decoded(body: bytes, kind: Kind, decoder: Decoder | None) -> Any:
    try:
        with collection_paused():
            page = decoder.decode(body) if decoder is not None else msgspec.json.decode(body)
    except msgspec.DecodeError as error:
        message = f"list {kind.name}: the response is not valid for a Kubernetes API server"
        raise KubernetesUnavailableError(message) from error
    return page if isinstance(page, dict) else {}


def typed(one: dict[str, Any], kind: Kind) -> Raw:
    """As a single object is returned, with its kind; without `managedFields`, which no rule reads."""
    one["kind"], one["apiVersion"] = kind.name, kind.api_version
    one["metadata"].pop("managedFields", None)
    return one


async def served_groups(cluster: Cluster, limit: Timeout) -> Set[str] | None:
    """The API groups that the cluster serves; None where it does not say."""
    try:
        return frozenset(await cluster.reader.api_groups(timeout=limit))
    except KubernetesError:
        return None


def hidden_nodes(objects: Sequence[Raw], fence: Fence) -> Set[str]:
    """The nodes that a workspace is not told of: on a shared cluster all that run none of its pods."""
    if fence.whole:
        return frozenset()
    used = {text(one, "spec", "nodeName") for one in objects if text(one, "kind") == "Pod"}
    return {text(one, "metadata", "name") for one in objects if text(one, "kind") == "Node"} - used
