"""Service accounts in the settings: opened with credentials, made, shown once, rotated and revoked."""

from __future__ import annotations

import re
from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.contract.serving import Served
from tests.web.browser.conftest import Console
from tests.web.browser.test_screens import faults_of

HOSTILE = "<img src=x onerror=alert(1)>"


def unlock(page: Page, account_id: str, token: str) -> None:
    page.get_by_label("Service account id").fill(account_id)
    page.get_by_label("Service account token").fill(token)
    page.get_by_role("button", name="Show service accounts").click()


def status_of(served: Served, account_id: str, token: str) -> int:
    with served.account({"id": account_id, "token": token}) as client:
        return client.get("/internal/v1/workspaces").status_code


def test_service_accounts_are_managed_with_the_credentials_of_one(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("settings", heading="Settings")
    served, own = console.served, console.served.credentials["service_account"]
    section = page.locator("section", has=page.get_by_role("heading", name="Service accounts"))

    unlock(page, own["id"], "wrong")
    expect(section.get_by_role("alert")).to_contain_text("Check that the id and the token belong together")
    section.get_by_role("button", name="Use other credentials").click()
    unlock(page, own["id"], own["token"])
    expect(section.locator("tbody tr", has_text="in use here")).to_have_count(1)

    section.get_by_text("New service account").click()
    section.get_by_label("Name").fill(HOSTILE)
    section.get_by_label("workspace:read").check()
    assert faults_of(console) == {}
    section.get_by_role("button", name="Create").click()
    shown = section.locator(".issued pre").inner_text()
    match = re.fullmatch(r"X-Service-Account: (sa-\w+)\nAuthorization: Bearer (hexaops_sa_\w+)", shown)
    assert match, shown
    account_id, token = match.groups()
    assert status_of(served, account_id, token) == 200
    section.get_by_role("button", name="I have stored it").click()
    expect(section.locator(".issued")).to_have_count(0)
    assert token not in page.content()
    row = section.locator("tbody tr", has_text=account_id)
    expect(row).to_contain_text(HOSTILE)
    expect(row).to_contain_text(served.workspace_id)

    row.get_by_role("button", name="New token").click()
    section.get_by_role("button", name="I have stored it").click()
    expect(row.get_by_role("button", name="New token")).to_be_disabled()
    revoke = row.get_by_role("button", name="Revoke").first
    revoke.click()
    assert status_of(served, account_id, token) == 200  # it is asked once more
    row.get_by_role("button", name="Revoke now").click()
    expect(row.get_by_role("button", name="Revoke")).to_have_count(1)
    assert status_of(served, account_id, token) == 401
    row.get_by_role("button", name="Disable").click()
    expect(row).to_contain_text("Disabled")

    stored = page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])")
    assert own["token"] not in stored
    console.open("nodes")
    console.open("settings")
    expect(page.get_by_label("Service account token")).to_have_value("")  # forgotten with the screen
    console.errors[:] = [error for error in console.errors if "401" not in error]  # the wrong token
