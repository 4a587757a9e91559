"""Service accounts through HTTP: both headers, scopes, bindings, rotation, revocation."""

from __future__ import annotations

from tests.serving import AccessWorld, account_headers

ACCOUNTS = "/internal/v1/service-accounts"


async def test_an_account_is_made_and_its_token_is_shown_once(access: AccessWorld) -> None:
    body = {"name": "robot", "scopes": ["workspace:read"], "expires_in_days": 1}
    answer = await access.client.post(ACCOUNTS, json=body, headers=access.administrator)
    assert answer.status_code == 201
    made = answer.json()["data"]
    token = made["token"]["token"]
    assert token.startswith("hexaops_sa_")
    headers = account_headers(made["service_account"]["id"], token)
    assert (await access.client.get("/internal/v1/workspaces", headers=headers)).status_code == 200
    listed = await access.client.get(ACCOUNTS, headers=access.administrator)
    assert token not in listed.text
