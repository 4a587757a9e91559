"""Parts of screens: long tables, sorting, brush, following, the kill switch, old data, insights, documentation."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from hexaops.web.files import ConsoleFiles
from tests.web.browser.conftest import WAIT_MS, Console
from tests.web.browser.test_automation import confirmed

expect.set_options(timeout=WAIT_MS)
MANY = 1_000
TELL = """async ([workspace, kind, path]) => {
  const { revisions } = await import(path);
  const topic = revisions[`${kind}s`], before = topic.value;
  new BroadcastChannel("hexaops.events").postMessage({ workspace, kind });  // as the tab does that reads the stream
  while (topic.value === before) await new Promise(requestAnimationFrame);
}"""


@pytest.fixture
def console(sign_in: Callable[..., Console]) -> Console:
    """A console that is signed in."""
    return sign_in()


def _with_many(route: Route) -> None:
    place = 500 if "cursor" in route.request.url else 0
    answer = route.fetch(url=route.request.url.partition("&cursor")[0])
    body = answer.json()
    first = body["data"]["applications"][0]
    body["data"]["applications"] = [
        {**first, "id": f"app-{number:04}", "name": f"one-{number:04}", "status": "healthy", "status_reason": ""}
        for number in range(place, place + 500)
    ]
    body["data"]["pagination"] = {"total": MANY, "has_more": not place, "next_cursor": None if place else "more"}
    route.fulfill(status=200, content_type="application/json", body=json.dumps(body))


def test_a_thousand_applications_hold_only_the_rows_near_the_screen(console: Console) -> None:
    page = console.page
    page.route("**/applications?limit=500*", _with_many)
    page.route("**/metrics?*", lambda route: route.fulfill(json={"data": {"series": []}}))  # of what is not there
    console.open("applications")
    expect(page.get_by_role("status").filter(has_text="1,000 applications")).to_be_visible()
    rows = page.locator("tbody tr:not(.room)")
    assert 0 < rows.count() < 150
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    expect(page.get_by_role("link", name="one-0999")).to_be_visible()
    assert rows.count() < 150
    page.get_by_label("Filter by name or image").fill("one-05")
    expect(page.get_by_role("status").filter(has_text="100 applications")).to_be_visible()
    assert page.locator("tbody").count() == 10, "one for ten rows"
    page.unroute_all(behavior="ignoreErrors")


def test_a_column_sorts_up_and_down(console: Console) -> None:
    page = console.open("applications")
    title = page.get_by_role("columnheader", name="Name")
    for order, first in (("ascending", "admin-portal"), ("descending", "worker-app")):
        title.get_by_role("button").click()
        expect(title).to_have_attribute("aria-sort", order)
        expect(page.locator("tbody tr").first).to_contain_text(first)


def test_the_timeline_is_brushed_and_lines_are_followed(console: Console) -> None:
    page = console.open("logs?range=1h")
    expect(page.get_by_role("heading", name="Patterns")).to_be_visible()
    chart = page.get_by_role("img", name="Lines over time")
    box = chart.bounding_box()
    assert box
    page.mouse.move(box["x"] + box["width"] * 0.9, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.99, box["y"] + 20)
    page.mouse.up()
    chip = page.get_by_role("button", name="Only ")
    expect(chip).to_be_visible()
    assert "from=" in page.url
    chip.click()
    expect(chip).to_have_count(0)
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_text("Following: new lines appear at the top.")).to_be_visible()
    expect(page.locator(".log li").first).to_be_visible()
    page.get_by_role("button", name="Stop following").click()
    expect(page.get_by_role("heading", name="Patterns")).to_be_visible()


def test_the_kill_switch_stops_changes_until_it_is_switched_back(console: Console) -> None:
    page = console.open("automation", heading="Automation")
    expect(page.locator("main")).to_contain_text("Suggest")
    confirmed(page, "Switch automation off", "a test")
    try:
        expect(page.get_by_role("status").filter(has_text="Nothing is changed")).to_be_visible()
        expect(page.locator("main")).to_contain_text("a test")
        console.open("applications/web-app")
        page.get_by_role("button", name="Restart…").click()
        expect(page.get_by_role("alert")).to_contain_text("utomation")
    finally:
        console.open("automation")
        confirmed(page, "Switch automation on")
        expect(page.get_by_role("status").filter(has_text="are carried out")).to_be_visible()
    console.errors[:] = [error for error in console.errors if "40" not in error]  # the change that was refused


def _old(route: Route) -> None:
    answer = route.fetch()
    body = answer.json()
    body["data"]["freshness"] = {"current": False, "missing": {"Pod": "not read yet"}, "stale": {"Node": "two minutes"}}
    route.fulfill(status=200, content_type="application/json", body=json.dumps(body))


def test_old_data_are_said_to_be_old(console: Console) -> None:
    page = console.page
    page.route("**/nodes", _old)
    console.open("nodes")
    notice = page.get_by_role("status").filter(has_text="missing or old")
    expect(notice).to_contain_text("Node: two minutes")
    expect(notice).to_contain_text("Check the connection to the cluster")


def test_a_size_that_only_the_reader_knows_is_asked_for(console: Console) -> None:
    page = console.open("applications/cache-service")
    finding = page.locator(".finding", has_text="no node takes them")
    plan = finding.get_by_role("button", name="Plan: Update configuration")
    expect(plan).to_be_disabled()
    finding.get_by_label("Memory request").fill("2Gi")
    plan.click()
    shown = page.get_by_label("Plan", exact=True)
    expect(shown.locator(".diff .added").first).to_contain_text("2Gi")
    expect(shown).to_be_in_viewport()
    shown.get_by_role("button", name="Dismiss").click()


def test_the_overview_draws_insights_and_cost_when_asked(console: Console) -> None:
    page = console.open("overview")
    page.get_by_role("button", name="Look for insights").click()
    facts = page.locator("section", has=page.get_by_role("heading", name="Insights and cost"))
    expect(facts).to_contain_text("of high priority")
    expect(facts).to_contain_text("Cost")
    facts.get_by_role("link", name="insight").click()
    page.get_by_role("heading", name="Insights", level=1).wait_for()


SPARK = """async ([base, ...all]) => {
  const { Sparkline } = await import(`${base}parts/meter.js`);
  const { html, render } = await import(`${base}lib/html.js`);
  return all.map((values) => {
    const place = document.createElement("div");
    render(html`<${Sparkline} values=${values} label="x" />`, place);
    return [...place.querySelectorAll("path")].map((one) => one.getAttribute("d"));
  });
}"""


def test_a_course_of_few_points_shows_each_of_them(console: Console) -> None:
    base = f"/console/{ConsoleFiles().version}/"
    many = [1.0] * 10
    cases = [None, [None, None], [None, 4.0], [None, 2.0, None, 4.0, 4.0], many, [0.0, None, *many]]
    none, unmeasured, one, gaps, line, lone = console.page.evaluate(SPARK, [base, *cases])
    assert none == unmeasured == []
    assert one == ["M98.0 12.0", "M98.0 12.0h0"]
    assert gaps == ["M26.0 12.0M74.0 2.0L98.0 2.0", "M26.0 12.0h0M98.0 2.0h0"]
    assert len(line) == 1, "a whole line needs no dots"
    assert lone[1] == "M2.0 22.0h0", "a value between gaps would not be seen as a line"


def test_insights_are_drawn_again_when_they_have_changed_and_only_then(console: Console) -> None:
    page, asked = console.page, []
    page.on("request", lambda one: asked.append(one.url) if one.url.endswith("/aiops/insights") else None)
    console.open("insights", heading="Insights")
    assert len(asked) == 1
    page.evaluate(TELL, [console.served.workspace_id, "application", f"/console/{ConsoleFiles().version}/lib/live.js"])
    assert len(asked) == 1
    with page.expect_response("**/aiops/insights"):
        page.evaluate(TELL, [console.served.workspace_id, "insight", f"/console/{ConsoleFiles().version}/lib/live.js"])
    assert len(asked) == 2


def test_the_documentation_is_found_and_searched(console: Console) -> None:
    page = console.page
    page.get_by_role("navigation", name="Screens").get_by_role("link", name="Documentation").click()
    page.get_by_label("Search the documentation").fill("undo a change")
    page.keyboard.press("Enter")
    page.locator(".found a").first.click()
    expect(page.locator("h1").first).to_be_visible()
    page.get_by_role("link", name="← Console").click()
    page.get_by_role("heading", name="Production Workspace").wait_for()
