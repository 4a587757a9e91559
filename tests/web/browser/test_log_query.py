"""The log query's box: completed by keyboard alone, and marked where it cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from hexaops.web.files import ConsoleFiles
from tests.web.browser.conftest import Console
from tests.web.browser.test_screens import faults_of

KNOWN = {"component": {"api service": 1, "api-a": 5, "web-api": 9, "AND": 1}, "level": {"error": 2}}
CASES: list[tuple[str, list[str]]] = [
    ("", ["level:", "component:", "pod:", "error_code:", "trace_id:", "message:"]),
    ("timeout (c", ["component:"]),
    ("NOT l", ["level:"]),
    ("component:", ["web-api ", "api-a ", '"AND" ', '"api service" ']),
    ("component:API", ["api-a ", '"api service" ', "web-api "]),
    ("level:error", []),
    ("constructor:", []),
    ('"component:', []),
    ("a:b:c", []),
    ("message:x", []),
]


@pytest.fixture
def console(sign_in: Callable[..., Console]) -> Console:
    """The logs of a day."""
    console = sign_in()
    console.open("logs?range=24h")
    return console


def complete(console: Console, text: str, at: int | None = None) -> dict[str, Any]:
    path = f"/console/{ConsoleFiles().version}/screens/logs/completion.js"
    found: dict[str, Any] = console.page.evaluate(
        "async ([path, ...asked]) => (await import(path)).complete(...asked)",
        [path, text, len(text) if at is None else at, KNOWN],
    )
    return found


def test_a_query_is_completed_by_keyboard_alone(console: Console) -> None:
    page, box = console.page, console.page.get_by_role("combobox", name="Query", exact=True)
    options = page.locator("#completions").get_by_role("option")
    box.focus()
    expect(options).to_have_count(0)  # nothing is in the way of who knows what to type
    page.keyboard.press("ArrowDown")
    expect(options).to_have_count(6)
    page.keyboard.type("lev")
    expect(options).to_have_count(1)
    page.keyboard.press("ArrowDown")
    assert box.get_attribute("aria-activedescendant") == options.first.get_attribute("id")
    assert faults_of(console) == {}
    page.keyboard.press("Enter")
    expect(box).to_have_value("level:")
    expect(options.filter(has_text="error")).to_have_count(1)
    page.keyboard.type("err")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("level:error ")
    page.keyboard.type("comp")
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(box).to_be_focused()
    page.keyboard.type("onent:database")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Tab")
    expect(box).to_have_value("level:error component:database-app ")
    page.keyboard.press("Enter")
    expect(page.locator(".log .component").first).to_have_text("database-app")
    expect(page.locator(".log .component").filter(has_not_text="database-app")).to_have_count(0)


def test_an_error_is_marked_under_the_text(console: Console) -> None:
    page, box = console.page, console.page.get_by_role("combobox", name="Query", exact=True)
    box.fill("𠀀 level:error AND )oops")
    page.keyboard.press("Enter")
    problem = page.locator(".query").get_by_role("alert")
    expect(problem.locator("mark")).to_have_text(")")
    expect(problem).to_contain_text("Expected: a word")
    assert box.get_attribute("aria-describedby") == problem.get_attribute("id")
    assert box.evaluate("one => one.value.slice(one.selectionStart)") == ")oops"
    assert faults_of(console) == {}
    page.keyboard.press("Delete")
    expect(problem).to_have_count(0)  # until it is asked again
    page.keyboard.press("Enter")
    expect(page.get_by_role("status").filter(has_text=" ms")).to_be_visible()
    console.errors[:] = [error for error in console.errors if "400" not in error]  # the query that cannot be read


def test_what_a_text_can_be_continued_with(console: Console) -> None:
    for text, expected in CASES:
        assert [one["insert"] for one in complete(console, text)["options"]] == expected, text
    middle = complete(console, "component:ap rest", len("component:a"))
    assert (middle["from"], middle["to"]) == (10, 12)
    assert middle["options"][0]["insert"] == "api-a"  # a space is there already
