"""The credentials of a first start, and of the next ones."""

from __future__ import annotations

from pathlib import Path

from hexaops.features.workspaces.embedded import EmbeddedAccess
from tests.serving import CLUSTER_ID, AccessWorld, access_world, account_headers, bearer


async def test_the_credentials_work(access: AccessWorld) -> None:
    made = (await access.get(EmbeddedAccess).ensure(CLUSTER_ID)).document()
    assert made["workspace_id"] == access.workspace_id
    listed = await access.client.get("/api/v1/workspaces", headers=bearer(made["user_token"]))
    assert [(one["id"], one["role"]) for one in listed.json()["data"]] == [(access.workspace_id, "admin")]
    account = made["service_account"]
    headers = account_headers(account["id"], account["token"])
    assert (await access.client.get("/internal/v1/service-accounts", headers=headers)).status_code == 200


async def test_a_good_account_is_kept_and_a_bad_one_replaced(access: AccessWorld) -> None:
    embedded = access.get(EmbeddedAccess)
    first = (await embedded.ensure(CLUSTER_ID)).document()
    assert (await embedded.ensure(CLUSTER_ID, first)).document()["service_account"] == first["service_account"]
    for bad in ({}, {"service_account": None}, {"service_account": {"id": "sa-x", "token": "x"}}):
        again = (await embedded.ensure(CLUSTER_ID, bad)).document()
        assert again["service_account"] != first["service_account"]
        assert again["workspace_id"] == first["workspace_id"]


async def test_its_secrets_are_redacted_from_logs(access: AccessWorld) -> None:
    made = (await access.get(EmbeddedAccess).ensure(CLUSTER_ID)).document()
    line = access.context.redactor.redact(f"{made['user_token']} {made['service_account']['token']}")
    assert line == "[redacted] [redacted]"


async def test_without_a_local_issuer_there_is_no_user(sqlite_url: str, tmp_path: Path) -> None:
    async with access_world(sqlite_url, tmp_path, {"local_issuer": False}) as world:
        assert (await world.get(EmbeddedAccess).ensure(CLUSTER_ID)).document()["user_token"] is None
        assert (await world.client.get("/api/v1/workspaces", headers=world.token("owner"))).status_code == 401
