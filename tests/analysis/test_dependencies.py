"""Links between workloads, from the Services that their settings name."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.analysis.dependencies import Link, links
from hexaops.analysis.diagnosis.model import Ref
from hexaops.analysis.diagnosis.snapshot import Snapshot

API, DATABASE = Ref("Deployment", "shop", "api"), Ref("StatefulSet", "data", "db")


def workload(kind: str, namespace: str, name: str, **container: Any) -> dict[str, Any]:
    template = {"metadata": {"labels": {"app": name}}, "spec": {"containers": [{"name": name, **container}]}}
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": {"template": template}}


def service(namespace: str, name: str, app: str) -> dict[str, Any]:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": "v1", "kind": "Service", "metadata": metadata, "spec": {"selector": {"app": app}}}


def found(*more: dict[str, Any], **container: Any) -> list[Link]:
    objects = [
        workload("Deployment", "shop", "api", **container), service("shop", "api-http", "api"),
        workload("StatefulSet", "data", "db"), service("data", "postgres", "db"), *more,
    ]  # fmt: skip
    return links(Snapshot(0.0, objects))


@pytest.mark.parametrize(
    "value",
    [
        "postgres.data", "postgres.data.svc", "postgres.data.svc.cluster.local:5432",
        "postgresql://shop:secret@postgres.data.svc:5432/shop?sslmode=disable", "a:1,postgres.data:5432",
    ],
)  # fmt: skip
def test_a_variable_names_a_service(value: str) -> None:
    (link,) = found(env=[{"name": "DATABASE", "value": value}])
    assert link == Link(API, DATABASE, "postgres", "DATABASE")


@pytest.mark.parametrize(
    "value", ["postgres", "postgres.shop", "postgres.data.example.com", "mypostgres.data", "https://postgres.data@x/"]
)
def test_what_is_no_such_service_is_no_link(value: str) -> None:
    assert found(env=[{"name": "DATABASE", "value": value}]) == []


def test_arguments_and_config_maps_count_and_oneself_does_not() -> None:
    holder = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings", "namespace": "shop"},
              "data": {"db_host": "postgres.data"}}  # fmt: skip
    assert [one.setting for one in found(args=["--db=postgres.data.svc"])] == ["args"]
    assert [one.setting for one in found(holder, envFrom=[{"configMapRef": {"name": "settings"}}])] == ["db_host"]
    assert found(env=[{"name": "SELF", "value": "api-http"}]) == []
