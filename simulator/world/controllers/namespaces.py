"""Namespaces: default objects of a new one, and deleting the contents of a terminating one."""

from __future__ import annotations

from simulator.resources import EXTENSIONS, RESOURCES
from simulator.store import Event, Key, Object
from simulator.world.cluster import Cluster, Mapper, itself
from simulator.world.objects import is_terminating, with_metadata, with_status
from simulator.world.pods import remove_pod

_ACCOUNTS = "serviceaccounts"
_LOOK_AGAIN_SECONDS = 1.0
_CERTIFICATE = "kube-root-ca.crt"
_FINALIZER = "kubernetes"
_ALL = (*RESOURCES, *EXTENSIONS)


class Namespaces:
    """The namespace and service account controllers."""

    name = "namespace"

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def interests(self) -> dict[str, Mapper]:
        """Namespaces, and the default accounts that may get lost."""
        return {"namespaces": itself, _ACCOUNTS: _of_account}

    def reconcile(self, key: Key) -> None:
        """Furnish a living namespace; empty and release one that is to go."""
        namespace = self._cluster.store.find("namespaces", "", key.name)
        if namespace is None:
            return
        if not is_terminating(namespace):
            self._furnish(key.name)
            return
        if (namespace.get("status") or {}).get("phase") != "Terminating":
            namespace = self._cluster.write_status("namespaces", with_status(namespace, phase="Terminating"))
        if self._empty(key.name):
            self._release(namespace)
        else:
            self._cluster.look_at(self.name, key, _LOOK_AGAIN_SECONDS)

    def _furnish(self, name: str) -> None:
        store = self._cluster.store
        if store.find(_ACCOUNTS, name, "default") is None:
            store.create(_ACCOUNTS, {"metadata": {"name": "default", "namespace": name}})
        if store.find("configmaps", name, _CERTIFICATE) is None:
            note = "Contains a CA bundle that can be used to verify the kube-apiserver."
            metadata = {"name": _CERTIFICATE, "namespace": name, "annotations": {"kubernetes.io/description": note}}
            store.create("configmaps", {"metadata": metadata, "data": {"ca.crt": ""}})

    def _empty(self, name: str) -> bool:
        """Ask everything in the namespace to go; whether nothing is left."""
        store = self._cluster.store
        left = False
        for resource in dict.fromkeys(kind.key for kind in _ALL if kind.namespaced):
            for obj in list(store.list(resource, name)):
                left = True
                if is_terminating(obj):
                    continue
                if resource == "pods":
                    remove_pod(self._cluster, obj)
                else:
                    store.delete(resource, name, obj["metadata"]["name"])
        return not left or not any(
            store.list(kind.key, name) for kind in _ALL if kind.namespaced and kind.key != "events"
        )

    def _release(self, namespace: Object) -> None:
        store = self._cluster.store
        finalizers = [name for name in namespace["metadata"].get("finalizers") or () if name != _FINALIZER]
        freed = {**namespace, "spec": {**(namespace.get("spec") or {}), "finalizers": []}}
        freed = store.update("namespaces", with_metadata(freed, finalizers=finalizers or None))
        if store.find("namespaces", "", freed["metadata"]["name"]) is not None:
            store.delete("namespaces", "", freed["metadata"]["name"])


def _of_account(event: Event) -> list[Key]:
    return [Key("namespaces", "", event.key.namespace)] if event.type == "DELETED" else []
