"""The internal API may be bound to networks, and to client certificates that name the account."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import httpx2
import pytest
from pydantic import ValidationError

from hexaops.config import Settings
from tests.serving import AccessWorld, access_world

WORKSPACES = "/internal/v1/workspaces"


@pytest.fixture
async def bounded(sqlite_url: str, tmp_path: Path) -> AsyncIterator[AccessWorld]:
    settings = {"internal_allowed_networks": ["10.1.0.0/16", "2001:db8::/32"], "trusted_proxies": 1}
    async with access_world(sqlite_url, tmp_path, settings) as world:
        yield world


async def status_from(world: AccessWorld, address: str) -> httpx2.Response:
    headers = {**world.administrator, "X-Forwarded-For": address}
    return await world.client.get(WORKSPACES, headers=headers)


@pytest.mark.parametrize(
    ("address", "allowed"),
    [
        ("10.1.2.3", True), ("::ffff:10.1.2.3", True), ("2001:db8::7", True), ("10.2.0.1", False),
        ("2001:db9::7", False), ("10.1.2.3, 192.0.2.7", False),
    ],
)  # fmt: skip
async def test_only_the_named_networks_may_call(bounded: AccessWorld, address: str, allowed: bool) -> None:
    answer = await status_from(bounded, address)
    assert answer.status_code == (200 if allowed else 403)
    if not allowed:
        assert answer.json()["error"]["code"] == "ADDRESS_NOT_ALLOWED"


async def test_the_public_api_is_not_bound_by_them(bounded: AccessWorld) -> None:
    headers = {**bounded.token("anybody"), "X-Forwarded-For": "192.0.2.7"}
    assert (await bounded.client.get("/api/v1/workspaces", headers=headers)).status_code == 200


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="internal_allowed_networks"):
        Settings.model_validate({"internal_allowed_networks": ["10.1.0.0/33"]})


def test_client_certificates_need_tls() -> None:
    with pytest.raises(ValidationError, match="need tls_certificate"):
        Settings.model_validate({"tls_client_ca": "ca.pem"})
