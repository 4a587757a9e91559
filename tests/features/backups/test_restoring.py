"""Restoring: what a backup held is there again, and nothing of anybody else's is touched."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from hexaops.backends.kubernetes.cache import WatchCache
from hexaops.runbooks.manifests import creatable
from hexaops.runbooks.restore import RestoreBackup
from hexaops.storage.tables import AuditRow, OperationRow, PlanRow, WriteIntentRow
from tests.features.backups.calls import CANARY, DATABASE, ENCODED, WEB, WEB_WORKLOAD, Backups, mount_a_secret
from tests.living import LivingWorld

RESOURCES: Mapping[str, str] = {
    "Deployment": "deployments.apps", "Service": "services", "Ingress": "ingresses.networking.k8s.io",
    "PodDisruptionBudget": "poddisruptionbudgets.policy", "ConfigMap": "configmaps", "Secret": "secrets",
    "HorizontalPodAutoscaler": "horizontalpodautoscalers.autoscaling", "StatefulSet": "statefulsets.apps",
    "PersistentVolumeClaim": "persistentvolumeclaims",
}  # fmt: skip


def found(living: LivingWorld, one: Mapping[str, Any]) -> dict[str, Any] | None:
    """The object of the cluster that has the name of an archived one."""
    metadata = one["metadata"]
    return living.cluster.store.find(RESOURCES[one["kind"]], metadata["namespace"], metadata["name"])


def delete(living: LivingWorld, one: Mapping[str, Any]) -> None:
    """Somebody deletes the object."""
    living.cluster.store.delete(RESOURCES[one["kind"]], one["metadata"]["namespace"], one["metadata"]["name"])


async def delete_everything(backups: Backups, objects: Mapping[str, Mapping[str, Any]], workload: str) -> None:
    for one in objects.values():
        delete(backups.living, one)
    kind, _, name = workload.partition("/")
    namespace = objects[workload]["metadata"]["namespace"]

    def gone(cache: WatchCache) -> bool:
        watched = (one for one in objects.values() if one["kind"] not in {"Secret", "ConfigMap"})
        return all(cache.find(one["kind"], namespace, one["metadata"]["name"]) is None for one in watched)

    await backups.living.settled(gone)
    assert backups.living.cluster.store.find(RESOURCES[kind], namespace, name) is None


async def restored(backups: Backups, backup_id: str, **body: Any) -> dict[str, Any]:
    """Plan, confirm, and the operation's end."""
    plan = (await backups.restore(backup_id, **body))["plan"]
    started = await backups.confirm(backup_id, plan, **body)
    return await backups.operation(started["operation_id"])


