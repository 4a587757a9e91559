"""A cursor that an answer gave is good for the same list, caller and filters only."""

from __future__ import annotations

import re
from inspect import signature
from pathlib import Path
from typing import get_type_hints

import pytest

from hexaops.api import ROUTES
from hexaops.features.access.paging import binding
from hexaops.features.access.principal import Principal
from hexaops.features.routing import Entry
from hexaops.kit.paging import CursorSigner, PageRequest
from tests.serving import AccessWorld, access_world


async def _filled(access: AccessWorld) -> str:
    for number in range(4):
        await access.member(f"user{number}", "viewer")
    return f"/api/v1/workspaces/{access.workspace_id}/aiops/audit"


async def test_a_cursor_goes_on_where_the_page_ended(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path) as access:
        path = await _filled(access)
        admin = await access.member("ann", "admin")
        whole = (await access.client.get(path, headers=admin)).json()["data"]
        seen, params = [], {"limit": 2}
        while True:
            page = (await access.client.get(path, headers=admin, params=params)).json()
            seen += page["data"]
            if not page["pagination"]["has_more"]:
                break
            params = {"limit": 2, "cursor": page["pagination"]["next_cursor"]}
        assert seen == whole
        assert len(seen) > 4


async def test_a_cursor_of_another_caller_list_or_filter_is_refused(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path) as access:
        path = await _filled(access)
        ann, bob = await access.member("ann", "admin"), await access.member("bob", "admin")
        other = await access.workspace("Other", "other")
        first = await access.client.get(path, headers=ann, params={"limit": 1})
        cursor = first.json()["pagination"]["next_cursor"]
        deliveries = path.replace("/audit", "/webhooks/deliveries")
        await access.member("ann", "admin", other)
        every, admin = "/internal/v1/audit", access.administrator
        whole = (await access.client.get(every, headers=admin, params={"limit": 1})).json()["pagination"]["next_cursor"]
        for answer in (
            await access.client.get(path, headers=bob, params={"cursor": cursor}),
            await access.client.get(deliveries, headers=ann, params={"cursor": cursor}),
            await access.client.get(every, headers=admin, params={"cursor": whole, "workspace_id": other}),
            await access.client.get(path.replace(access.workspace_id, other), headers=ann, params={"cursor": cursor}),
            await access.client.get(path, headers=ann, params={"cursor": cursor[:-2]}),
            await access.client.get(path, headers=ann, params={"cursor": "3"}),
        ):
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_CURSOR")
        assert (await access.client.get(path, headers=ann, params={"cursor": cursor})).status_code == 200


LISTS = [entry for entry in ROUTES if PageRequest in get_type_hints(entry.endpoint).values()]


@pytest.mark.parametrize("entry", LISTS, ids=lambda entry: entry.path)
async def test_every_list_refuses_a_cursor_that_is_not_its_own(entry: Entry, sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path) as access:
        user = entry.policy.audience == "user"
        headers = await access.member("ann", "admin") if user else access.administrator
        caller = (
            Principal("user", "local:ann", "ann") if user else Principal("service", headers["X-Service-Account"], "")
        )
        path = re.sub(r"\{\w+\}", "x", entry.path.replace("{workspace_id}", access.workspace_id))
        signer, stranger = access.get(CursorSigner), CursorSigner(lambda: b"another key")
        own = binding(caller, path)
        refused = {
            "not base64": "3",
            "another process's": stranger.seal(("x",), bound=own),
            "another caller's": signer.seal(("x",), bound=binding(Principal("user", "local:bob", "bob"), path)),
            "another list's": signer.seal(("x",), bound=binding(caller, path + "/more")),
            "another filter's": signer.seal(("x",), bound=binding(caller, path, [("status", "failed")])),
            "a changed one": signer.seal(("x",), bound=own)[:-2],
        }
        for name, cursor in refused.items():
            answer = await access.client.get(path, headers=headers, params={"cursor": cursor})
            assert (answer.status_code, answer.json()["error"]["code"]) == (400, "INVALID_CURSOR"), name
            assert [*answer.json()["error"]["details"]] == ["cursor"]
        assert signer.open(signer.seal(("x",), bound=own), bound=own) == ("x",)


def test_every_list_pages_in_the_same_way() -> None:
    """But for the documented one, whose cursor is a message's id: the history of a session."""
    unlike = {"before", "cursor", "offset", "limit"}
    others = [entry.path for entry in ROUTES if unlike & {*signature(entry.endpoint).parameters}]
    assert others == ["/api/v1/workspaces/{workspace_id}/aiops/sessions/{session_id}/history"]
    assert len(LISTS) > 10
