"""Live objects as the API server sends them, for pure tests of runbooks and rules."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.live import LiveObject, LiveWorkload
from hexaops.runbooks.model import ArchivedObject, Draft, OwnRecord, Subject
from hexaops.runbooks.parameters import parse


def workload(
    *,
    kind: str = "Deployment",
    replicas: int = 3,
    ready: int | None = None,
    outdated: int = 0,
    pods: int | None = None,
    strategy: dict[str, Any] | None = None,
    annotations: dict[str, str] | None = None,
    restarted_at: str | None = None,
    spec: dict[str, Any] | None = None,
    owner: dict[str, Any] | None = None,
) -> LiveWorkload:
    """A workload named web in the namespace shop; `outdated` of its `pods` are of an older template."""
    have = replicas if ready is None else ready
    everyone = replicas if pods is None else pods
    template: dict[str, Any] = {"metadata": {"labels": {"app": "web"}}}
    if restarted_at:
        template["metadata"]["annotations"] = {"kubectl.kubernetes.io/restartedAt": restarted_at}
    document: dict[str, Any] = {
        "metadata": {
            "name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7", "generation": 2,
            "annotations": annotations or {}, "ownerReferences": [owner] if owner else [],
        },
        "spec": {"replicas": replicas, "template": template, **(spec or {})},
        "status": {"replicas": everyone, "updatedReplicas": everyone - outdated, "readyReplicas": have,
                   "availableReplicas": have, "numberReady": have, "desiredNumberScheduled": replicas},
    }  # fmt: skip
    if strategy:
        document["spec"]["strategy" if kind == "Deployment" else "updateStrategy"] = strategy
    return LiveWorkload(document, kind)


NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


@dataclass
class StillWorld:
    """What a runbook sees: these objects, and an empty cache unless one is given."""

    objects: tuple[LiveObject, ...] = ()
    recorded: int | None = None
    cache: WatchCache = field(default_factory=WatchCache)
    at: datetime = NOW
    records: tuple[OwnRecord, ...] = ()

    async def find(self, kind: str, namespace: str, name: str) -> LiveObject | None:
        """The object, if it is one of these."""
        where = (kind, namespace, name)
        return next((one for one in self.objects if (one.kind, one.target.namespace, one.target.name) == where), None)

    async def list(self, kind: str, namespace: str, *, metadata_only: bool = False) -> list[Any]:
        """Every object of the kind among these."""
        return [one.document for one in self.objects if (one.kind, one.target.namespace) == (kind, namespace)]

    async def recorded_replicas(self, uid: str) -> int | None:  # one workload a test
        """What the last stop recorded."""
        return self.recorded

    async def probe_image(self) -> str | None:
        """None is allowed."""
        return None

    async def owns(self, namespace: str) -> bool:
        """All of them."""
        return bool(namespace)

    async def may(self, verb: str, kind: str, namespace: str) -> bool:
        """Everything."""
        return bool(verb and kind and namespace)

    async def archived(self, backup_id: str) -> Sequence[ArchivedObject]:
        """A draft of restoring has tests of its own, with a living cluster."""
        raise NotImplementedError(backup_id)

    async def record(self, kind: str, record_id: str) -> OwnRecord | None:
        """The row, if it is one of these."""
        return next((one for one in self.records if (one.kind, one.id) == (kind, record_id)), None)


async def drafted(
    action: str, live: LiveWorkload, *others: LiveObject, recorded: int | None = None, cache: WatchCache | None = None,
    **parameters: Any,
) -> Draft:  # fmt: skip
    """The runbook's draft for this workload."""
    book, target = RUNBOOKS[action], live.target
    subject = Subject(id="app-1", kind=live.kind, namespace=target.namespace, name=target.name)
    world = StillWorld((live, *others), recorded, cache or WatchCache())
    draft: Draft = await book.draft(subject, parse(book.parameters, parameters), world)
    return draft
