"""What people do in the console: find what is wrong, mend it, see it heal, take a change back, search logs."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import WAIT_MS, Console

expect.set_options(timeout=WAIT_MS)
pytestmark = pytest.mark.timeout(300)


def test_from_the_overview_to_a_healthy_application_and_back(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("overview")
    trouble = page.locator(".finding", has_text="database-app")
    trouble.get_by_role("link", name="database-app").click()
    page.get_by_role("heading", name="database-app", level=1).wait_for()
    expect(page.locator(".title")).to_contain_text("Degraded")
    finding = page.locator(".finding").first
    finding.get_by_text("Evidence").click()
    expect(finding).to_contain_text("CrashLoopBackOff")
    finding.get_by_role("button", name="Plan: Restart failing pods").click()
    plan = page.get_by_label("Plan", exact=True)
    expect(plan).to_contain_text("Nothing has been changed yet.")
    expect(plan).to_contain_text("Low risk")
    plan.get_by_role("button", name="Confirm and run").click()
    change = page.get_by_label("Change", exact=True)
    expect(change.get_by_role("status")).to_contain_text("Completed")
    expect(change.locator(".steps li.completed")).to_have_count(3)
    expect(page.locator(".title")).to_contain_text("Healthy")
    scale_and_undo(console.open("applications/database-app"))


def scale_and_undo(page: Page) -> None:
    page.get_by_label("Replicas").fill("4")
    page.get_by_role("button", name="Scale…").click()
    page.get_by_role("button", name="Confirm and run").click()
    change = page.get_by_label("Change", exact=True).first
    expect(change.get_by_role("status")).to_contain_text("Completed")
    expect(page.get_by_text("4 of 4 replicas ready")).to_be_visible()
    change.get_by_role("button", name="Undo").click()
    change.get_by_role("button", name="Confirm and run").click()
    expect(page.get_by_text("3 of 3 replicas ready")).to_be_visible()


def test_a_question_is_answered_with_its_evidence_and_a_plan(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("chat")
    page.get_by_label("Message").fill("restart web-app")
    page.keyboard.press("Enter")
    plan = page.get_by_label("Plan", exact=True)
    expect(plan.locator(".diff .added").first).to_contain_text("restartedAt")
    expect(page.locator(".markdown")).not_to_contain_text("plan_hash")
    expect(page.locator(".markdown")).to_contain_text("Target: Deployment frontend/web-app [")
    page.get_by_text("Evidence (").click()
    expect(page.locator(".evidence li").first).to_be_visible()
    plan.get_by_role("button", name="Confirm and run").click()
    change = page.get_by_label("Change", exact=True)
    expect(change.get_by_role("status")).to_contain_text("Completed")
    change.get_by_role("button", name="Undo").click()
    expect(change.get_by_role("alert")).to_contain_text("nothing to undo")
    console.errors[:] = [error for error in console.errors if "409" not in error]  # the refusal that was asked for


def test_an_incident_is_shown_as_it_happens(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("incidents")
    with console.served.user() as user, console.served.account() as account:
        listed = user.get(f"/api/v1/workspaces/{console.served.workspace_id}/applications").json()["data"][
            "applications"
        ]
        (failing,) = [one["id"] for one in listed if one["name"] == "cache-service"]
        body = {"title": "Cache is short of memory", "severity": "high", "affected_applications": [failing]}
        made = account.post("/internal/v1/incidents", json=body).json()["data"]
        page.get_by_role("link", name="Cache is short of memory").click()
        expect(page.locator(".title")).to_contain_text("Open")
        account.post(f"/internal/v1/incidents/{made['incident_id']}", json={"action": "resolve"})
        expect(page.locator(".title")).to_contain_text("Resolved")
        expect(page.locator(".timeline")).to_contain_text("Opened")


def test_log_lines_are_searched_narrowed_and_wrong_queries_marked(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("logs?range=24h")
    page.get_by_label("Query", exact=True).fill("connection")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(".log mark").first).to_be_visible()
    page.locator(".facet", has_text="database-app").get_by_role("button", name="database-app").click()
    expect(page.get_by_role("button", name="Component database-app")).to_be_visible()
    page.get_by_label("Query", exact=True).fill("error AND (")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("^")
    console.errors[:] = [error for error in console.errors if "400" not in error]  # the query that cannot be read
