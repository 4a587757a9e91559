"""The policy for detections, set by a workspace's admins: who may, what is refused, and who is named for it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.features.audit.reader import AuditReader
from hexaops.features.autopilot.breaker import Breaker
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.features.workspaces.directory import WorkspaceDirectory
from tests.pages import page as first_page
from tests.serving import AccessWorld, Headers, access_world

ACT = {"mode": "act", "classes": ["failing_pods"], "reason": "weekends"}


@pytest.fixture
async def served(database_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    async with access_world(database_url, tmp_path) as world:
        yield world


def path(world: AccessWorld) -> str:
    return f"/api/v1/workspaces/{world.workspace_id}/aiops/autopilot"


async def shown(world: AccessWorld, headers: Headers) -> dict[str, Any]:
    answer = await world.client.get(path(world), headers=headers)
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_an_admin_sets_it_and_is_named(served: AccessWorld) -> None:
    admin, viewer = await served.member("ada", "admin"), await served.member("vic", "viewer")
    before = await shown(served, viewer)
    assert (before["mode"], before["changed_by"], before["reasons"]["changed_by"]) == (
        "suggest", None, "the policy is as it was made",
    )  # fmt: skip
    answer = await served.client.put(path(served), json=ACT, headers=admin)
    assert answer.status_code == 200, answer.text
    after = await shown(served, viewer)
    assert after == answer.json()["data"]
    assert (after["mode"], after["classes"], after["change_reason"]) == ("act", ["failing_pods"], "weekends")
    assert after["changed_by"].endswith("ada")
    assert after["changed_at"]
    workspace = await served.get(WorkspaceDirectory).get(served.workspace_id)
    assert (workspace.policy.autopilot, workspace.policy.autopilot_classes) == ("act", ("failing_pods",))
    events, _ = await served.get(AuditReader).list_events(first_page())
    (event,) = [event for event in events if event.action == "autopilot.policy_changed"]
    assert event.details["classes"] == ["failing_pods"]
    states = await served.get(AutomationSwitch).list_states()
    assert [state.scope for state in states] == ["*"], "who set the policy is no position of the kill switch"


async def test_it_leaves_the_operators_bounds_alone(served: AccessWorld) -> None:
    internal = f"/internal/v1/workspaces/{served.workspace_id}"
    bounds = {"policy": {"unattended_severity": "low", "unattended_pods": 1, "autopilot": "off"}}
    await served.client.patch(internal, json=bounds, headers=served.administrator)
    admin = await served.member("ada", "admin")
    assert (await shown(served, admin))["changed_by"].startswith("sa-")
    await served.client.put(path(served), json=ACT, headers=admin)
    policy = (await served.get(WorkspaceDirectory).get(served.workspace_id)).policy
    assert (policy.unattended_severity, policy.unattended_pods, policy.autopilot) == ("low", 1, "act")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "mode"),
        ({"mode": "always"}, "mode"),
        ({"mode": "act", "classes": ["everything"]}, "classes[0]"),
        ({"mode": "act", "classes": "failing_pods"}, "classes"),
        ({"mode": "off", "reason": "x" * 513}, "reason"),
    ],
)
async def test_what_is_wrong_is_named(served: AccessWorld, body: dict[str, object], field: str) -> None:
    admin = await served.member("ada", "admin")
    refused = await served.client.put(path(served), json=body, headers=admin)
    assert (refused.status_code, list(refused.json()["error"]["details"])) == (422, [field])
    assert (await shown(served, admin))["changed_by"] is None


async def test_operators_may_look_and_not_set(served: AccessWorld) -> None:
    operator = await served.member("olga", "operator")
    refused = await served.client.put(path(served), json=ACT, headers=operator)
    assert (refused.status_code, refused.json()["error"]["details"]["required_permission"]) == (403, "manage_workspace")
    assert (await served.client.put(path(served), json=ACT)).status_code == 401
    stranger = await served.member("eve", "admin", await served.workspace("Other", "other"))
    assert (await served.client.put(path(served), json=ACT, headers=stranger)).status_code == 404
    assert (await shown(served, operator))["mode"] == "suggest"


async def test_who_reset_the_breaker_is_named(served: AccessWorld) -> None:
    admin, breaker = await served.member("ada", "admin"), served.get(Breaker)
    assert (await shown(served, admin))["reasons"]["reset_by"] == "the breaker has never tripped"
    await served.client.post(f"{path(served)}/reset", headers=admin)
    assert (await shown(served, admin))["reset_by"] is None, "there was nothing to reset"
    for _ in range(2):  # it trips again after a reset
        async with breaker.database.transaction() as session:
            await breaker.trip(session, served.workspace_id, "five of six fail at once")
        tripped = await shown(served, admin)
        assert (tripped["tripped"], tripped["reason"], tripped["reset_by"]) == (True, "five of six fail at once", None)
        reset = (await served.client.post(f"{path(served)}/reset", headers=admin)).json()["data"]
        assert (reset["tripped"], reset["reason"]) == (False, None)
        assert reset["reset_by"].endswith("ada")
        assert await breaker.find(served.workspace_id) is None
