"""Deployments: a ReplicaSet for each version of the template, rolled from the old to the new.

Follows the real controller's order of work: find or make the ReplicaSet of the current template, adopt a changed
number of replicas, move the update one step, drop old history, tell in the status how far it is.
"""

from __future__ import annotations

from typing import Any

from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key, itself
from simulator.world.controllers.deployment_status import status_of, timed_out_in_seconds
from simulator.world.controllers.rollout import (
    Bounds,
    Count,
    Share,
    bounds_of,
    next_size_of_new,
    next_sizes_of_old,
    proportional_sizes,
)
from simulator.world.objects import (
    annotations_of,
    controller_of,
    is_terminating,
    key_of,
    owner_reference,
    template_hash,
    with_annotations,
    with_spec,
)

RESOURCE = "deployments.apps"
_SETS = "replicasets.apps"
_SOURCE = "deployment-controller"
_REVISION = "deployment.kubernetes.io/revision"
_HISTORY = "deployment.kubernetes.io/revision-history"
_DESIRED = "deployment.kubernetes.io/desired-replicas"
_MOST = "deployment.kubernetes.io/max-replicas"
_HASH = "pod-template-hash"
_DEFAULT_HISTORY = 10


class Deployments:
    """The Deployment controller."""

    name = "deployment"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._store = cluster.store

    def interests(self) -> dict[str, Mapper]:
        """Deployments, the ReplicaSets they own, and pods that are gone, for which a Recreate waits."""
        return {RESOURCE: itself, _SETS: controller_key(RESOURCE, "Deployment"), "pods": self._of_gone_pod}

    def _of_gone_pod(self, event: Event) -> list[Key]:
        owner = controller_of(event.object) if event.type == "DELETED" else None
        if owner is None or owner["kind"] != "ReplicaSet":
            return []
        replica_set = self._store.find(_SETS, event.key.namespace, owner["name"])
        above = controller_of(replica_set) if replica_set is not None else None
        return [Key(RESOURCE, event.key.namespace, above["name"])] if above else []

    def reconcile(self, key: Key) -> None:
        """Move a Deployment one step on."""
        deployment = self._store.find(RESOURCE, key.namespace, key.name)
        if deployment is None or is_terminating(deployment):
            return
        owned = self._owned(deployment)
        new = next((found for found in owned if _same_template(found, deployment)), None)
        old = [found for found in owned if found is not new]
        created = False
        if deployment["spec"].get("paused") or self._scaled(deployment, owned):
            self._follow_scale(deployment, new, old)
        else:
            new, created = self._ensure_new(deployment, new, old)
            deployment = self._store.get(RESOURCE, key.namespace, key.name)
            self._step(deployment, new, old)
            self._forget_old(deployment, new)
        self._write_status(deployment, created)

    def _owned(self, deployment: Object) -> list[Object]:
        uid = deployment["metadata"]["uid"]
        found = [
            replica_set
            for replica_set in self._store.list(_SETS, deployment["metadata"]["namespace"])
            if (controller_of(replica_set) or {}).get("uid") == uid
        ]
        return sorted(found, key=lambda found: (found["metadata"]["creationTimestamp"], _revision(found)))

    def _scaled(self, deployment: Object, owned: list[Object]) -> bool:
        """Whether the wanted number changed since the ReplicaSets were last sized."""
        wanted = deployment["spec"].get("replicas", 1)
        return any(
            found["spec"].get("replicas", 1) and int(annotations_of(found).get(_DESIRED, wanted)) != wanted
            for found in owned
        )

    def _ensure_new(self, deployment: Object, new: Object | None, old: list[Object]) -> tuple[Object, bool]:
        revision = str(max((_revision(found) for found in old), default=0) + 1)
        if new is not None:
            current = annotations_of(new).get(_REVISION, "0")
            if int(current) < int(revision):
                history = ",".join(part for part in (annotations_of(new).get(_HISTORY), current) if part)
                new = self._annotate(_SETS, new, {_REVISION: revision, _HISTORY: history})
            self._annotate(RESOURCE, deployment, {_REVISION: annotations_of(new)[_REVISION]})
            return new, False
        new = self._create(deployment, old, revision)
        self._annotate(RESOURCE, deployment, {_REVISION: revision})
        return new, True

    def _annotate(self, resource: str, obj: Object, changes: dict[str, str | None]) -> Object:
        return self._store.update(resource, with_annotations(obj, **changes))

    def _create(self, deployment: Object, old: list[Object], revision: str) -> Object:
        metadata, spec = deployment["metadata"], deployment["spec"]
        template, prefix = spec["template"], f"{metadata['name']}-"
        salt = 0
        digest = self._cluster.names.find_wish(prefix) or template_hash(template)
        while self._store.find(_SETS, metadata["namespace"], prefix + digest) is not None:
            salt += 1
            digest = template_hash(template, salt)
        labels = {**((template.get("metadata") or {}).get("labels") or {}), _HASH: digest}
        selector = spec.get("selector") or {}
        wanted, bounds = spec.get("replicas", 1), bounds_of(deployment)
        size = next_size_of_new(wanted, Count("", 0, 0), [_count(found) for found in old], bounds)
        if (spec.get("strategy") or {}).get("type") == "Recreate":
            size = 0 if any(_count(found).wanted for found in old) else wanted
        kept = {
            name: value
            for name, value in annotations_of(deployment).items()
            if name not in ("kubectl.kubernetes.io/last-applied-configuration", _REVISION)
        }
        replica_set = {
            "metadata": {
                "name": prefix + digest,
                "namespace": metadata["namespace"],
                "labels": labels,
                "annotations": {**kept, _REVISION: revision, **_sizes(wanted, bounds)},
                "ownerReferences": [owner_reference(deployment)],
            },
            "spec": {
                "replicas": size,
                "selector": {**selector, "matchLabels": {**(selector.get("matchLabels") or {}), _HASH: digest}},
                "template": {**template, "metadata": {**(template.get("metadata") or {}), "labels": labels}},
                **({"minReadySeconds": spec["minReadySeconds"]} if spec.get("minReadySeconds") else {}),
            },
            "status": {"replicas": 0},
        }
        created = self._store.create(_SETS, replica_set)
        if size:
            self._tell_scaled(deployment, created, 0, size)
        return created

    def _step(self, deployment: Object, new: Object, old: list[Object]) -> None:
        wanted, bounds = deployment["spec"].get("replicas", 1), bounds_of(deployment)
        counts = [_count(found) for found in old]
        if (deployment["spec"].get("strategy") or {}).get("type") == "Recreate":
            for found in old:
                self._resize(deployment, found, 0, bounds)
            gone = not any(self._cluster.pods.owned_by(found["metadata"]["uid"]) for found in old)
            self._resize(deployment, new, wanted if gone else new["spec"]["replicas"], bounds)
            return
        size = next_size_of_new(wanted, _count(new), counts, bounds)
        new = self._resize(deployment, new, size, bounds)
        sizes = next_sizes_of_old(wanted, _count(new), counts, bounds)
        for found in old:
            self._resize(deployment, found, sizes.get(found["metadata"]["name"], _count(found).wanted), bounds)

    def _follow_scale(self, deployment: Object, new: Object | None, old: list[Object]) -> None:
        wanted, bounds = deployment["spec"].get("replicas", 1), bounds_of(deployment)
        everyone = [*old, *([new] if new else [])]
        active = [found for found in everyone if found["spec"].get("replicas", 1)]
        if len(active) <= 1:
            target = active[0] if active else new
            sizes = {target["metadata"]["name"]: wanted} if target else {}
        else:
            total = wanted + bounds.surge if wanted else 0
            sizes = proportional_sizes(total, [_share(deployment, found) for found in active])
        for found in everyone:
            name = found["metadata"]["name"]
            self._resize(deployment, found, sizes.get(name, _count(found).wanted), bounds)

    def _resize(self, deployment: Object, replica_set: Object, size: int, bounds: Bounds) -> Object:
        before = replica_set["spec"].get("replicas", 1)
        wanted = deployment["spec"].get("replicas", 1)
        changed = with_annotations(with_spec(replica_set, replicas=size), **_sizes(wanted, bounds))
        if before == size and not size:
            return replica_set
        written = self._store.update(_SETS, changed)
        if before != size:
            self._tell_scaled(deployment, written, before, size)
        return written

    def _tell_scaled(self, deployment: Object, replica_set: Object, before: int, size: int) -> None:
        direction = "up" if size > before else "down"
        message = f"Scaled {direction} replica set {replica_set['metadata']['name']} from {before} to {size}"
        self._cluster.recorder.normal(deployment, "ScalingReplicaSet", message, source=_SOURCE)

    def _forget_old(self, deployment: Object, new: Object) -> None:
        limit = deployment["spec"].get("revisionHistoryLimit", _DEFAULT_HISTORY)
        idle = [
            found
            for found in self._owned(deployment)
            if found["metadata"]["uid"] != new["metadata"]["uid"]
            and not found["spec"].get("replicas", 1)
            and not (found.get("status") or {}).get("replicas")
        ]
        for found in sorted(idle, key=_revision)[: max(0, len(idle) - limit)]:
            self._store.delete(_SETS, found["metadata"]["namespace"], found["metadata"]["name"])

    def _write_status(self, deployment: Object, created: bool) -> None:
        key = key_of(RESOURCE, deployment)
        deployment = self._store.get(RESOURCE, key.namespace, key.name)
        owned = self._owned(deployment)
        new = next((found for found in owned if _same_template(found, deployment)), None)
        status = status_of(deployment, new, owned, created=created, now=self._cluster.now())
        written = self._cluster.write_status(RESOURCE, {**deployment, "status": status})
        left = timed_out_in_seconds(written, self._cluster.now())
        if left is not None:
            self._cluster.look_at(self.name, key, max(left, 0.5))


