"""What of the requests is audited: internal calls, public ones that may change, and every refusal."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from hexaops.features.audit.reader import AuditReader
from tests.pages import page
from tests.serving import AccessWorld, access_world

PATH = "/internal/v1/workspaces"


async def _events(access: AccessWorld, after: int = 0) -> list[dict[str, Any]]:
    events, _ = await access.get(AuditReader).list_events(page(200))
    return [msgspec.to_builtins(one) for one in reversed(events) if one.seq > after]


async def _seq(access: AccessWorld) -> int:
    return (await access.get(AuditReader).head()).seq


async def _last(access: AccessWorld) -> dict[str, Any]:
    return (await _events(access))[-1]


async def test_an_internal_call_is_recorded_whatever_it_did(access: AccessWorld) -> None:
    account = access.administrator["X-Service-Account"]
    answer = await access.client.get(PATH, headers={**access.administrator, "X-Request-Id": "mine"})
    assert answer.status_code == 200
    event = await _last(access)
    assert {name: event[name] for name in ("action", "actor", "resource", "outcome", "request_id", "details")} == {
        "action": "request",
        "actor": {"kind": "service", "id": account},
        "resource": f"GET {PATH}",
        "outcome": "ok",
        "request_id": "mine",
        "details": {"route": PATH, "status": 200},
    }
    await access.client.post(PATH, json={}, headers=access.administrator)
    event = await _last(access)
    assert (event["outcome"], event["details"]["code"]) == ("refused", "VALIDATION_FAILED")


async def test_a_public_read_is_not_recorded_and_its_refusal_is(access: AccessWorld) -> None:
    before = await _seq(access)
    audit = f"/api/v1/workspaces/{access.workspace_id}/aiops/audit"
    assert (await access.client.get(audit, headers=await access.member("ann", "admin"))).status_code == 200
    assert [one["action"] for one in await _events(access, before)] == ["workspace.member_put"]
    viewer = await access.member("vic", "viewer")
    before = await _seq(access)
    assert (await access.client.get(audit, headers=viewer)).status_code == 403
    (event,) = await _events(access, before)
    assert (event["action"], event["actor"]["id"], event["workspace_id"], event["outcome"]) == (
        "access.refused", "local:vic", access.workspace_id, "refused",
    )  # fmt: skip


async def test_a_stranger_s_refusal_names_the_address_and_no_workspace(access: AccessWorld) -> None:
    before = await _seq(access)
    await access.client.get(f"{PATH}/ws-1", headers={"Authorization": "Bearer something-secret"})
    await access.client.get("/api/v1/workspaces/ws-1/aiops/audit", headers=access.token("mallory"))
    anonymous, foreign = await _events(access, before)
    assert anonymous["actor"] == {"kind": "anonymous", "id": "127.0.0.1"}
    assert foreign["actor"] == {"kind": "user", "id": "local:mallory"}
    assert (anonymous["workspace_id"], foreign["workspace_id"]) == (None, None)
    assert "something-secret" not in repr(anonymous)


async def test_a_flood_of_refusals_is_recorded_once(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"rate_limit_anonymous": "3/minute"}) as world:
        before = await _seq(world)
        for _ in range(20):
            await world.client.get("/api/v1/workspaces")
        events = await _events(world, before)
        assert [one["details"]["status"] for one in events] == [401, 401, 401, 429]


@pytest.mark.parametrize("status", ["suspended"])
async def test_a_suspended_workspace_can_be_looked_at_only(access: AccessWorld, status: str) -> None:
    team = await access.workspace("Team", "team")
    alice = await access.member("alice", "admin", team)
    change = {"action": "restart_application", "parameters": {}}
    actions = f"/api/v1/workspaces/{team}/aiops/actions"
    await access.client.patch(f"{PATH}/{team}", json={"status": status}, headers=access.administrator)
    assert (await access.client.post(actions, json=change, headers=alice)).status_code == 403
    audit = await access.client.get(f"/api/v1/workspaces/{team}/aiops/audit", headers=alice)
    assert audit.status_code == 200
    assert (await access.client.get("/api/v1/workspaces", headers=alice)).json()["data"][0]["status"] == status
    back = await access.client.patch(f"{PATH}/{team}", json={"status": "active"}, headers=access.administrator)
    assert back.status_code == 200
    assert (await access.client.post(actions, json=change, headers=alice)).status_code != 403


async def test_a_workspace_s_audit_shows_nobody_else_s(access: AccessWorld) -> None:
    team = await access.workspace("Team", "team")
    await access.workspace("Other", "canary-of-another-tenant")
    alice = await access.member("alice", "admin", team)
    answer = await access.client.get(f"/api/v1/workspaces/{team}/aiops/audit", headers=alice)
    events = answer.json()["data"]
    assert {one["workspace_id"] for one in events} == {team}
    assert "canary-of-another-tenant" not in answer.text
    assert "hash" not in events[0]


async def test_the_chain_is_verified_through_the_api(access: AccessWorld) -> None:
    head = (await access.client.get("/internal/v1/audit/head", headers=access.administrator)).json()["data"]
    path = "/internal/v1/audit/verification"
    answer = await access.client.get(path, params=head, headers=access.administrator)
    assert answer.json()["data"]["valid"] is True
    for half in ("seq", "hash"):
        refused = await access.client.get(path, params={half: head[half]}, headers=access.administrator)
        assert (refused.status_code, refused.json()["error"]["code"]) == (422, "VALIDATION_FAILED")
    forged = {**head, "hash": "0" * 64}
    answer = await access.client.get(path, params=forged, headers=access.administrator)
    assert (answer.json()["data"]["valid"], answer.json()["data"]["reason"]) == (False, "differs from the anchor")
