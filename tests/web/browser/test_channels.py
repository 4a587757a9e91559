"""Notification channels in the settings: added, tested, told of escalations, removed; the address is never shown."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.contract.receiving import receiving
from tests.web.browser.conftest import Console
from tests.web.browser.test_screens import faults_of


def test_a_channel_is_added_tested_and_removed(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("settings", heading="Settings")
    section = page.locator("section", has=page.get_by_role("heading", name="Notification channels"))
    form = section.get_by_role("form", name="New notification channel")
    add = form.get_by_role("button", name="Add channel")
    form.get_by_label("Name of the channel").fill("ops")
    form.get_by_label("Kind of the channel").select_option("webhook")
    form.get_by_label("Address of the channel").fill("http://169.254.169.254/latest")
    add.click()
    expect(section.get_by_role("alert")).to_contain_text("target")
    with receiving() as receiver:
        form.get_by_label("Address of the channel").fill(f"{receiver.url}?token=hidden")
        add.click()
        row = section.locator("tbody tr", has_text="ops")
        expect(row).to_contain_text("every escalated incident")
        expect(form.get_by_label("Address of the channel")).to_have_value("")
        assert "token=hidden" not in page.content()
        assert faults_of(console) == {}
        row.get_by_role("button", name="Test ops").click()
        expect(section.get_by_text("ops took the test message")).to_be_visible()
        assert "notification.test" in [one.document["event"] for one in receiver.deliveries]
    row.get_by_role("button", name="Test ops").click()
    expect(section.get_by_text("ops did not take the test message: no connection")).to_be_visible()
    row.get_by_role("button", name="No escalations to ops").click()
    expect(row).to_contain_text("what names it")
    row.get_by_role("button", name="Remove: ops").click()
    expect(row).to_have_count(1)  # it is asked once more
    row.get_by_role("button", name="Remove now: ops").click()
    expect(row).to_have_count(0)
    console.errors[:] = [error for error in console.errors if "422" not in error]  # the forbidden address
