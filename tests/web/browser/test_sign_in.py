"""Signing in at an identity provider, and out again, as a user does it."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.contract.serving import Served, serving
from tests.features.signin.issuer import CLIENT_ID, StrictIssuer, issuing
from tests.web.browser.conftest import WAIT_MS

SECRET = "a secret of the client"  # of the tests' own provider


@pytest.fixture(scope="module")
def provider() -> Iterator[StrictIssuer]:
    """A provider that asks who signs in."""
    with issuing() as issuer:
        issuer.subject, issuer.secret = None, SECRET
        yield issuer


@pytest.fixture(scope="module")
def deployment(provider: StrictIssuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A service that knows the provider; its port is chosen before, for the redirect address names it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    provider.redirect = f"http://127.0.0.1:{port}/sign-in/callback"
    settings = {
        "HEXAOPS_OIDC_ISSUER": provider.name,
        "HEXAOPS_OIDC_CLIENT_ID": CLIENT_ID,
        "HEXAOPS_OIDC_CLIENT_SECRET": SECRET,
        "HEXAOPS_OIDC_REDIRECT_BASE": f"http://127.0.0.1:{port}",
    }
    home = tmp_path_factory.mktemp("sign-in") / "home"
    with serving(home, "--port", str(port), "--speed", "10", settings=settings) as service:
        yield service


def test_a_user_signs_in_at_the_provider_and_out_again(
    deployment: Served, provider: StrictIssuer, browser: Browser
) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(WAIT_MS)
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))

    page.goto(f"{deployment.base_url}/#/{deployment.workspace_id}/nodes")
    page.get_by_role("link", name="Sign in with your organisation").click()
    page.get_by_label("User").fill("alice")
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("main")).to_contain_text("Your user is not a member of any workspace")
    expect(page.locator("main")).to_contain_text("Your user id is alice")

    with deployment.user() as owner:
        path = f"/api/v1/workspaces/{deployment.workspace_id}/members/alice"
        assert owner.put(path, json={"role": "viewer"}).status_code == 200
    page.get_by_role("button", name="Try again").click()
    page.get_by_role("heading", name="Nodes", level=1).wait_for()
    assert page.evaluate("document.cookie") == ""
    assert "eyJ" not in page.evaluate("JSON.stringify([localStorage, sessionStorage])")

    page.get_by_label("Account and theme").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("link", name="Sign in with your organisation").wait_for()
    assert len(provider.signed_out) == 1
    page.reload()
    page.get_by_role("heading", name="Sign in to hexaops").wait_for()

    page.goto(f"{deployment.base_url}/sign-in/callback?code=x&state=y")
    expect(page.get_by_role("alert")).to_contain_text("not started in this browser")
    assert page.url == f"{deployment.base_url}/"
    context.close()
    assert errors == []
