"""What looks nearly right is refused: two headers of one name, half an anchor, a confirmation that is not `true`."""

from __future__ import annotations

from typing import Any

import pytest

from tests.serving import AccessWorld

HEAD, VERIFICATION = "/internal/v1/audit/head", "/internal/v1/audit/verification"
ESCAPE, BIDI, C1 = "\x1b[31mred", "a\u202eb", "a\x9bb"


@pytest.mark.parametrize("order", [1, -1])
async def test_two_service_accounts_in_one_request_are_nobody(access: AccessWorld, order: int) -> None:
    """One of them is right, first or last."""
    name, token = access.administrator["X-Service-Account"], access.administrator["Authorization"]
    assert (await access.client.get(HEAD, headers=access.administrator)).status_code == 200
    named = [("X-Service-Account", name), ("X-Service-Account", "sa-other")][::order]
    answer = await access.client.get(HEAD, headers=[*named, ("Authorization", token)])
    assert answer.status_code == 401, answer.text


async def test_two_authorizations_are_none(access: AccessWorld) -> None:
    headers = [*access.administrator.items(), ("Authorization", "Bearer other")]
    assert (await access.client.get(HEAD, headers=headers)).status_code == 401


@pytest.mark.parametrize(("given", "missing"), [({"seq": 1}, "hash"), ({"hash": "0" * 64}, "seq")])
async def test_half_an_anchor_is_refused(access: AccessWorld, given: dict[str, Any], missing: str) -> None:
    answer = await access.client.get(VERIFICATION, params=given, headers=access.administrator)
    assert answer.status_code == 422, answer.text
    assert f"query.{missing}" in answer.json()["error"]["details"]


@pytest.mark.parametrize("name", [ESCAPE, BIDI, C1])
async def test_a_workspace_s_name_is_seen_whole(access: AccessWorld, name: str) -> None:
    body = {"name": name, "namespaces": ["n-1"], "expect_missing": True}
    answer = await access.client.post("/internal/v1/workspaces", json=body, headers=access.administrator)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("title", [ESCAPE, BIDI, C1])
async def test_a_session_s_name_keeps_nothing_unseen(access: AccessWorld, title: str) -> None:
    path = f"/api/v1/workspaces/{access.workspace_id}/aiops/sessions"
    member = await access.member("anna", "operator")
    answer = await access.client.post(path, json={"title": title, "name": title}, headers=member)
    shown = answer.text
    assert answer.status_code in {200, 201, 422}, shown
    assert not any(sign in shown or f"\\u{ord(sign):04x}" in shown for sign in "\x1b\u202e\x9b")
