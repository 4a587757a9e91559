"""Connectivity, health checks and alerts that fire, asked of a living cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.features.alerts.world import AlertWorld, alert_world


@pytest.fixture
async def alerting(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AlertWorld]:
    async with alert_world(sqlite_url, tmp_path) as opened:
        yield opened


async def ask(alerting: AlertWorld, message: str) -> dict[str, Any]:
    answer = await alerting.world.call("POST", "/aiops/chat", {"message": message})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


def said(data: dict[str, Any]) -> str:
    return str(data["response"]["content"])


def plans(data: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    found = [one["data"] for one in data["attachments"] if one["type"] == "action_plan"]
    return [(one["action"], one["parameters"]) for one in found]


async def test_the_chat_answers_checks_and_plans_alerts(alerting: AlertWorld) -> None:
    reached = said(await ask(alerting, "can web-app reach api-service on port 1?"))
    assert reached.startswith("No: Service api-service has no port 1")
    turned = said(await ask(alerting, "is api-service reachable from web-app?"))
    assert "Service api-service has 2 of 2 endpoints ready" in turned
    assert "between web-app and api-service" in turned
    allowed = said(await ask(alerting, "can api-service reach database-app?"))
    assert allowed.startswith("Yes: nothing stands between api-service and database-app.")
    assert "- Service database-app has the port 5432" in allowed
    kept = said(await ask(alerting, "can web-app reach database-app?"))
    assert kept.startswith("No: NetworkPolicy database-app-clients keeps web-app-7d8c9f5b6-")
    nowhere = said(await ask(alerting, "can web-app reach rabbitmq?"))
    assert "no Service and no application named rabbitmq" in nowhere
    outside = said(await ask(alerting, "can web-app reach the internet?"))
    assert "outside of the cluster" in outside

    probed = plans(await ask(alerting, "test with a pod whether web-app reaches database-app"))
    assert [(action, given["to"]) for action, given in probed] == [("probe_connectivity", "database-app")]
    assert plans(await ask(alerting, "did somebody test with a pod whether web-app reaches database-app?")) == []

    health = said(await ask(alerting, "run a health check on cache-service"))
    assert "1/2 replicas are ready: 1 pod pending ⚠️" in health
    everything = said(await ask(alerting, "run health checks"))
    assert everything.startswith("2 of 12 applications do not pass every check.")
    bundle = await ask(alerting, "collect diagnostics of database-app")
    assert [action for action, _ in plans(bundle)] == ["collect_diagnostics"]

    rule_id = await alerting.create()
    await alerting.round(9.0)
    firing = said(await ask(alerting, "what alerts are firing?"))
    assert firing.startswith("1 alert is firing (1 rule).")
    [(action, parameters)] = plans(await ask(alerting, "acknowledge the alert on web-app"))
    assert (action, {*parameters}) == ("acknowledge_alert", {"alert_id"})
    silence = plans(await ask(alerting, "silence the alerts of web-app for 2 hours"))
    assert silence == [("silence_alert", {"alert_id": rule_id, "duration": "2h"})]
    assert plans(await ask(alerting, "acknowledge the alert on api-service")) == []
