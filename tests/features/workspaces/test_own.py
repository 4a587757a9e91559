"""What an admin does in the own workspace by the public API: members and the automation switch."""

from __future__ import annotations

from typing import Any

import httpx2

from tests.serving import AccessWorld, Headers


async def call(
    access: AccessWorld, method: str, path: str, headers: Headers, body: dict[str, Any] | None = None
) -> httpx2.Response:
    return await access.client.request(
        method, f"/api/v1/workspaces/{access.workspace_id}{path}", json=body, headers=headers
    )


async def test_an_admin_adds_and_removes_members(access: AccessWorld) -> None:
    admin = await access.member("ada", "admin")
    added = await call(access, "PUT", "/members/local:vera", admin, {"role": "viewer"})
    assert added.json()["data"]["role"] == "viewer"
    viewer = access.token("vera")
    listed = (await call(access, "GET", "/members", viewer)).json()["data"]
    assert {one["user_id"]: one["role"] for one in listed}["local:vera"] == "viewer"
    assert (await call(access, "PUT", "/members/local:vera", viewer, {"role": "admin"})).status_code == 403
    assert (await call(access, "DELETE", "/members/local:vera", admin)).status_code == 204
    assert (await call(access, "GET", "/members", viewer)).status_code == 404
    assert (await call(access, "DELETE", "/members/local:vera", admin)).status_code == 404


async def test_the_last_admin_stays(access: AccessWorld) -> None:
    ada = await access.member("ada", "admin")
    for method, body in (("PUT", {"role": "viewer"}), ("DELETE", None)):
        refused = await call(access, method, "/members/local:ada", ada, body)
        assert (refused.status_code, refused.json()["error"]["code"]) == (409, "LAST_ADMIN")
    assert (await call(access, "PUT", "/members/local:bob", ada, {"role": "admin"})).status_code == 200
    assert (await call(access, "DELETE", "/members/local:ada", ada)).status_code == 204


async def test_the_switch_of_the_own_workspace_and_of_no_other(access: AccessWorld) -> None:
    admin = await access.member("ada", "admin")
    other = await access.workspace("Other", "other")
    body = {"enabled": False, "workspace_id": other}
    await access.client.put("/internal/v1/automation", json=body, headers=access.administrator)
    off = await call(access, "PUT", "/aiops/automation", admin, {"enabled": False, "reason": "a fire drill"})
    (own,) = off.json()["data"]["workspaces"]
    assert (own["workspace_id"], own["enabled"], own["reason"]) == (access.workspace_id, False, "a fire drill")
    operator = await access.member("olga", "operator")
    assert (await call(access, "PUT", "/aiops/automation", operator, {"enabled": True})).status_code == 403
    (seen,) = (await call(access, "GET", "/aiops/automation", operator)).json()["data"]["workspaces"]
    assert (seen["workspace_id"], seen["enabled"]) == (access.workspace_id, False)
