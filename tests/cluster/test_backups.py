"""Backup → delete → restore on a real API server: manifests, under the shipped rights."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from hexaops.runbooks.manifests import creatable
from testenv.harness.control_plane import SHIPPED, ControlPlane, Object
from testenv.harness.service import Service, until

PROJECT, APPLICATION = "transit", "depot-agent"
SECRET = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "depot-login", "namespace": PROJECT},
          "stringData": {"password": "KeptEncrypted8841x"}}  # fmt: skip
MOUNTED = {"envFrom": [{"secretRef": {"name": "depot-login"}}]}


@pytest.fixture
def granted(plane: ControlPlane) -> Iterator[None]:
    """The optional rights of backups and of restoring them."""
    files = [str(SHIPPED / name) for name in ("backups.yaml", "restore.yaml")]
    for file in files:
        plane.kubectl("apply", "-f", file)
    yield
    for file in files:
        plane.kubectl("delete", "-f", file)


def test_a_deleted_application_is_restored(plane: ControlPlane, service: Service, granted: None) -> None:
    plane.kubectl("apply", "-f", "-", content=json.dumps(SECRET))
    before = plane.workload(PROJECT, APPLICATION)
    name = before["spec"]["template"]["spec"]["containers"][0]["name"]
    patch = {"spec": {"template": {"spec": {"containers": [{"name": name, **MOUNTED}]}}}}
    plane.kubectl("patch", "deployment", APPLICATION, "-n", PROJECT, "-p", json.dumps(patch))
    (application,) = [one["id"] for one in service.applications() if one["name"] == APPLICATION]
    started = service.internally("POST", f"/applications/{application}/backup", {}).json()["data"]
    backup = until(lambda: _ended(service, f"/backups/{started['backup_id']}"))
    assert backup["status"] == "completed", backup
    assert "Secret/depot-login" not in backup["reasons"]
    archived = plane.workload(PROJECT, APPLICATION)
    plane.kubectl("delete", "deployment", APPLICATION, "-n", PROJECT)
    plane.kubectl("delete", "secret", "depot-login", "-n", PROJECT)
    path = f"/backups/{backup['backup_id']}/restore"
    plan = until(lambda: _planned(service, path))
    assert "KeptEncrypted8841x" not in json.dumps(plan)
    given = {"plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
    started = service.internally("POST", path, given).json()["data"]
    ended = until(lambda: _ended(service, f"/operations/{started['operation_id']}"))
    assert ended["status"] == "completed", ended
    restored = plane.workload(PROJECT, APPLICATION)
    assert creatable(restored) == creatable(archived)
    assert restored["metadata"]["uid"] != archived["metadata"]["uid"]
    assert plane.get("secret", "depot-login", "-n", PROJECT)["data"] == {"password": "S2VwdEVuY3J5cHRlZDg4NDF4"}


def _planned(service: Service, path: str) -> Object | None:
    """Once the service has seen that the application is gone."""
    answer = service.internally("POST", path, {"confirmation": False})
    plan: Object | None = answer.json()["data"]["plan"] if answer.status_code == 200 else None
    return plan if plan is not None and len(plan["writes"]) == 2 else None


def _ended(service: Service, path: str) -> Object | None:
    found = service.internal(path)
    return found if found["status"] in {"completed", "failed", "cancelled"} else None
