"""StatefulSets: pods with stable names and claims, made, updated and removed one after the other.

`podManagementPolicy: Parallel` does not wait for its neighbours when it creates or removes; updates go from the
last pod to the first, one at a time, down to the partition.
"""

from __future__ import annotations

from typing import Any

from simulator.store import Key, Object
from simulator.world.cluster import Cluster, Mapper, controller_key, itself
from simulator.world.controllers.revisions import REVISION_LABEL, current_revision, forget_old, template_of
from simulator.world.objects import (
    available_in_seconds,
    is_finished,
    is_ready,
    is_terminating,
    labels_of,
    owner_reference,
    with_status,
)
from simulator.world.pods import PodRefused, Words, create_pod, delete_pod

RESOURCE = "statefulsets.apps"
_CLAIMS = "persistentvolumeclaims"
_SOURCE = "statefulset-controller"
_RETRY_SECONDS = 15.0


class StatefulSets:
    """The StatefulSet controller."""

    name = "statefulset"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """StatefulSets, and the pods they own."""
        return {RESOURCE: itself, "pods": controller_key(RESOURCE, "StatefulSet")}

    def reconcile(self, key: Key) -> None:
        """Move one step on, then count."""
        owner = self._cluster.store.find(RESOURCE, key.namespace, key.name)
        if owner is None or is_terminating(owner):
            return
        update = current_revision(self._cluster, owner)["metadata"]["name"]
        current = (owner.get("status") or {}).get("currentRevision") or update
        try:
            self._step(owner, current, update)
        except PodRefused:
            self._cluster.look_at(self.name, key, _RETRY_SECONDS)
        self._write_status(self._cluster.store.get(RESOURCE, key.namespace, key.name), current, update)
        forget_old(self._cluster, owner, {current, update})

    def _step(self, owner: Object, current: str, update: str) -> None:
        wanted = owner["spec"].get("replicas", 1)
        parallel = owner["spec"].get("podManagementPolicy") == "Parallel"
        pods = self._pods(owner)
        for ordinal in range(wanted):
            pod = pods.get(ordinal)
            if pod is not None and is_finished(pod) and not is_terminating(pod):
                self._delete(owner, pod)
                pod = self._pods(owner).get(ordinal)
            if pod is None:
                self._create(owner, ordinal, current, update)
            if not parallel and (pod is None or is_terminating(pod) or not self._available(owner, pod)):
                return
        for ordinal in sorted((ordinal for ordinal in pods if ordinal >= wanted), reverse=True):
            if not is_terminating(pods[ordinal]):
                self._delete(owner, pods[ordinal])
            if not parallel:
                return
        self._update_one(owner, pods, update)

    def _update_one(self, owner: Object, pods: dict[int, Object], update: str) -> None:
        strategy = owner["spec"].get("updateStrategy") or {}
        if strategy.get("type", "RollingUpdate") != "RollingUpdate":
            return
        partition = (strategy.get("rollingUpdate") or {}).get("partition", 0)
        for ordinal in sorted((number for number in pods if number >= partition), reverse=True):
            pod = pods[ordinal]
            if labels_of(pod).get(REVISION_LABEL) != update:
                if not is_terminating(pod):
                    self._delete(owner, pod)
                return
            if is_terminating(pod) or not self._available(owner, pod):
                return

    def _available(self, owner: Object, pod: Object) -> bool:
        wait = available_in_seconds(pod, owner["spec"].get("minReadySeconds", 0), self._cluster.now())
        if wait:
            name = owner["metadata"]["name"]
            self._cluster.look_at(self.name, Key(RESOURCE, owner["metadata"]["namespace"], name), wait)
        return wait == 0.0

    def _pods(self, owner: Object) -> dict[int, Object]:
        prefix = f"{owner['metadata']['name']}-"
        found = {}
        for pod in self._cluster.pods.owned_by(owner["metadata"]["uid"]):
            ordinal = pod["metadata"]["name"].removeprefix(prefix)
            if ordinal.isdigit():
                found[int(ordinal)] = pod
        return found

    def _create(self, owner: Object, ordinal: int, current: str, update: str) -> None:
        metadata, spec = owner["metadata"], owner["spec"]
        partition = ((spec.get("updateStrategy") or {}).get("rollingUpdate") or {}).get("partition", 0)
        revision = current if ordinal < partition else update
        name = f"{metadata['name']}-{ordinal}"
        template = template_of(self._cluster, owner, revision)
        labels = {
            REVISION_LABEL: revision,
            "statefulset.kubernetes.io/pod-name": name,
            "apps.kubernetes.io/pod-index": str(ordinal),
        }
        extra: dict[str, Any] = {"hostname": name, "subdomain": spec.get("serviceName", "")}
        claims = [self._ensure_claim(owner, claim, name) for claim in spec.get("volumeClaimTemplates") or ()]
        if claims:
            named = {volume["name"] for volume in claims}
            others = [volume for volume in template["spec"].get("volumes") or () if volume["name"] not in named]
            extra["volumes"] = [*claims, *others]
        told = f"Create Pod {name} in StatefulSet {metadata['name']}"
        words = Words(f"{told} successful", f"{told} failed error: {{}}")
        create_pod(self._cluster, owner, template, name=name, labels=labels, spec=extra, source=_SOURCE, words=words)

    def _delete(self, owner: Object, pod: Object) -> None:
        message = f"Delete Pod {pod['metadata']['name']} in StatefulSet {owner['metadata']['name']} successful"
        delete_pod(self._cluster, owner, pod, source=_SOURCE, message=message)

    def _ensure_claim(self, owner: Object, template: Object, pod: str) -> dict[str, Any]:
        namespace, volume = owner["metadata"]["namespace"], template["metadata"]["name"]
        claim = f"{volume}-{pod}"
        if self._cluster.store.find(_CLAIMS, namespace, claim) is None:
            labels = (owner["spec"].get("selector") or {}).get("matchLabels") or {}
            metadata = {**template["metadata"], "name": claim, "namespace": namespace, "labels": labels}
            policy = owner["spec"].get("persistentVolumeClaimRetentionPolicy") or {}
            if policy.get("whenDeleted") == "Delete":
                metadata["ownerReferences"] = [owner_reference(owner)]
            spec = {"volumeMode": "Filesystem", **template["spec"]}
            self._cluster.store.create(_CLAIMS, {"metadata": metadata, "spec": spec, "status": {"phase": "Pending"}})
            message = f"Create Claim {claim} Pod {pod} in StatefulSet {owner['metadata']['name']} success"
            self._cluster.recorder.normal(owner, "SuccessfulCreate", message, source=_SOURCE)
        return {"name": volume, "persistentVolumeClaim": {"claimName": claim}}

    def _write_status(self, owner: Object, current: str, update: str) -> None:
        pods = [pod for pod in self._pods(owner).values() if not is_terminating(pod)]
        updated = sum(labels_of(pod).get(REVISION_LABEL) == update for pod in pods)
        ready = sum(is_ready(pod) for pod in pods)
        if updated == len(pods) == ready == owner["spec"].get("replicas", 1):
            current = update
        counts: dict[str, Any] = {
            "observedGeneration": owner["metadata"].get("generation", 1),
            "replicas": len(pods),
            "readyReplicas": ready or None,
            "availableReplicas": sum(self._available(owner, pod) for pod in pods),
            "currentReplicas": sum(labels_of(pod).get(REVISION_LABEL) == current for pod in pods) or None,
            "updatedReplicas": updated or None,
            "currentRevision": current,
            "updateRevision": update,
            "collisionCount": 0,
        }
        self._cluster.write_status(RESOURCE, with_status(owner, **counts))
