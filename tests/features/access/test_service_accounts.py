"""Service accounts through HTTP: both headers, scopes, bindings, rotation, revocation."""

from __future__ import annotations

import base64
import zlib
from typing import Any

import httpx2
import pytest
from sqlalchemy import text

from hexaops.features.access.token import PATTERN, find_token, new_token
from tests.serving import AccessWorld, Headers, account_headers, bearer

ACCOUNTS = "/internal/v1/service-accounts"
WORKSPACES = "/internal/v1/workspaces"


async def _make(access: AccessWorld, **body: Any) -> dict[str, Any]:
    body = {"name": "robot", "scopes": ["workspace:read"], **body}
    answer = await access.client.post(ACCOUNTS, json=body, headers=access.administrator)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()["data"]
    return made


def _headers(made: dict[str, Any]) -> Headers:
    return account_headers(made["service_account"]["id"], made["token"]["token"])


async def _refusal(access: AccessWorld, headers: Headers) -> dict[str, Any]:
    answer = await access.client.get(WORKSPACES, headers=headers)
    assert answer.status_code == 401
    error: dict[str, Any] = answer.json()["error"]
    assert error["code"] == "INVALID_SERVICE_ACCOUNT"
    assert error["message"] == "Invalid or expired service account token"
    details: dict[str, Any] = error["details"]
    return details


async def _enter(access: AccessWorld, headers: Headers, path: str = WORKSPACES) -> httpx2.Response:
    return await access.client.get(path, headers=headers)


async def test_an_account_is_made_and_its_token_is_shown_once(access: AccessWorld) -> None:
    made = await _make(access, expires_in_days=1)
    token = made["token"]["token"]
    assert PATTERN.fullmatch(token)
    assert (await _enter(access, _headers(made))).status_code == 200
    listed = await access.client.get(ACCOUNTS, headers=access.administrator)
    assert token not in listed.text
    shown = next(one for one in listed.json()["data"] if one["id"] == made["service_account"]["id"])
    assert shown["scopes"] == ["workspace:read"]
    assert shown["tokens"][0]["last_used_at"] is not None


async def test_only_a_digest_of_the_token_is_stored(access: AccessWorld) -> None:
    token = (await _make(access))["token"]["token"]
    secret = token.split("_")[3]
    async with access.context.database.reading() as session:
        for table in ("service_accounts", "service_account_tokens", "audit_events", "idempotency_keys"):
            rows = (await session.execute(text(f"SELECT * FROM {table}"))).all()  # noqa: S608 # a fixed list
            assert secret not in repr(rows), table


async def test_the_two_headers_must_agree(access: AccessWorld) -> None:
    one, other = await _make(access), await _make(access)
    token, other_id = one["token"]["token"], other["service_account"]["id"]
    for claimed in (other_id, "sa-nobody"):
        details = await _refusal(access, account_headers(claimed, token))
        assert details == {"service_account_id": claimed, "token_status": "mismatch"}
    assert await _refusal(access, bearer(token)) == {"service_account_id": None, "token_status": "mismatch"}


async def test_a_stranger_learns_nothing_about_accounts(access: AccessWorld) -> None:
    made = await _make(access)
    existing, token = made["service_account"]["id"], made["token"]["token"]
    await access.client.patch(f"{ACCOUNTS}/{existing}", json={"disabled": True}, headers=access.administrator)
    forged = new_token().text
    true_id_other_secret = f"hexaops_sa_{find_token(token).id}_{'0' * 48}_00000000"  # type: ignore[union-attr] # it is one
    for wrong in (forged, true_id_other_secret, "hexaops_sa_", "x", token[:-1], token + "0", token.upper()):
        for claimed in (existing, "sa-nobody"):
            details = await _refusal(access, account_headers(claimed, wrong))
            assert details == {"service_account_id": claimed, "token_status": "invalid"}
    for headers in ({"X-Service-Account": existing}, {"X-Service-Account": existing, "Authorization": "Basic abc"}):
        assert await _refusal(access, headers) == {"service_account_id": existing, "token_status": "missing"}


