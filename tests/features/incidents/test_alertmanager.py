"""Alertmanager's notifications: matched by labels, grouped, resolved with their last alert."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.features.applications.world import FOREIGN, ChatWorld, chat_world
from tests.features.incidents.test_incidents import BASE, DATABASE, send
from tests.serving import Headers


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


def alert(fingerprint: str, *, status: str = "firing", **labels: str) -> dict[str, Any]:
    """One alert about database-app, as Alertmanager sends it."""
    named = {"alertname": "KubePodCrashLooping", "severity": "warning", "namespace": "production", **labels}
    return {
        "status": status, "labels": named, "annotations": {"summary": "Pod is crash looping."},
        "startsAt": "2024-01-20T15:29:00Z", "endsAt": "0001-01-01T00:00:00Z", "generatorURL": "http://prometheus/",
        "fingerprint": fingerprint,
    }  # fmt: skip


async def notify(world: ChatWorld, *alerts: dict[str, Any], headers: Headers | None = None) -> dict[str, Any]:
    body = {"version": "4", "groupKey": "{}", "status": "firing", "receiver": "hexaops", "alerts": [*alerts]}
    answer = await send(world, "POST", f"{BASE}/alertmanager", body, headers)
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def get(world: ChatWorld, incident_id: str) -> dict[str, Any]:
    data: dict[str, Any] = (await send(world, "GET", f"{BASE}/{incident_id}")).json()["data"]
    return data


async def test_alerts_of_one_application_are_one_incident_until_the_last_is_resolved(world: ChatWorld) -> None:
    made = await notify(world, alert("a", pod="database-app-2"), alert("b", statefulset="database-app"))
    (incident_id,) = made["incidents"]
    found = await get(world, incident_id)
    assert (found["type"], found["severity"], found["source"]) == ("kube_pod_crash_looping", "medium", "alertmanager")
    assert found["title"] == "KubePodCrashLooping: database-app"
    assert (found["affected_applications"], found["symptoms"]) == ([DATABASE], ["Pod is crash looping."])
    await notify(world, alert("a", status="resolved", pod="database-app-2"))
    assert (await get(world, incident_id))["status"] == "open"
    await notify(world, alert("b", status="resolved", statefulset="database-app"))
    assert (await get(world, incident_id))["status"] == "resolved"
    await notify(world, alert("a", pod="database-app-2"))
    assert (await get(world, incident_id))["reopened"] == 1


@pytest.mark.parametrize("labels", [
    {"namespace": "nowhere", "deployment": "web-app"}, {"deployment": "absent"}, {},
    {"deployment": "web-app", "cluster": "another"}, {"namespace": "kube-system", "deployment": "coredns"},
])  # fmt: skip
async def test_what_names_no_application_is_counted(world: ChatWorld, labels: dict[str, str]) -> None:
    assert await notify(world, alert("a", **labels)) == {"incidents": [], "unmatched": 1}


async def test_an_account_opens_nothing_in_workspaces_that_it_may_not_enter(world: ChatWorld) -> None:
    bound = await world.access.account("incident:write", workspace_ids=[world.workspace_id])
    foreign = alert("a", namespace="foreign", deployment=FOREIGN)
    assert await notify(world, foreign, headers=bound) == {"incidents": [], "unmatched": 1}


async def test_a_resolved_alert_that_nobody_knows_changes_nothing(world: ChatWorld) -> None:
    assert (await notify(world, alert("z", status="resolved", deployment="web-app")))["incidents"] == []


async def test_texts_of_alerts_are_made_plain(world: ChatWorld) -> None:
    evil = alert("a", deployment="web-app", alertname="X\x1b[31m")
    evil["annotations"] = {"summary": "a\u202eb\x1b[0m password=hunter2secret"}
    (incident_id,) = (await notify(world, evil))["incidents"]
    text = str(await get(world, incident_id))
    assert "\\x1b" not in text
    assert "\u202e" not in text
    assert "hunter2secret" not in text
