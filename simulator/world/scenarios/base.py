"""What every small cluster has: namespaces, four workers, a storage class, the API's own Service."""

from __future__ import annotations

from simulator.clock import format_time
from simulator.store import Object, Store
from simulator.world.controllers.snapshots import CLASSES
from simulator.world.scenarios.manifests import healthy_conditions, namespace, node, snapshot_class, storage_class

SYSTEM_NAMESPACES = ("default", "kube-system", "kube-public", "kube-node-lease")
_ZONES = ("us-west-2a", "us-west-2b", "us-west-2c", "us-west-2a")


def make_cluster(store: Store) -> None:
    """Fill an empty store with a cluster that has no workloads yet."""
    for name in SYSTEM_NAMESPACES:
        store.create("namespaces", namespace(name))
    store.create("storageclasses.storage.k8s.io", storage_class())
    stamp = format_time(store.clock.now())
    for number, zone in enumerate(_ZONES, start=1):
        made = node(f"worker-node-{number}", number, zone=zone)
        made["status"]["conditions"] = healthy_conditions(stamp)
        store.create("nodes", made)
    store.create("services", _api_service())
    store.create(CLASSES, snapshot_class())


def _api_service() -> Object:
    port = {"name": "https", "port": 443, "targetPort": 6443, "protocol": "TCP"}
    spec = {"type": "ClusterIP", "clusterIP": "10.96.0.1", "clusterIPs": ["10.96.0.1"], "ports": [port]}
    return {"metadata": {"name": "kubernetes", "namespace": "default"}, "spec": spec}
