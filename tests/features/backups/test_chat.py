"""Backups in the chat: which there are, and a plan that restores what is gone, confirmed as any action."""

from __future__ import annotations

from typing import Any

import pytest

from tests.features.backups.calls import DATABASE, WEB, Backups
from tests.features.backups.test_restoring import delete_everything, found


async def say(backups: Backups, message: str) -> dict[str, Any]:
    answer = await backups.living.call("POST", "/aiops/chat", {"message": message})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def plans(said: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["data"] for one in said.get("attachments") or [] if one["type"] == "action_plan"]


async def test_a_deleted_application_is_named_and_restored(backups: Backups) -> None:
    backup = await backups.run(WEB)
    objects = backups.objects(backup)
    await delete_everything(backups, objects, "Deployment/web-app")
    listed = (await say(backups, "which backups are there?"))["response"]["content"]
    assert "Only in backups, and gone from the cluster: web-app." in listed
    said = await say(backups, "restore web-app from the last backup")
    (plan,) = plans(said)
    assert plan["action"] == "restore_backup"
    assert found(backups.living, objects["Deployment/web-app"]) is None, "the chat changes nothing"
    confirmed = await backups.living.call("POST", "/aiops/actions", plan["confirm"]["body"])
    assert confirmed.status_code == 200, confirmed.text
    ended = await backups.living.ended(confirmed.json()["data"]["action_id"])
    assert ended["status"] == "completed", ended
    assert found(backups.living, objects["Deployment/web-app"]) is not None


async def test_the_newest_backup_is_taken(backups: Backups) -> None:
    await backups.run(WEB)
    second = await backups.run(WEB)
    await delete_everything(backups, backups.objects(second), "Deployment/web-app")
    (plan,) = plans(await say(backups, "Restore web-app from its latest backup"))
    assert plan["parameters"]["backup_id"] == second["backup_id"]


@pytest.mark.parametrize(
    ("message", "told"),
    [
        ("restore database-app from the last backup", "There is no complete backup of database-app"),
        ("restore the last backup", "Which application should be restored?"),
        ("restore web-app from the last backup", "Nothing of the backup is missing"),
    ],
)
async def test_what_cannot_be_planned_is_said(backups: Backups, message: str, told: str) -> None:
    await backups.run(WEB)
    said = await say(backups, message)
    assert told in said["response"]["content"], said["response"]["content"]
    assert plans(said) == []


@pytest.mark.parametrize(
    "message",
    [
        "don't restore web-app from the backup", "is there a backup of web-app?",
        "how do I restore web-app from a backup?", "what would happen if I restore web-app from the backup?",
        "who said to restore web-app from the backup?",
    ],
)  # fmt: skip
async def test_what_is_no_request_plans_nothing(backups: Backups, message: str) -> None:
    backup = await backups.run(WEB)
    await delete_everything(backups, backups.objects(backup), "Deployment/web-app")
    assert plans(await say(backups, message)) == []


async def test_a_foreign_backup_is_absent(backups: Backups) -> None:
    backup = await backups.run(DATABASE)
    access = backups.living.access
    other = await access.workspace("Other", "elsewhere")
    stranger = await access.member("stella", "operator", other)
    answers = []
    for one in (backup["backup_id"], "backup-absent"):
        body = {"action": "restore_backup", "parameters": {"backup_id": one}}
        url = f"/api/v1/workspaces/{other}/aiops/actions"
        answers.append(await access.client.post(url, json=body, headers={**stranger, "X-Request-Id": "same"}))
    assert [one.status_code for one in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    wrong = await backups.living.call("POST", "/aiops/actions", {"action": "restore_backup", "parameters": {}})
    assert (wrong.status_code, [*wrong.json()["error"]["details"]]) == (422, ["parameters.backup_id"])
