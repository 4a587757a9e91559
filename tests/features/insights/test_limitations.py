"""Each limitation that the capabilities name, with somebody who tries to break it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.features.access.tenancy import SYSTEM_NAMESPACES
from hexaops.features.insights.offers import SETTINGS_KINDS
from hexaops.runbooks.catalog import CATALOG
from tests.living import LivingWorld, living_world


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def _action(world: LivingWorld, action: str, **parameters: Any) -> tuple[int, dict[str, Any]]:
    answer = await world.call("POST", "/aiops/actions", {"action": action, "parameters": parameters})
    return answer.status_code, answer.json()


async def _deletes(world: LivingWorld) -> None:
    """No kind deletes anything but settings and, to take itself back, what it created, whatever it is called."""
    deletes = [(book.name, right) for book in CATALOG for right in book.rights if right.verb == "delete"]
    assert {right.kind for _, right in deletes if not right.takes_back} <= SETTINGS_KINDS
    assert {name for name, right in deletes if right.takes_back} == {"restore_backup", "probe_connectivity"}
    for name in ("delete_application", "delete_pod", "delete_namespace", "delete_unused", "restore_backup"):
        status, _ = await _action(world, name, application_id="web-app", confirmation=True)
        assert 400 <= status < 500, name


async def _modifies_billing(world: LivingWorld) -> None:
    """Neither a variable, nor a key, nor a whole ConfigMap that is marked as billing."""
    await _refused_as_billing(world, env={"BILLING_RATE": "0"})
    await _refused_as_billing(world, config_map="worker-settings", data={"billing.rate": "0"})
    kind = "configmaps"
    (found,) = [one for one in world.cluster.store.list(kind) if one["metadata"]["name"] == "worker-settings"]
    metadata = {key: value for key, value in found["metadata"].items() if key != "resourceVersion"}
    metadata["labels"] = {"app.kubernetes.io/component": "billing"}
    world.cluster.store.update(kind, {**found, "metadata": metadata})
    await _refused_as_billing(world, config_map="worker-settings", data={"rate": "0"})


async def _refused_as_billing(world: LivingWorld, **setting: Any) -> None:
    status, body = await _action(world, "update_configuration", application_id="worker-app", **setting)
    assert (status, body["error"]["details"].get("rule")) == (409, 9), body
    assert "billing" in body["error"]["message"].lower()


async def _confirms_nothing(world: LivingWorld) -> None:
    """Neither a bare confirmation nor one of another plan stops an application."""
    status, body = await _action(world, "stop_application", application_id="worker-app", confirmation=True)
    assert (status, body["data"]["status"]) == (200, "awaiting_confirmation")
    made = {"plan_id": body["data"]["plan"]["plan_id"], "plan_hash": "0" * 64}
    status, body = await _action(world, "stop_application", application_id="worker-app", confirmation=True, **made)
    assert 400 <= status < 500, body


async def _reaches_protected(world: LivingWorld) -> None:
    for namespace in SYSTEM_NAMESPACES:
        status, body = await _action(world, "update_quota", project=namespace, hard={"pods": "1"})
        assert 400 <= status < 500, body


async def _changes_while_off(world: LivingWorld) -> None:
    status, body = await _action(world, "restart_application", application_id="web-app")
    assert (status, body["error"]["details"]["rule"]) == (409, 17), body


ATTEMPTS = {
    "Cannot modify billing settings": _modifies_billing,
    "Cannot delete production resources": _deletes,
    "Actions require user confirmation": _confirms_nothing,
    "Cannot change anything in the namespaces": _reaches_protected,
    "Cannot change anything now": _changes_while_off,
}
"""Each limitation with somebody who tries to break it."""


async def test_each_limitation_holds_against_who_tries_to_break_it(world: LivingWorld) -> None:
    await _tried(world, await _limitations(world))
    body = {"enabled": False, "reason": "freeze"}
    await world.access.client.put("/internal/v1/automation", json=body, headers=world.access.administrator)
    assert len(await _limitations(world)) == len(ATTEMPTS)
    await _changes_while_off(world)
    assert world.writes() == [], "nothing of all this reached the cluster"


async def _limitations(world: LivingWorld) -> list[str]:
    found: list[str] = (await world.call("GET", "/aiops/capabilities")).json()["data"]["limitations"]
    return found


async def _tried(world: LivingWorld, limitations: list[str]) -> None:
    named = [next(one for one in ATTEMPTS if text.startswith(one)) for text in limitations]
    assert len({*named}) == len(named) == len(ATTEMPTS) - 1
    for one in named:
        await ATTEMPTS[one](world)
