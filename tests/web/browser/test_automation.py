"""The automation screen: changes ask to confirm and name who made them, and whoever may only look is told so."""

from __future__ import annotations

from collections.abc import Callable

import httpx2
from playwright.sync_api import Page, Route, expect

from tests.contract.serving import Served
from tests.web.browser.conftest import Console
from tests.web.browser.test_screens import faults_of

TRIPPED = '"tripped":true,"tripped_at":"2024-01-20T15:30:00Z","reason":"five of six fail at once"'
CLOSED = '"tripped":false,"tripped_at":null,"reason":null'


def confirmed(page: Page, label: str, reason: str | None = None) -> None:
    """Press the button, give the reason, press it once more in the dialog."""
    page.get_by_role("button", name=label).click()
    dialog = page.get_by_role("dialog")
    if reason is not None:
        dialog.get_by_label("Reason").fill(reason)
    dialog.get_by_role("button", name=label).click()
    expect(dialog).to_have_count(0)


def put(served: Served, body: dict[str, object]) -> httpx2.Response:
    with served.user() as user:
        return user.put(f"/api/v1/workspaces/{served.workspace_id}/aiops/autopilot", json=body)


def test_the_policy_is_changed_for_named_classes(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("automation", heading="Automation")
    try:
        page.get_by_text("Change the policy", exact=True).click()
        save = page.get_by_role("button", name="Save policy")
        expect(save).to_be_disabled()  # nothing is different yet
        page.get_by_role("radio", name="Act").check()
        expect(save).to_be_disabled()  # no class is named
        page.get_by_role("checkbox", name="Bad rollout").check()
        save.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_contain_text("Without a person: Bad rollout.")
        assert faults_of(console) == {}
        page.keyboard.press("Escape")  # second thoughts
        expect(dialog).to_have_count(0)
        expect(save).to_be_focused()
        assert "bad_rollout" not in put_free(console)
        confirmed(page, "Save policy", "weekend")
        facts = page.locator("dl.facts").nth(1)
        expect(facts).to_contain_text("Bad rollout")
        expect(facts).to_contain_text("weekend")
        expect(facts).to_contain_text("local:owner")
    finally:
        assert put(console.served, {"mode": "suggest"}).status_code == 200


def put_free(console: Console) -> str:
    """What the service holds as the policy."""
    with console.served.user() as user:
        return user.get(f"/api/v1/workspaces/{console.served.workspace_id}/aiops/autopilot").text


def test_a_tripped_breaker_is_reset_by_a_person(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page, reset = console.page, []

    def tripped(route: Route) -> None:
        if route.request.method == "POST":
            reset.append(route.request.url)
            route.continue_()
        else:
            answer = route.fetch()
            text = answer.text() if reset else answer.text().replace(CLOSED, TRIPPED)
            route.fulfill(response=answer, body=text)

    page.route("**/aiops/autopilot**", tripped)
    console.open("automation")
    expect(page.locator("main")).to_contain_text("five of six fail at once")
    confirmed(page, "Reset the breaker")
    expect(page.get_by_role("button", name="Reset the breaker")).to_have_count(0)
    assert len(reset) == 1


def test_who_may_only_look_is_told_so(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.page

    def as_viewer(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=answer.text().replace('"manage_workspace",', ""))

    page.route("**/api/v1/workspaces", as_viewer)
    page.reload()
    console.settle()
    console.open("automation")
    expect(page.get_by_text("You can look, and not change")).to_be_visible()
    for name in ("Switch automation off", "Save policy"):
        expect(page.get_by_role("button", name=name)).to_have_count(0)
    assert faults_of(console) == {}