async def test_a_deleted_application_is_there_again(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    objects = backups.objects(backup)
    await delete_everything(backups, objects, "Deployment/web-app")
    ended = await restored(backups, backup["backup_id"])
    assert ended["status"] == "completed", ended
    assert [step["step"] for step in ended["steps"]] == [step.name for step in RestoreBackup.steps]
    assert ended["result"]["details"]["resources_affected"] == len(objects)
    for shown, one in objects.items():
        there = found(backups.living, one)
        assert there is not None, shown
        assert creatable({**there, "kind": one["kind"]}) == creatable(one), shown
        assert there["metadata"]["uid"] != one["metadata"]["uid"], shown
    secret = found(backups.living, objects["Secret/web-login"])
    assert secret is not None
    assert secret["data"] == {"password": ENCODED}


async def test_no_secret_is_in_the_plan_the_store_or_the_audit(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    await delete_everything(backups, backups.objects(backup), "Deployment/web-app")
    planned = await backups.restore(backup["backup_id"])
    plan = planned["plan"]
    assert "password: <encrypted>" in plan["diff"]
    assert {one["object"] for one in plan["writes"]} >= {"Secret/frontend/web-login", "Deployment/frontend/web-app"}
    await backups.operation((await backups.confirm(backup["backup_id"], plan))["operation_id"])
    async with backups.living.access.context.database.reading() as session:
        stored = [str(one.document) for one in await session.scalars(select(PlanRow))]
        stored += [f"{one.plan} {one.parameters} {one.result}" for one in await session.scalars(select(OperationRow))]
        stored += [f"{one.call} {one.response}" for one in await session.scalars(select(WriteIntentRow))]
        stored += [str(one.details) for one in await session.scalars(select(AuditRow))]
    for text in (json.dumps(planned), *stored):
        assert CANARY not in text
        assert ENCODED not in text


async def test_only_what_is_missing_is_created(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    objects = backups.objects(backup)
    delete(backups.living, objects["ConfigMap/web-settings"])
    backups.living.change("web-app", replicas=4)
    plan = (await backups.restore(backup["backup_id"]))["plan"]
    assert [one["object"] for one in plan["writes"]] == ["ConfigMap/frontend/web-settings"]
    assert "Secret web-login is there and is left as it is" in plan["warnings"]
    ended = await backups.operation((await backups.confirm(backup["backup_id"], plan))["operation_id"])
    assert ended["status"] == "completed", ended
    settings = found(backups.living, objects["ConfigMap/web-settings"])
    assert settings is not None
    assert settings["data"] == {"theme": "dark"}
    assert backups.living.workload("web-app")["spec"]["replicas"] == 4
    again = await backups.call("POST", f"/backups/{backup['backup_id']}/restore", {})
    assert again.json()["error"]["code"] == "ACTION_NOT_APPLICABLE"


async def test_what_differs_is_put_back_only_when_asked_for(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    archived = backups.living.workload("web-app")["spec"]["template"]
    template = json.loads(json.dumps(archived))
    template["spec"]["containers"][0]["image"] = "registry.example/other:9"
    template["metadata"]["annotations"] = {"note": "new"}
    backups.living.change("web-app", template=template)
    kept = await backups.call("POST", f"/backups/{backup['backup_id']}/restore", {})
    assert kept.status_code == 409
    assert "existing: replace" in kept.json()["error"]["details"]["possible_when"]
    plan = (await backups.restore(backup["backup_id"], existing="replace"))["plan"]
    assert (plan["risk"], plan["writes"][0]["verb"]) == ("high", "patch")
    started = await backups.confirm(backup["backup_id"], plan, existing="replace")
    ended = await backups.operation(started["operation_id"])
    assert ended["status"] == "completed", ended
    assert backups.living.workload("web-app")["spec"]["template"] == archived


async def test_what_somebody_else_created_since_is_not_replaced(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    settings = backups.objects(backup)["ConfigMap/web-settings"]
    delete(backups.living, settings)
    place = {"namespace": "frontend", "name": "web-settings"}
    backups.living.cluster.store.create("configmaps", {"metadata": place, "data": {"theme": "theirs"}})
    refused = await backups.call("POST", f"/backups/{backup['backup_id']}/restore", {"existing": "replace"})
    assert refused.status_code == 409
    assert refused.json()["error"]["message"] == "ConfigMap web-settings was created by somebody else since the backup"
    there = found(backups.living, settings)
    assert there is not None
    assert there["data"] == {"theme": "theirs"}


async def test_what_a_restoring_created_can_be_replaced_from_the_same_backup(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    settings = backups.objects(backup)["ConfigMap/web-settings"]
    delete(backups.living, settings)
    assert (await restored(backups, backup["backup_id"]))["status"] == "completed"
    there = found(backups.living, settings)
    assert there is not None
    backups.living.cluster.store.update("configmaps", {**there, "data": {"theme": "light", "more": "yes"}})
    ended = await restored(backups, backup["backup_id"], existing="replace")
    assert ended["status"] == "completed", ended
    there = found(backups.living, settings)
    assert there is not None
    assert there["data"] == {"theme": "dark"}


async def test_a_failed_restoring_leaves_nothing_behind(backups: Backups) -> None:
    backup = await backups.run(WEB)
    objects = backups.objects(backup)
    await delete_everything(backups, objects, "Deployment/web-app")
    plan = (await backups.restore(backup["backup_id"]))["plan"]
    backups.living.cluster.faults.break_workload(WEB_WORKLOAD, "never-ready")
    ended = await backups.operation((await backups.confirm(backup["backup_id"], plan))["operation_id"])
    assert ended["status"] == "failed", ended
    assert ended["result"]["rolled_back"] is True
    assert [shown for shown, one in objects.items() if found(backups.living, one)] == []


async def test_a_claim_is_created_empty_and_that_is_said(backups: Backups) -> None:
    backup = await backups.run(DATABASE)
    objects = backups.objects(backup)
    (workload,) = [one for one in objects if one.startswith(("StatefulSet/", "Deployment/"))]
    await delete_everything(backups, objects, workload)
    plan = (await backups.restore(backup["backup_id"]))["plan"]
    assert (
        "PersistentVolumeClaim database-app-backups is created empty: its contents are not in the backup"
        in plan["warnings"]
    )


async def test_absent_and_foreign_look_the_same(backups: Backups) -> None:
    access = backups.living.access
    backup = await backups.run(WEB)
    other = await access.workspace("Other", "elsewhere")
    stranger = await access.account("application:read", "application:write", workspace_ids=[other])
    answers = [
        await backups.call("POST", f"/backups/{one}/restore", {}, {**stranger, "X-Request-Id": "same"})
        for one in (backup["backup_id"], "backup-absent")
    ]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    reader = await access.account("application:read", workspace_ids=[backups.living.workspace_id])
    assert (await backups.call("POST", f"/backups/{backup['backup_id']}/restore", {}, reader)).status_code == 403


async def test_without_the_right_it_is_refused_with_what_to_grant(backups: Backups) -> None:
    backup = await backups.run(WEB)
    await delete_everything(backups, backups.objects(backup), "Deployment/web-app")
    backups.living.take_rights_away()
    refused = await backups.call("POST", f"/backups/{backup['backup_id']}/restore", {})
    assert refused.json()["error"]["code"] == "GUARDRAIL_REFUSED"
    assert "verb create" in refused.json()["error"]["details"]["possible_when"]
