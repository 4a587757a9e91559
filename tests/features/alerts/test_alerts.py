"""Alerts from rule to resolution: over HTTP, with a source of metrics that the test turns."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.features.alerts.world import ALERTS, AlertWorld, alert_world


@pytest.fixture
async def alerts(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AlertWorld]:
    async with alert_world(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.fixture
async def on_either(database_url: str, tmp_path: Path) -> AsyncIterator[AlertWorld]:
    async with alert_world(database_url, tmp_path) as opened:
        yield opened


async def test_a_rule_is_planned_before_it_is_made(alerts: AlertWorld) -> None:
    given = {"application_id": "web-app", "metric": "cpu_percent", "threshold": 80, "name": "busy"}
    answer = await alerts.world.call("POST", ALERTS, given)
    data = answer.json()["data"]
    assert data["status"] == "awaiting_confirmation"
    assert {"object": data["plan"]["changes"][0]["object"], "path": "/threshold", "from": None, "to": 80.0} in data[
        "plan"
    ]["changes"]
    assert "busy" in data["plan"]["diff"]
    assert data["plan"]["writes"] == []
    assert (await alerts.shown())["rules"] == []


async def test_an_alert_fires_is_acknowledged_and_resolved(on_either: AlertWorld) -> None:
    alerts = on_either
    rule_id = await alerts.create(name="crowded")
    shown = await alerts.round(1.0)
    assert (shown["alerts"], shown["rules"][0]["state"]) == ([], "ok")

    shown = await alerts.round(9.0)
    (fired,) = shown["alerts"]
    assert (fired["status"], fired["title"], fired["value"], fired["rule_id"]) == ("firing", "crowded", 9.0, rule_id)
    assert shown["summary"]["firing"] == 1
    await alerts.round(9.0)
    assert len(await alerts.events()) == 1, "a second round must not fire again"

    ended = await alerts.act(f"/{fired['alert_id']}/acknowledge", reason="on it")
    assert (ended["status"], ended["result"]["message"]) == ("completed", "Alert acknowledged successfully")
    (held,) = (await alerts.round(9.0))["alerts"]
    assert (held["status"], held["acknowledged_by"]) == ("acknowledged", "local:olga")

    assert (await alerts.round(2.0))["alerts"] == []
    data = (await alerts.world.call("GET", f"{ALERTS}/{fired['alert_id']}")).json()["data"]
    assert data["alert"]["status"] == "resolved"
    assert [one["kind"] for one in data["history"]] == ["fired", "acknowledged", "resolved"]
    assert [name for name, _ in await alerts.events()] == ["aiops.alert.firing", "aiops.alert.resolved"]
    assert alerts.world.writes() == [], "nothing is written to the cluster"


async def test_a_silenced_rule_tells_nobody_until_the_silence_ends(alerts: AlertWorld) -> None:
    rule_id = await alerts.create()
    await alerts.act(f"/{rule_id}/silence", duration="2h")
    (silenced,) = (await alerts.round(9.0))["alerts"]
    assert silenced["status"] == "silenced"
    assert await alerts.events() == []
    await alerts.act(f"/{rule_id}/silence", duration=None)
    assert (await alerts.shown())["alerts"][0]["status"] == "firing"
    assert [name for name, _ in await alerts.events()] == ["aiops.alert.firing"]
    await alerts.act(f"/{silenced['alert_id']}/silence", duration="1h")
    assert (await alerts.shown())["alerts"][0]["status"] == "silenced"


async def test_every_change_is_undone_by_a_plan_of_its_own(alerts: AlertWorld) -> None:
    async def undo(action_id: str) -> None:
        path = f"/aiops/actions/{action_id}/rollback"
        plan = (await alerts.world.call("POST", path, {})).json()["data"]["plan"]
        confirmed = {"confirmation": True, "plan_id": plan["plan_id"], "plan_hash": plan["plan_hash"]}
        answer = await alerts.world.call("POST", path, {"parameters": confirmed})
        assert (await alerts.world.ended(answer.json()["data"]["action_id"]))["status"] == "completed"

    rule_id = await alerts.create(name="kept")
    await alerts.round(9.0)
    acknowledged = await alerts.act(f"/{rule_id}/acknowledge")
    assert (await alerts.shown())["alerts"][0]["status"] == "acknowledged"
    await undo(acknowledged["action_id"])
    assert (await alerts.shown())["alerts"][0]["status"] == "firing"

    silenced = await alerts.act(f"/{rule_id}/silence", duration="2h")
    await undo(silenced["action_id"])
    assert (await alerts.shown())["rules"][0]["silenced_until"] is None

    plan = await alerts.world.call(
        "POST", "/aiops/actions", {"action": "delete_alert", "parameters": {"alert_id": rule_id}}
    )
    data = plan.json()["data"]["plan"]
    confirmed = await alerts.world.confirm(data)
    deleted = await alerts.world.ended(confirmed.json()["data"]["action_id"])
    assert (await alerts.shown())["rules"] == []
    await undo(deleted["action_id"])
    (again,) = (await alerts.shown())["rules"]
    assert (again["name"], again["threshold"], again["duration"]) == ("kept", 5.0, "5m")


async def test_a_confirmed_rule_can_be_taken_back(alerts: AlertWorld) -> None:
    ended = await alerts.act("", application_id="web-app", metric="cpu_percent", threshold=80)
    plan = (await alerts.world.call("POST", f"/aiops/actions/{ended['action_id']}/rollback", {})).json()["data"]["plan"]
    assert plan["action"] == "delete_alert"


async def test_several_processes_fire_an_alert_once(on_either: AlertWorld) -> None:
    await on_either.create()
    on_either.dial.value = 9.0
    await asyncio.gather(*(on_either.engine.evaluate() for _ in range(4)), return_exceptions=True)
    await on_either.engine.evaluate()
    assert len((await on_either.shown())["alerts"]) == 1
    assert len(await on_either.events()) == 1


async def test_an_engine_without_rules_asks_no_source(alerts: AlertWorld) -> None:
    await alerts.engine.evaluate()
    assert alerts.dial.asked == []


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"metric": "mood"}, "metric"),
        ({"threshold": -1}, "threshold"),
        ({"threshold": "80"}, "threshold"),
        ({"duration": "soon"}, "duration"),
        ({"duration": "2d"}, "duration"),
        ({"comparison": "near"}, "comparison"),
        ({"severity": "loud"}, "severity"),
    ],
)
async def test_a_bad_rule_is_refused_by_its_field(alerts: AlertWorld, changed: dict[str, object], field: str) -> None:
    given = {"application_id": "web-app", "metric": "cpu_percent", "threshold": 80, **changed}
    answer = await alerts.world.call("POST", ALERTS, given)
    assert answer.status_code == 422
    assert field in str(answer.json()["error"]["details"])


async def test_what_is_absent_or_not_firing_is_refused(alerts: AlertWorld) -> None:
    absent = await alerts.world.call("GET", f"{ALERTS}/rule-nothing")
    assert (absent.status_code, absent.json()["error"]["code"]) == (404, "ALERT_NOT_FOUND")
    assert (await alerts.world.call("POST", f"{ALERTS}/rule-nothing/acknowledge", {})).status_code == 404
    assert (await alerts.world.call("POST", f"{ALERTS}/alert-nothing/silence", {"duration": "1h"})).status_code == 404
    rule_id = await alerts.create()
    answer = await alerts.world.call("POST", f"{ALERTS}/{rule_id}/acknowledge", {})
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "ACTION_NOT_APPLICABLE")
    answer = await alerts.world.call("POST", f"{ALERTS}/{rule_id}/silence", {"duration": None})
    assert answer.status_code == 409


async def test_viewers_read_alerts_and_change_none(alerts: AlertWorld) -> None:
    viewer = await alerts.world.access.member("vera", "viewer")
    rule_id = await alerts.create()
    assert (await alerts.world.call("GET", f"{ALERTS}/{rule_id}", headers=viewer)).status_code == 200
    refused = await alerts.world.call("POST", f"{ALERTS}/{rule_id}/silence", {"duration": "1h"}, headers=viewer)
    assert refused.json()["error"]["details"]["required_permission"] == "acknowledge_alerts"
    body = {"application_id": "web-app", "metric": "cpu_percent", "threshold": 80}
    assert (await alerts.world.call("POST", ALERTS, body, headers=viewer)).status_code == 403


async def test_alerts_are_not_capped_and_not_stopped_with_the_automation(alerts: AlertWorld) -> None:
    rule_id = await alerts.create()
    off = {"enabled": False, "workspace_id": alerts.world.workspace_id, "reason": "freeze"}
    client, administrator = alerts.world.access.client, alerts.world.access.administrator
    assert (await client.put("/internal/v1/automation", json=off, headers=administrator)).status_code == 200
    assert (await alerts.act(f"/{rule_id}/silence", duration="1h"))["status"] == "completed"
    assert (await alerts.world.ask("restart_application", "web-app")).status_code == 409


async def test_the_history_is_paged(alerts: AlertWorld) -> None:
    await alerts.create()
    for _ in range(3):
        await alerts.round(9.0)
        await alerts.round(1.0)
    page = (await alerts.world.call("GET", f"{ALERTS}/history?limit=2")).json()
    assert len(page["data"]) == 2
    rest = (
        await alerts.world.call("GET", f"{ALERTS}/history?limit=2&cursor={page['pagination']['next_cursor']}")
    ).json()
    assert [one["status"] for one in rest["data"]] == ["resolved"]