def _sizes(wanted: int, bounds: Bounds) -> dict[str, str | None]:
    return {_DESIRED: str(wanted), _MOST: str(wanted + bounds.surge)}


def _count(replica_set: Object) -> Count:
    status = replica_set.get("status") or {}
    wanted = replica_set["spec"].get("replicas", 1)
    return Count(replica_set["metadata"]["name"], wanted, status.get("availableReplicas", 0))


def _share(deployment: Object, replica_set: Object) -> Share:
    """A ReplicaSet that was never sized knows of no earlier limit: what the Deployment has now stands for it."""
    before = annotations_of(replica_set).get(_MOST) or (deployment.get("status") or {}).get("replicas") or 1
    return Share(replica_set["metadata"]["name"], replica_set["spec"].get("replicas", 1), int(before))


def _revision(replica_set: Object) -> int:
    return int(annotations_of(replica_set).get(_REVISION, "0"))


def _same_template(replica_set: Object, deployment: Object) -> bool:
    """Whether both have the same template, the hash label aside."""
    ours, theirs = replica_set["spec"]["template"], deployment["spec"]["template"]
    if ours.get("spec") != theirs.get("spec"):
        return False
    return _bare(ours.get("metadata")) == _bare(theirs.get("metadata"))


def _bare(metadata: dict[str, Any] | None) -> dict[str, Any]:
    bare = {name: value for name, value in (metadata or {}).items() if value and name != "creationTimestamp"}
    labels = {name: value for name, value in bare.get("labels", {}).items() if name != _HASH}
    return {**bare, "labels": labels}
