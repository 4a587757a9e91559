"""The keyboard alone, changes by others without a reload, a service that is away, and what a viewer may not do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from playwright.sync_api import Route, expect

from hexaops.config import Settings
from hexaops.features.access.local_issuer import LocalIssuer
from hexaops.kit.clock import SystemClock
from tests.web.browser.conftest import Console, link_of


def test_keyboard_alone(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.page
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.get_by_role("heading", name="Applications", level=1).wait_for()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_contain_text("g a")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("scale web-app to 4")
    page.keyboard.press("Enter")
    page.get_by_label("Plan", exact=True).wait_for()
    confirm = page.get_by_role("button", name="Dismiss")
    for _ in range(60):
        page.keyboard.press("Tab")
        if confirm.evaluate("one => one === document.activeElement"):
            break
    outline = confirm.evaluate("one => getComputedStyle(one).outlineStyle")
    assert outline != "none"
    page.keyboard.press("Enter")
    expect(page.get_by_label("Plan", exact=True)).to_have_count(0)


def test_what_others_change_appears_by_itself(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("applications?q=admin-portal")
    row = page.locator("tbody tr")
    before = row.locator("td").nth(2).inner_text()
    with console.served.user() as user:
        base = f"/api/v1/workspaces/{console.served.workspace_id}/aiops/actions"
        wanted = 2 if before.startswith("1") else 1
        asked: dict[str, Any] = {
            "action": "scale_application",
            "parameters": {"application_id": "admin-portal", "replicas": wanted},
        }
        plan = user.post(base, json=asked).json()["data"]["plan"]
        confirmed = {
            **asked["parameters"],
            "confirmation": True,
            "plan_id": plan["plan_id"],
            "plan_hash": plan["plan_hash"],
        }
        assert user.post(base, json={**asked, "parameters": confirmed}).status_code == 200
    expect(row.locator("td").nth(2)).to_have_text(f"{wanted}/{wanted}")


def _abort(route: Route) -> None:
    route.abort()


def test_a_service_that_is_away_is_said_and_comes_back(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.page
    page.route("**/nodes", _abort)
    console.page.evaluate("hash => { location.hash = hash }", f"#/{console.served.workspace_id}/nodes")
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(page.get_by_role("alert")).to_contain_text("Check that the service is running")
    page.unroute("**/nodes")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("tbody tr")).to_have_count(4)
    console.errors.clear()  # the calls that did not arrive


def test_a_viewer_is_not_offered_what_they_may_not_do(sign_in: Callable[..., Console]) -> None:
    served = sign_in().served
    with served.user() as user:
        path = f"/api/v1/workspaces/{served.workspace_id}/members/local:vera"
        assert user.put(path, json={"role": "viewer"}).status_code == 200
    token = LocalIssuer(served.home, audience=Settings().oidc_audience, clock=SystemClock()).issue(
        "vera", lifetime=timedelta(hours=1)
    )
    console = sign_in(token)
    page = console.open("applications/database-app")
    assert page.get_by_role("button", name="Restart…").count() == 0
    assert page.get_by_role("navigation", name="Screens").get_by_role("link", name="Audit").count() == 0
    page = console.open("audit")
    expect(page.locator("main")).to_contain_text("read_audit")
    expect(page.locator("main")).to_contain_text("Ask an administrator")


def test_a_workspace_or_page_that_is_not_there(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.page
    page.evaluate("location.hash = '#/ws-none/overview'")
    expect(page.locator("main")).to_contain_text("not a member")
    page.get_by_role("link", name="Go to Production Workspace").click()
    console.settle()
    page.evaluate("location.hash = location.hash.replace('overview', 'nowhere')")
    expect(page.locator("main")).to_contain_text("no such page")


def test_a_link_works_once(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    link = link_of(console.served)
    other = console.page.context.browser
    assert other
    for expected in ("Production Workspace", "Sign in to hexaops"):
        context = other.new_context()
        page = context.new_page()
        page.goto(link)
        page.get_by_role("heading", name=expected).wait_for()
        assert "sign-in" not in page.url
        context.close()