async def test_what_cannot_be_an_id_is_not_echoed(access: AccessWorld) -> None:
    for claimed in ("x" * 65, "\x1b[31mred"):
        details = await _refusal(access, account_headers(claimed, "wrong"))
        assert details["service_account_id"] is None


async def test_an_expired_token(access: AccessWorld) -> None:
    made = await _make(access, expires_in_days=1)
    access.clock.advance(86_399)
    assert (await _enter(access, _headers(made))).status_code == 200
    access.clock.advance(1)
    assert (await _refusal(access, _headers(made)))["token_status"] == "expired"


async def test_two_tokens_live_during_a_rotation(access: AccessWorld) -> None:
    made = await _make(access)
    account_id, old_id = made["service_account"]["id"], made["token"]["id"]
    path = f"{ACCOUNTS}/{account_id}/tokens"
    second = (await access.client.post(path, json={}, headers=access.administrator)).json()["data"]
    for one in (made, second):
        assert (await _enter(access, _headers(one))).status_code == 200
    third = await access.client.post(path, headers=access.administrator)
    assert (third.status_code, third.json()["error"]["code"]) == (409, "TOO_MANY_TOKENS")
    for _ in range(2):
        gone = await access.client.delete(f"{path}/{old_id}", headers=access.administrator)
        assert gone.status_code == 204
    assert (await _refusal(access, _headers(made)))["token_status"] == "revoked"
    assert (await _enter(access, _headers(second))).status_code == 200
    assert (await access.client.post(path, headers=access.administrator)).status_code == 201


async def test_halves_of_two_tokens_are_no_token(access: AccessWorld) -> None:
    """Also with a right checksum, and for both ids."""
    made = await _make(access)
    path = f"{ACCOUNTS}/{made['service_account']['id']}/tokens"
    second = (await access.client.post(path, json={}, headers=access.administrator)).json()["data"]
    old, new = (one["token"]["token"].split("_") for one in (made, second))
    for known, secret in ((old[2], new[3]), (new[2], old[3])):
        body = f"hexaops_sa_{known}_{secret}"
        mixed = f"{body}_{zlib.crc32(body.encode()):08x}"
        assert find_token(mixed) is not None, "well formed"
        headers = {**_headers(made), "Authorization": f"Bearer {mixed}"}
        assert (await _refusal(access, headers))["token_status"] == "invalid"


async def test_a_disabled_account_is_shut_out_at_once(access: AccessWorld) -> None:
    made = await _make(access)
    path = f"{ACCOUNTS}/{made['service_account']['id']}"
    await access.client.patch(path, json={"disabled": True}, headers=access.administrator)
    assert (await _refusal(access, _headers(made)))["token_status"] == "revoked"
    await access.client.patch(path, json={"disabled": False}, headers=access.administrator)
    assert (await _enter(access, _headers(made))).status_code == 200


async def test_the_last_use_is_written_once_a_minute(access: AccessWorld) -> None:
    made = await _make(access)
    seen = []
    for _ in range(5):
        await _enter(access, _headers(made))
        accounts = (await access.client.get(ACCOUNTS, headers=access.administrator)).json()["data"]
        account = next(one for one in accounts if one["id"] == made["service_account"]["id"])
        seen.append(account["tokens"][0]["last_used_at"])
        access.clock.advance(25)
    assert seen == [*["2024-01-20T15:30:00Z"] * 3, *["2024-01-20T15:31:15Z"] * 2]


async def test_a_bound_account_sees_its_workspaces_only(access: AccessWorld) -> None:
    own, other = await access.workspace("Own", "own"), await access.workspace("Other", "other")
    robot = await access.account("workspace:read", "audit:read", "system:admin", workspace_ids=[own])
    listed = (await _enter(access, robot)).json()["data"]
    assert [one["id"] for one in listed] == [own]
    assert (await _enter(access, robot, f"{WORKSPACES}/{own}")).status_code == 200
    assert (await _enter(access, robot, f"{WORKSPACES}/{other}")).status_code == 404
    events = (await _enter(access, robot, "/internal/v1/audit")).json()["data"]
    assert events
    assert {one["workspace_id"] for one in events} == {own}
    assert (await _enter(access, robot, f"/internal/v1/audit?workspace_id={other}")).json()["data"] == []


