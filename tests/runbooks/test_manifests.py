"""What creating an archived object anew needs, and how one that is there differs."""

from __future__ import annotations

from typing import Any

from hexaops.runbooks.live import LiveObject
from hexaops.runbooks.manifests import comparable, creatable, differing, has, merge_patch

METADATA = {"name": "web", "namespace": "shop", "uid": "u1", "resourceVersion": "7"}


def manifest(kind: str, spec: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {**METADATA, **metadata}, "spec": spec, "status": {"a": 1}}


def test_a_service_gets_a_new_address_and_new_ports_of_nodes() -> None:
    spec = {"clusterIP": "10.0.0.7", "clusterIPs": ["10.0.0.7"], "ports": [{"port": 80, "nodePort": 30080}]}
    assert creatable(manifest("Service", spec)) == {
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": "web", "namespace": "shop"},
        "spec": {"ports": [{"port": 80}]},
    }  # fmt: skip
    headless = creatable(manifest("Service", {"clusterIP": "None", "clusterIPs": ["None"]}))
    assert headless["spec"]["clusterIP"] == "None"


def test_a_claim_is_not_bound_and_nothing_is_owned_or_kept_by_a_finalizer() -> None:
    annotations = {"pv.kubernetes.io/bind-completed": "yes", "team": "a"}
    document = manifest(
        "PersistentVolumeClaim", {"volumeName": "pvc-1", "accessModes": ["ReadWriteOnce"]}, annotations=annotations,
        ownerReferences=[{"uid": "gone"}], finalizers=["kubernetes.io/pvc-protection"],
    )  # fmt: skip
    found = creatable(document)
    assert found["metadata"] == {"name": "web", "namespace": "shop", "annotations": {"team": "a"}}
    assert found["spec"] == {"accessModes": ["ReadWriteOnce"]}


def test_the_differing_fields_are_told_and_the_patch_restores_them() -> None:
    then = manifest("Deployment", {"replicas": 2, "template": {"spec": {"containers": [{"image": "a"}]}}, "x": {}})
    now = manifest(
        "Deployment", {"replicas": 9, "template": {"spec": {"containers": [{"image": "b"}], "hostNetwork": True}},
                       "x": {}}, annotations={"deployment.kubernetes.io/revision": "4", "mine": "1"},
    )  # fmt: skip
    live = LiveObject(now, "Deployment")
    changes = {one.path: (one.before, one.after) for one in differing(live, comparable(now), comparable(then))}
    assert changes == {
        "/metadata/annotations/mine": ("1", None),
        "/spec/template/spec/containers": ([{"image": "b"}], [{"image": "a"}]),
        "/spec/template/spec/hostNetwork": (True, None),
    }
    patch = merge_patch(comparable(now), comparable(then))
    assert patch["spec"] == {"template": {"spec": {"containers": [{"image": "a"}], "hostNetwork": None}}}
    assert patch["metadata"] == {"annotations": {"mine": None}}


def test_fields_that_the_server_adds_are_no_difference() -> None:
    assert has({"a": 1, "b": [{"c": 2, "d": 3}]}, {"b": [{"c": 2}]})
    assert not has({"b": [{"c": 2}, {"c": 3}]}, {"b": [{"c": 2}]})
    assert not has({"a": 1}, {"b": 1})
