"""An incident from the fault to its end, on pages that are never loaded again."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import WAIT_MS, Console
from tests.web.browser.faults import break_a_pod

expect.set_options(timeout=WAIT_MS)
pytestmark = pytest.mark.timeout(300)
APPLICATION = "api-service"


def test_an_incident_from_its_fault_to_its_end(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("incidents", heading="Incidents")
    page.evaluate("window.loadedOnce = true")
    break_a_pod(console.served, APPLICATION)
    row = page.locator("tbody tr", has_text=APPLICATION)
    expect(row).to_contain_text("Open")
    row.get_by_role("link").click()
    title = page.locator(".title")
    expect(title).to_contain_text("Open")
    remedy = page.get_by_role("button", name="Plan: Restart failing pods")
    expect(remedy).to_be_visible()
    incident = page.url.rpartition("/")[2]
    with console.served.account() as account:
        acknowledged = account.post(f"/internal/v1/incidents/{incident}", json={"action": "acknowledge"})
        assert acknowledged.status_code == 200, acknowledged.text
    expect(title).to_contain_text("Acknowledged")
    remedy.click()
    page.get_by_role("button", name="Confirm and run").click()
    expect(page.get_by_label("Change", exact=True).get_by_role("status")).to_contain_text("Completed")
    expect(page.get_by_text("No cause found now")).to_be_visible()
    expect(title).to_contain_text("Resolved")
    expect(page.locator(".timeline")).to_contain_text("Acknowledged")
    assert page.evaluate("window.loadedOnce"), "the page was loaded again"
