"""A cursor that an answer gave is good for the same list, caller and filters only."""

from __future__ import annotations

from pathlib import Path

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
        for answer in (
            await access.client.get(path, headers=bob, params={"cursor": cursor}),
            await access.client.get(deliveries, headers=ann, params={"cursor": cursor}),
            await access.client.get(path, headers=ann, params={"cursor": cursor, "more": "x"}),
            await access.client.get(path.replace(access.workspace_id, other), headers=ann, params={"cursor": cursor}),
            await access.client.get(path, headers=ann, params={"cursor": cursor[:-2]}),
            await access.client.get(path, headers=ann, params={"cursor": "3"}),
        ):
            assert answer.status_code == 422
            assert answer.json()["error"]["details"] == {"cursor": "not a cursor of this list"}
        assert (await access.client.get(path, headers=ann, params={"cursor": cursor})).status_code == 200
