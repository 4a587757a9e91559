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


async def test_headers_of_the_caller_are_not_believed(sqlite_url: str, tmp_path: Path) -> None:
    """Behind no proxy, and behind one that appends the true address."""
    spoofs = {"X-Forwarded-For": "10.1.2.3", "X-Real-IP": "10.1.2.3", "Forwarded": "for=10.1.2.3"}
    allowed = {"internal_allowed_networks": ["10.1.0.0/16"]}
    async with access_world(sqlite_url, tmp_path, allowed) as world:
        for name, address in spoofs.items():
            answer = await world.client.get(WORKSPACES, headers={**world.administrator, name: address})
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "ADDRESS_NOT_ALLOWED")
    async with access_world(sqlite_url, tmp_path, {**allowed, "trusted_proxies": 1}) as world:
        twice = [*world.administrator.items(), ("X-Forwarded-For", "10.1.2.3"), ("X-Forwarded-For", "192.0.2.7")]
        assert (await world.client.get(WORKSPACES, headers=twice)).status_code == 403


def test_a_network_that_is_none_is_refused() -> None:
    with pytest.raises(ValidationError, match="internal_allowed_networks"):
        Settings.model_validate({"internal_allowed_networks": ["10.1.0.0/33"]})


def test_client_certificates_need_tls() -> None:
    with pytest.raises(ValidationError, match="need tls_certificate"):
        Settings.model_validate({"tls_client_ca": "ca.pem"})
    with pytest.raises(ValidationError, match="needs tls_client_ca"):
        Settings.model_validate({"tls_certificate": "own.pem", "tls_client_crl": "revoked.pem"})
