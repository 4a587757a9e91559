"""ControllerRevisions: the templates that a StatefulSet or DaemonSet has had, for updates and `rollout undo`."""

from __future__ import annotations

from typing import Any

from simulator.store import Object
from simulator.world.cluster import Cluster
from simulator.world.objects import controller_of, owner_reference, template_hash

_RESOURCE = "controllerrevisions.apps"
REVISION_LABEL = "controller-revision-hash"
_DEFAULT_HISTORY = 10
_HASH_LABELS = {"StatefulSet": "controller.kubernetes.io/hash", "DaemonSet": REVISION_LABEL}


def current_revision(cluster: Cluster, owner: Object) -> Object:
    """The ControllerRevision of the owner's present template, made if there is none yet."""
    data = {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}
    known = list_revisions(cluster, owner)
    latest = known[-1]["revision"] if known else 0
    for found in known:
        if found["data"] == data:
            if found["revision"] == latest:
                return found
            return cluster.store.update(_RESOURCE, {**found, "revision": latest + 1})
    metadata = owner["metadata"]
    digest = template_hash(data)
    template_labels = (owner["spec"]["template"].get("metadata") or {}).get("labels") or {}
    return cluster.store.create(
        _RESOURCE,
        {
            "metadata": {
                "name": f"{metadata['name']}-{digest}",
                "namespace": metadata["namespace"],
                "labels": {**template_labels, _HASH_LABELS[owner["kind"]]: digest},
                "ownerReferences": [owner_reference(owner)],
            },
            "data": data,
            "revision": latest + 1,
        },
    )


def list_revisions(cluster: Cluster, owner: Object) -> list[Object]:
    """The owner's revisions, oldest first."""
    uid = owner["metadata"]["uid"]
    found = [
        revision
        for revision in cluster.store.list(_RESOURCE, owner["metadata"]["namespace"])
        if (controller_of(revision) or {}).get("uid") == uid
    ]
    return sorted(found, key=lambda revision: int(revision["revision"]))


def template_of(cluster: Cluster, owner: Object, name: str) -> dict[str, Any]:
    """The pod template of a revision; the owner's own when the revision is unknown."""
    revision = cluster.store.find(_RESOURCE, owner["metadata"]["namespace"], name)
    template = dict(revision["data"]["spec"]["template"] if revision else owner["spec"]["template"])
    template.pop("$patch", None)
    return template


def forget_old(cluster: Cluster, owner: Object, used: set[str]) -> None:
    """Delete the oldest revisions beyond the history limit, those in use aside."""
    limit = owner["spec"].get("revisionHistoryLimit", _DEFAULT_HISTORY)
    idle = [found for found in list_revisions(cluster, owner) if found["metadata"]["name"] not in used]
    for found in idle[: max(0, len(idle) - limit)]:
        cluster.store.delete(_RESOURCE, found["metadata"]["namespace"], found["metadata"]["name"])
