"""Backups of a living application: what is in the archive, what is not and why, and who may see it."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from hexaops.backends.objects.folder import FolderStore
from hexaops.features.backups.archive import Archives
from hexaops.features.backups.errors import ArchiveBrokenError
from hexaops.features.backups.retention import Retention
from hexaops.features.backups.work import STEPS_WITH_VOLUMES
from hexaops.storage.tables import AuditRow, BackupRow, WebhookEventRow
from simulator.server.access import Rule
from tests.features.backups.calls import CANARY, CHANNEL, DATABASE, ENCODED, FULL, WEB, Backups, mount_a_secret


async def test_an_application_is_backed_up_with_all_that_it_uses(backups: Backups) -> None:
    mount_a_secret(backups.living)
    started = await backups.start(WEB, **FULL)
    assert (started["application_id"], started["status"]) == (WEB, "started")
    assert started["backup_id"].startswith("backup-")
    assert started["backup_size_estimate"].endswith("Ki")
    backup = await backups.ended(started["backup_id"])
    assert backup["status"] == "completed", backup
    assert [(step["step"], step["status"]) for step in backup["steps"]] == [
        (name, "completed") for name in STEPS_WITH_VOLUMES
    ]
    objects = backups.objects(backup)
    assert {
        "Deployment/web-app", "Service/web-app-service", "PodDisruptionBudget/web-app-pdb", "Secret/web-login",
        "ConfigMap/web-settings",
    } < {*objects}  # fmt: skip
    assert {key.partition("/")[0] for key in objects} >= {"Ingress"}
    assert len(objects) == backup["objects"]
    assert objects["ConfigMap/web-settings"]["data"] == {"theme": "dark"}
    assert "status" not in objects["Deployment/web-app"]
    assert backup["reasons"]["Secret/web-absent"] == "it does not exist"
    assert backup["error"] is None


async def test_secrets_are_in_the_archive_and_nowhere_in_plain(backups: Backups) -> None:
    mount_a_secret(backups.living)
    backup = await backups.run(WEB)
    secret = backups.objects(backup)["Secret/web-login"]
    assert secret["data"] == {"password": ENCODED}
    assert CANARY in json.dumps(secret["metadata"]["annotations"])
    (file,) = backups.folder.iterdir()
    assert file.name == f"{backup['backup_id']}.json.gz"
    assert file.stat().st_mode & 0o777 == 0o600
    document = gzip.decompress(file.read_bytes()).decode()
    assert "web-login" in document
    assert CANARY not in document
    assert ENCODED not in document
    other = Archives(FolderStore(backups.folder), type(backups.living.access.context.key)(backups.folder / "another"))
    with pytest.raises(ArchiveBrokenError, match="decrypted"):
        other.read(backup["backup_id"], backup["sha256"])


async def test_secrets_that_may_not_be_read_are_named(backups: Backups) -> None:
    mount_a_secret(backups.living)
    watched = ("pods", "deployments", "services", "ingresses", "poddisruptionbudgets", "configmaps")
    backups.living.rules["test:reader"] = [Rule(("get", "list", "watch"), watched)]
    backup = await backups.run(WEB)
    assert backup["status"] == "completed"
    assert "Secret/web-login" not in backups.objects(backup)
    assert 'cannot get resource "secrets"' in backup["reasons"]["Secret/web-login"]


async def test_volumes_are_said_not_to_be_included(backups: Backups) -> None:
    without = await backups.run(DATABASE)
    assert "PersistentVolumeClaim/database-app-backups" in backups.objects(without)
    assert without["reasons"].keys() == {"error"}
    started = await backups.start(DATABASE, include_volumes=True)
    backup = await backups.ended(started["backup_id"])
    for shown in (started, backup):
        reason = shown["reasons"]["PersistentVolumeClaim/database-app-backups"]
        assert reason == "contents not included: the cluster has neither VolumeSnapshots nor Velero"


async def test_the_estimate_is_the_size_of_the_manifests_and_of_earlier_steps(backups: Backups) -> None:
    first = await backups.run(WEB)
    document = gzip.decompress((backups.folder / f"{first['backup_id']}.json.gz").read_bytes())
    assert first["backup_size_estimate"] == f"{round(len(document) / 1024, 1):g}Ki"
    async with backups.living.access.context.database.reading() as session:
        row = await session.get_one(BackupRow, first["backup_id"])
        assert row.estimated_completion - row.started_at == timedelta(seconds=4)
    second = await backups.run(WEB)
    async with backups.living.access.context.database.reading() as session:
        row = await session.get_one(BackupRow, second["backup_id"])
        assert row.estimated_completion - row.started_at < timedelta(seconds=4)


async def test_one_backup_of_an_application_at_a_time(backups: Backups) -> None:
    asked = [backups.call("POST", f"/applications/{WEB}/backup", {}) for _ in range(8)]
    answers = await asyncio.gather(*asked)
    refused = [answer for answer in answers if answer.status_code == 409]
    assert refused
    assert {answer.json()["error"]["code"] for answer in refused} == {"OPERATION_IN_PROGRESS"}
    assert refused[0].json()["error"]["details"]["resource_id"] == WEB
    for answer in answers:
        if answer.status_code == 200:
            assert (await backups.ended(answer.json()["data"]["backup_id"]))["status"] == "completed"
    assert (await backups.run(WEB))["status"] == "completed"


async def test_it_is_audited_and_told_and_uses_up_no_change(backups: Backups) -> None:
    backup = await backups.run(WEB, notification_channels=[CHANNEL])
    async with backups.living.access.context.database.reading() as session:
        audited = await session.scalars(select(AuditRow.action).where(AuditRow.resource == backup["backup_id"]))
        assert [*audited] == ["backup.started", "backup.completed"]
        told = await session.scalars(select(WebhookEventRow).where(WebhookEventRow.resource_id == backup["backup_id"]))
        (event,) = told
    assert event.name == "internal.backup.completed"
    data = json.loads(event.body)["data"]
    assert data["backup"] == {
        "id": backup["backup_id"], "type": "backup_application", "application_id": WEB, "status": "completed",
    }  # fmt: skip
    assert data["result"]["success"] is True
    assert data["notification_channels"] == [CHANNEL]
    assert backups.living.writes() == []


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"notification_channels": [CHANNEL, "slack:#elsewhere"]}, "notification_channels[1]"),
        ({"retention_policy": "forever"}, "retention_policy"),
        ({"backup_type": "magic"}, "backup_type"),
        ({"reason": "x" * 513}, "reason"),
        ({"include_volumes": "perhaps"}, "include_volumes"),
    ],
)
async def test_what_is_wrong_is_named(backups: Backups, body: dict[str, Any], field: str) -> None:
    answer = await backups.call("POST", f"/applications/{WEB}/backup", body)
    assert answer.status_code == 422
    assert [one.removeprefix("body.") for one in answer.json()["error"]["details"]] == [field]


async def test_absent_and_foreign_look_the_same(backups: Backups) -> None:
    access = backups.living.access
    backup = await backups.run(WEB)
    other = await access.workspace("Other", "elsewhere")
    stranger = await access.account("application:read", "application:write", workspace_ids=[other])
    paths = [("POST", f"/applications/{one}/backup") for one in (WEB, "app-absent")]
    paths += [("GET", f"/backups/{one}") for one in (backup["backup_id"], "backup-absent")]
    answers = [await backups.call(method, path, {}, {**stranger, "X-Request-Id": "same"}) for method, path in paths]
    assert [answer.status_code for answer in answers] == [404] * 4
    assert answers[0].content == answers[1].content
    assert answers[2].content == answers[3].content
    assert (await backups.call("GET", "/backups", headers=stranger)).json()["data"] == []
    reader = await access.account("application:read", workspace_ids=[backups.living.workspace_id])
    assert (await backups.call("POST", f"/applications/{WEB}/backup", {}, reader)).status_code == 403
    assert (await backups.call("GET", f"/backups/{backup['backup_id']}", headers=reader)).status_code == 200


async def test_the_list_has_pages_and_a_filter(backups: Backups) -> None:
    made = [(await backups.run(one))["backup_id"] for one in (WEB, DATABASE, WEB)]
    first = (await backups.call("GET", "/backups", limit="2")).json()
    assert [one["backup_id"] for one in first["data"]] == made[:0:-1]
    cursor = first["pagination"]["next_cursor"]
    last = (await backups.call("GET", "/backups", limit="2", cursor=cursor)).json()
    assert [one["backup_id"] for one in last["data"]] == made[:1]
    of_web = (await backups.call("GET", "/backups", application_id=WEB)).json()["data"]
    assert [one["backup_id"] for one in of_web] == [made[2], made[0]]
    tampered = await backups.call("GET", "/backups", limit="2", cursor=cursor, application_id=WEB)
    assert tampered.status_code == 400


async def test_a_key_makes_one_backup(backups: Backups) -> None:
    headers = {**backups.living.access.administrator, "Idempotency-Key": "once"}
    answers = [await backups.call("POST", f"/applications/{WEB}/backup", {}, headers) for _ in range(2)]
    assert len({answer.json()["data"]["backup_id"] for answer in answers}) == 1
    await backups.ended(answers[0].json()["data"]["backup_id"])


async def test_the_limit_counts_by_application(backups: Backups) -> None:
    answers = [await backups.call("POST", "/applications/app-absent/backup", {}) for _ in range(31)]
    assert [answer.status_code for answer in answers] == [404] * 30 + [429]
    assert (await backups.run(WEB))["status"] == "completed"


async def test_expired_backups_lose_their_archive(backups: Backups) -> None:
    old, new = await backups.run(WEB, retention_policy="short"), await backups.run(WEB)
    context = backups.living.access.context
    past = context.clock.now() - timedelta(days=1)
    async with context.database.transaction() as session:
        await session.execute(update(BackupRow).where(BackupRow.id == old["backup_id"]).values(expires_at=past))
    assert await context.provider.get(Retention).apply() == 1
    assert await context.provider.get(Retention).apply() == 0
    assert (await backups.get(old["backup_id"]))["status"] == "expired"
    assert (await backups.get(new["backup_id"]))["status"] == "completed"
    assert [file.name for file in backups.folder.iterdir()] == [f"{new['backup_id']}.json.gz"]


async def test_a_backup_that_cannot_be_written_fails_and_frees_the_application(backups: Backups) -> None:
    backups.folder.mkdir()
    await asyncio.to_thread(os.replace, backups.folder, backups.folder.with_name("moved"))
    backups.folder.write_text("a file where the folder should be")
    failed = await backups.run(WEB)
    assert failed["status"] == "failed"
    assert failed["error"]["code"]
    assert failed["sha256"] is None
    assert failed["reasons"]["sha256"]
    backups.folder.unlink()
    assert (await backups.run(WEB))["status"] == "completed"


async def test_an_altered_archive_is_not_read(backups: Backups) -> None:
    backup = await backups.run(WEB)
    file = backups.folder / f"{backup['backup_id']}.json.gz"
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)
    with pytest.raises(ArchiveBrokenError, match="checksum"):
        backups.objects(backup)
