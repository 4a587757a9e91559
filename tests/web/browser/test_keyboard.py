"""The whole story with the keyboard alone: every step is reached by Tab, in the order of the page, and seen."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntEnum

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.web.browser.conftest import WAIT_MS, Console
from tests.web.browser.faults import break_a_pod

expect.set_options(timeout=WAIT_MS)
pytestmark = pytest.mark.timeout(300)
APPLICATION = "notification-service"
MOST_TABS = 150
STEP = """(side) => {
  const here = document.activeElement, before = window.focusedBefore;
  window.focusedBefore = here;
  const style = getComputedStyle(here);
  const shape = here.getBoundingClientRect();
  return {
    next: !before?.isConnected || Boolean(before.compareDocumentPosition(here) & side),
    marked: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    seen: shape.width > 0 && shape.bottom > 0 && shape.top < innerHeight,
    what: here.outerHTML.slice(0, 200),
  };
}"""


class Side(IntEnum):
    """As `compareDocumentPosition` counts them."""

    PRECEDING = 2
    FOLLOWING = 4


def tab_to(page: Page, wanted: Locator, *, back: bool = False) -> None:
    """Press Tab until it is focused; each element on the way comes next in the page, is marked and on the screen."""
    expect(wanted).to_be_visible()
    page.evaluate("window.focusedBefore = document.activeElement === document.body ? null : document.activeElement")
    for _ in range(MOST_TABS):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        step = page.evaluate(STEP, Side.PRECEDING if back else Side.FOLLOWING)
        assert step["next"], f"out of order: {step['what']}"
        assert step["marked"], f"focus is not seen: {step['what']}"
        assert step["seen"], f"not on the screen: {step['what']}"
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{wanted} was not reached")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def confirm(page: Page) -> Locator:
    """Read the plan, which has the focus, and confirm it; the change that follows has the focus then."""
    plan = page.get_by_label("Plan", exact=True)
    expect(plan).to_be_focused()
    press(page, plan.get_by_role("button", name="Confirm and run"))
    change = page.get_by_label("Change", exact=True).last
    expect(change).to_be_focused()
    expect(change.get_by_role("status")).to_contain_text("Completed")
    return change


def test_the_whole_story_by_keyboard(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.open("applications")
    break_a_pod(console.served, APPLICATION)
    page.keyboard.press("g")
    page.keyboard.press("o")
    finding = page.locator(".finding", has_text=APPLICATION)
    expect(finding).to_be_visible()
    press(page, finding.get_by_role("link", name=APPLICATION).first)
    page.get_by_role("heading", name=APPLICATION, level=1).wait_for()
    assert page.evaluate("document.activeElement.id") == "main"

    why = page.locator(".finding").first
    press(page, why.locator("summary", has_text="Evidence"))
    expect(why.locator(".evidence li").first).to_be_visible()
    press(page, why.get_by_role("button", name="Plan: Restart failing pods"))
    change = confirm(page)
    expect(change.locator(".steps li.completed")).to_have_count(3)
    expect(page.locator(".title")).to_contain_text("Healthy")

    tab_to(page, page.get_by_label("Replicas"), back=True)
    page.keyboard.press("ArrowUp")
    press(page, page.get_by_role("button", name="Scale…"))
    change = confirm(page)
    press(page, change.get_by_role("button", name="Undo"))
    confirm(page)
    expect(page.locator(".title")).to_contain_text("Healthy")


def test_a_dismissed_plan_gives_the_focus_back(sign_in: Callable[..., Console]) -> None:
    page = sign_in().open("applications/web-app")
    restart = page.get_by_role("button", name="Restart…")
    restart.focus()
    page.keyboard.press("Enter")
    plan = page.get_by_label("Plan", exact=True)
    expect(plan).to_be_focused()
    press(page, plan.get_by_role("button", name="Dismiss"))
    expect(restart).to_be_focused()