async def test_a_bound_administrator_administers_nothing_beyond(access: AccessWorld) -> None:
    own = await access.workspace("Own", "own")
    robot = await access.account("system:admin", "workspace:read", workspace_ids=[own])
    for method, path in (
        ("POST", WORKSPACES),
        ("POST", ACCOUNTS),
        ("GET", ACCOUNTS),
        ("PUT", "/internal/v1/automation"),
    ):
        answer = await access.client.request(method, path, json={}, headers=robot)
        assert answer.status_code == 403, path
        assert answer.json()["error"]["details"] == {
            "required_permission": "system:admin",
            "service_account_permissions": ["workspace:read"],
        }
    renamed = await access.client.patch(f"{WORKSPACES}/{own}", json={"name": "Mine"}, headers=robot)
    assert renamed.json()["data"]["name"] == "Mine"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "scopes": ["workspace:read"]}, "name"),
        ({"name": "x" * 129, "scopes": ["workspace:read"]}, "name"),
        ({"name": "robot", "scopes": []}, "scopes"),
        ({"name": "robot", "scopes": ["everything"]}, "scopes[0]"),
        ({"name": "robot", "scopes": ["workspace:read"], "expires_in_days": 0}, "expires_in_days"),
        ({"name": "robot", "scopes": ["workspace:read"], "workspace_ids": "all"}, "workspace_ids"),
        ({}, "name"),
    ],
)
async def test_a_bad_account_is_refused(access: AccessWorld, body: dict[str, Any], field: str) -> None:
    before = len((await access.client.get(ACCOUNTS, headers=access.administrator)).json()["data"])
    answer = await access.client.post(ACCOUNTS, json=body, headers=access.administrator)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "VALIDATION_FAILED")
    assert field in answer.json()["error"]["details"]
    assert len((await access.client.get(ACCOUNTS, headers=access.administrator)).json()["data"]) == before


@pytest.mark.parametrize("method", ["PATCH", "POST", "DELETE"])
async def test_an_account_that_is_not_there(access: AccessWorld, method: str) -> None:
    path = f"{ACCOUNTS}/sa-nobody" + {"PATCH": "", "POST": "/tokens", "DELETE": "/tokens/x"}[method]
    body = {"disabled": True} if method == "PATCH" else None
    answer = await access.client.request(method, path, json=body, headers=access.administrator)
    assert answer.status_code == 404


def test_a_typing_error_is_found_without_the_store() -> None:
    token = new_token()
    assert find_token(token.text) == token
    for place in range(len("hexaops_sa_"), len(token.text)):
        changed = token.text[:place] + ("0" if token.text[place] != "0" else "1") + token.text[place + 1 :]
        assert find_token(changed) is None, place
    assert token.text not in repr(token)
    assert len({new_token().text for _ in range(1000)}) == 1000


async def test_account_and_token_may_be_name_and_password(access: AccessWorld) -> None:
    made = await _make(access)
    account, token = made["service_account"]["id"], made["token"]["token"]

    def basic(name: str, password: str) -> Headers:
        return {"Authorization": "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()}

    assert (await _enter(access, basic(account, token))).status_code == 200
    assert (await _enter(access, {**basic(account, token), "X-Service-Account": account})).status_code == 200
    assert await _refusal(access, basic("sa-other", token))
    assert await _refusal(access, basic(account, token[:-1] + "x"))
    assert await _refusal(access, {**basic(account, token), "X-Service-Account": "sa-other"})
    assert await _refusal(access, {"Authorization": "Basic not-base64"})
    user = await access.client.get("/api/v1/workspaces", headers=basic(account, token))
    assert user.status_code == 401


async def test_a_request_names_one_account(access: AccessWorld) -> None:
    headers = [*access.administrator.items(), ("X-Service-Account", "sa-another")]
    for order in (headers, headers[::-1]):
        refused = await access.client.get("/internal/v1/workspaces", headers=order)
        assert refused.status_code == 401
