"""Workspaces and members through HTTP: disjoint namespaces, roles, and what others see of them."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from hexaops.features.access.permissions import ROLES
from hexaops.features.access.tenancy import SYSTEM_NAMESPACES
from hexaops.features.workspaces.directory import WorkspaceDirectory
from hexaops.features.workspaces.service import WorkspaceService
from hexaops.storage.tables import OperationRow
from tests.serving import CLUSTER_ID, START, AccessWorld

PATH = "/internal/v1/workspaces"


async def _call(access: AccessWorld, method: str, path: str, body: Any = None) -> Any:
    if body and "namespaces" in body:
        body = {"expect_missing": True, **body}
    answer = await access.client.request(method, path, json=body, headers=access.administrator)
    return answer.status_code, answer.json() if answer.content else None


async def _owner(access: AccessWorld, namespace: str) -> str | None:
    found = await access.get(WorkspaceDirectory).for_namespace(CLUSTER_ID, namespace)
    return found.id if found else None


async def test_the_default_workspace_holds_what_no_other_claims(access: AccessWorld) -> None:
    assert await _owner(access, "anything") == access.workspace_id
    team = await access.workspace("Team", "team-a", "team-b")
    assert [await _owner(access, name) for name in ("team-a", "team-b", "team-c")] == [team, team, access.workspace_id]
    for name in (*SYSTEM_NAMESPACES, ""):
        assert await _owner(access, name) is None
    assert await access.get(WorkspaceDirectory).for_namespace("another-cluster", "anything") is None


async def test_the_default_workspace_is_made_once(access: AccessWorld) -> None:
    service = access.get(WorkspaceService)
    made = await asyncio.gather(*(service.ensure_default("fresh-cluster") for _ in range(5)))
    assert len({one.id for one in made}) == 1
    assert (await service.ensure_default(CLUSTER_ID)).id == access.workspace_id


async def test_a_workspace_as_administrators_see_it(access: AccessWorld) -> None:
    body = {"name": " Team ", "plan": "dedicated", "namespaces": ["b", "a", "a"], "timezone": "Asia/Tokyo",
            "policy": {"single_call_risk": "none"}}  # fmt: skip
    status, made = await _call(access, "POST", PATH, body)
    assert status == 201
    taken = made["data"].pop("taken")
    assert taken == {
        "workspace_id": access.workspace_id, "applications": None, "total": None,
        "reason": "the cluster has not been read yet",
    }  # fmt: skip
    reasons = made["data"]["reasons"]
    assert set(reasons) == {"policy.changes_per_window", "policy.kubernetes_user", "policy.probe_image"}
    assert made["data"] == {
        "id": made["data"]["id"],
        "name": "Team",
        "plan": "dedicated",
        "status": "active",
        "created_at": "2024-01-20T15:30:00Z",
        "cluster": CLUSTER_ID,
        "default": False,
        "namespaces": ["a", "b"],
        "timezone": "Asia/Tokyo",
        "policy": {
            "single_call_risk": "none",
            "changes_per_window": None,
            "kubernetes_user": None,
            "unattended_actions": [],
            "unattended_severity": "high",
            "unattended_pods": 5,
            "autopilot": "suggest",
            "autopilot_classes": [],
            "change_windows": [],
            "change_freezes": [],
            "probe_image": None,
        },
        "reasons": reasons,
    }
    assert made["data"]["id"].startswith("ws-")
    assert (await _call(access, "GET", f"{PATH}/{made['data']['id']}"))[1] == made
    assert [one["name"] for one in (await _call(access, "GET", PATH))[1]["data"]] == ["Default Workspace", "Team"]


async def test_two_workspaces_never_share_a_namespace(access: AccessWorld) -> None:
    await access.workspace("First", "shared")
    status, answer = await _call(access, "POST", PATH, {"name": "Second", "namespaces": ["own", "shared"]})
    assert (status, answer["error"]["code"]) == (409, "NAMESPACE_TAKEN")
    second = await access.workspace("Second", "own")
    status, answer = await _call(access, "PATCH", f"{PATH}/{second}", {"namespaces": ["shared"]})
    assert (status, answer["error"]["code"]) == (409, "NAMESPACE_TAKEN")
    assert await _owner(access, "own") == second


async def test_of_many_who_claim_a_namespace_at_once_one_gets_it(access: AccessWorld) -> None:
    calls = (_call(access, "POST", PATH, {"name": f"W{number}", "namespaces": ["wanted"]}) for number in range(8))
    assert sorted(status for status, _ in await asyncio.gather(*calls)) == [201, *[409] * 7]


async def test_a_change_touches_only_what_it_names(access: AccessWorld) -> None:
    team = await access.workspace("Team", "team-a")
    _, before = await _call(access, "GET", f"{PATH}/{team}")
    changes: list[dict[str, Any]] = [
        {"name": "Renamed"},
        {"namespaces": ["team-b", "team-c"]},
        {"policy": {"single_call_risk": "high"}},
        {"policy": {"changes_per_window": 2}},
        {"status": "suspended"},
        {"timezone": "Europe/Berlin"},
        {},
    ]
    expected = before["data"]
    reasons = expected.pop("reasons")
    for change in changes:
        status, answer = await _call(access, "PATCH", f"{PATH}/{team}", change)
        policy = {**expected["policy"], **change.get("policy", {})}
        expected = {**expected, **change, "policy": policy}
        assert (answer["data"].pop("taken") is not None) == ("namespaces" in change)
        if expected["policy"]["changes_per_window"] is not None:
            reasons.pop("policy.changes_per_window", None)
        assert answer["data"].pop("reasons") == reasons
        assert (status, answer["data"]) == (200, expected)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"namespaces": ["a"]}, "name"),
        ({"name": "   ", "namespaces": ["a"]}, "name"),
        ({"name": "nul\x00", "namespaces": ["a"]}, "name"),
        ({"name": "Team"}, "namespaces"),
        ({"name": "Team", "namespaces": ["Not_A_Namespace"]}, "namespaces[0]"),
        ({"name": "Team", "namespaces": ["a", "kube-system"]}, "namespaces"),
        ({"name": "Team", "namespaces": ["a"], "plan": "free"}, "plan"),
        ({"name": "Team", "namespaces": ["a"], "timezone": "Mars/Olympus"}, "timezone"),
        ({"name": "Team", "namespaces": ["a"], "timezone": "localtime"}, "timezone"),
        (
            {"name": "Team", "namespaces": ["a"], "policy": {"change_freezes": ["9999-12-31/9999-12-31"]}},
            "policy.change_freezes[0]",
        ),
        ({"name": "Team", "namespaces": ["a"], "cluster": "elsewhere"}, "cluster"),
        ({"name": "Team", "namespaces": ["a"], "policy": {"single_call_risk": "all"}}, "policy.single_call_risk"),
    ],
)
async def test_a_bad_workspace_is_refused(access: AccessWorld, body: dict[str, Any], field: str) -> None:
    status, answer = await _call(access, "POST", PATH, body)
    assert (status, answer["error"]["code"]) == (422, "VALIDATION_FAILED")
    assert field in answer["error"]["details"]
    assert len((await _call(access, "GET", PATH))[1]["data"]) == 1


async def test_the_default_workspace_stays(access: AccessWorld) -> None:
    status, answer = await _call(access, "DELETE", f"{PATH}/{access.workspace_id}")
    assert (status, answer["error"]["code"]) == (409, "WORKSPACE_IN_USE")
    status, _ = await _call(access, "PATCH", f"{PATH}/{access.workspace_id}", {"namespaces": ["a"]})
    assert status == 422


async def test_a_deleted_workspace_is_absent_and_its_namespaces_fall_back(access: AccessWorld) -> None:
    team = await access.workspace("Team", "team")
    alice = await access.member("alice", "admin", team)
    assert (await _call(access, "DELETE", f"{PATH}/{team}"))[0] == 204
    assert (await _call(access, "GET", f"{PATH}/{team}"))[0] == 404
    assert await _owner(access, "team") == access.workspace_id
    assert (await access.client.get("/api/v1/workspaces", headers=alice)).json()["data"] == []


async def test_a_workspace_with_a_running_change_stays(access: AccessWorld) -> None:
    team = await access.workspace("Team", "team")
    async with access.context.database.transaction() as session:
        session.add(_running_operation(team))
    status, answer = await _call(access, "DELETE", f"{PATH}/{team}")
    assert (status, answer["error"]["details"]) == (409, {"operation_id": "action_1"})


def _running_operation(workspace_id: str) -> OperationRow:
    return OperationRow(
        id="action_1", surface="action", kind="restart_application", workspace_id=workspace_id, cluster_id=CLUSTER_ID,
        resource="r", resource_id="app-1", status="running", parameters={}, plan={}, description="", requested_by="x",
        prior={}, result={}, started_at=START, updated_at=START,
    )  # fmt: skip


async def test_members_and_their_roles(access: AccessWorld) -> None:
    members = f"{PATH}/{access.workspace_id}/members"
    alice = access.token("alice")
    audit = f"/api/v1/workspaces/{access.workspace_id}/aiops/audit"
    expected = {None: 404, "viewer": 403, "admin": 200, "operator": 403}
    for role, status in expected.items():
        if role:
            put = await _call(access, "PUT", f"{members}/local:alice", {"role": role})
            assert put == (200, {"data": {"user_id": "local:alice", "role": role, "added_at": "2024-01-20T15:30:00Z"}})
        assert (await access.client.get(audit, headers=alice)).status_code == status
    assert [one["user_id"] for one in (await _call(access, "GET", members))[1]["data"]] == ["local:alice"]
    assert (await _call(access, "DELETE", f"{members}/local:alice"))[0] == 204
    assert (await access.client.get(audit, headers=alice)).status_code == 404
    status, answer = await _call(access, "DELETE", f"{members}/local:alice")
    assert (status, answer["error"]["code"]) == (404, "MEMBER_NOT_FOUND")
    assert (await _call(access, "PUT", f"{members}/bob", {"role": "owner"}))[0] == 422


async def test_a_user_sees_own_workspaces_with_role_and_permissions(access: AccessWorld) -> None:
    team, _ = await access.workspace("Team", "team"), await access.workspace("Other", "other")
    await access.member("alice", "viewer")
    alice = await access.member("alice", "operator", team)
    found = (await access.client.get("/api/v1/workspaces", headers=alice)).json()["data"]
    assert [(one["id"], one["role"]) for one in found] == [(access.workspace_id, "viewer"), (team, "operator")]
    assert found[1]["permissions"] == sorted(ROLES["operator"])
    assert "namespaces" not in found[0]


async def test_roles_hold_what_lesser_ones_hold() -> None:
    assert ROLES["viewer"] < ROLES["operator"] < ROLES["admin"]
    assert {"read_workspace", "read_applications", "execute_actions", "create_alerts"} <= ROLES["operator"]


@pytest.mark.parametrize("path", ["%00", "ws-%00", "x/members", "../../healthz", "%2e%2e", "ws-1%2Fmembers", "é" * 80])
async def test_odd_ids_name_nothing(access: AccessWorld, path: str) -> None:
    answer = await access.client.get(f"{PATH}/{path}", headers=access.administrator)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]["code"] in {"MALFORMED_REQUEST", "WORKSPACE_NOT_FOUND", "NOT_FOUND"}


async def test_every_change_is_audited_with_it(access: AccessWorld) -> None:
    team = await access.workspace("Team", "team")
    await _call(access, "PATCH", f"{PATH}/{team}", {"name": "Renamed"})
    await _call(access, "PUT", f"{PATH}/{team}/members/bob", {"role": "viewer"})
    await _call(access, "DELETE", f"{PATH}/{team}/members/bob")
    await _call(access, "DELETE", f"{PATH}/{team}")
    _, answer = await _call(access, "GET", f"/internal/v1/audit?workspace_id={team}&limit=200")
    done = [one["action"] for one in reversed(answer["data"]) if one["action"] != "request"]
    assert done == [
        "workspace.created", "workspace.changed", "workspace.member_put", "workspace.member_removed",
        "workspace.deleted",
    ]  # fmt: skip


async def test_a_token_that_has_expired_is_told_so(access: AccessWorld) -> None:
    headers = access.token("alice", lifetime=timedelta(minutes=1))
    access.clock.advance(120)
    answer = await access.client.get("/api/v1/workspaces", headers=headers)
    assert (answer.status_code, answer.json()["error"]["details"]) == (401, {"token_status": "expired"})
    assert answer.headers["www-authenticate"] == 'Bearer error="invalid_token"'
