"""Every screen, in both themes, on a phone and on a desk: it renders, fits, and axe finds no serious fault."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe

from hexaops.web.files import FOLDER
from tests.web.browser.conftest import Console

SCREENS = {
    "overview": "Production Workspace", "applications": "Applications", "applications/database-app": "database-app",
    "chat": "Chat", "incidents": "Incidents", "alerts": "Alerts", "changes": "Changes", "insights": "Insights",
    "logs": "Logs", "nodes": "Nodes", "workspace": "Production Workspace",
    "automation": "Automation", "audit": "Audit", "settings": "Settings",
}  # fmt: skip
SERIOUS = {"serious", "critical"}


def test_every_screen_is_among_them() -> None:
    folders = {path.name for path in (FOLDER / "screens").iterdir() if path.is_dir()}
    assert folders - {"sign-in"} == {screen.partition("/")[0] for screen in SCREENS}


WIDTHS = (1280, 360)
THEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.mark.timeout(300)  # axe on thirteen screens takes a minute on a machine that others use
def test_screens(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    faults: dict[str, dict[str, list[str]]] = {}
    for screen, heading in SCREENS.items():
        page = console.open(screen, heading=heading)
        for width in WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, f"{screen} is too wide"
            failed = page.locator(".state.failed")
            assert failed.count() == 0, f"{screen}: {failed.all_inner_texts()}"
            for theme in THEMES:
                page.emulate_media(color_scheme=theme)
                # The other theme changes colours and nothing else.
                faults[f"{screen} {width} {theme}"] = faults_of(console, only=None if theme == "light" else COLOURS)
    assert {screen: found for screen, found in faults.items() if found} == {}


COLOURS = ("color-contrast", "link-in-text-block")


def faults_of(console: Console, *, only: Sequence[str] | None = None) -> dict[str, list[str]]:
    """What axe finds serious: rule and elements. Its own frames, which the page's policy refuses, are no fault."""
    before = [*console.errors]
    options = {"resultTypes": ["violations"], **({"runOnly": [*only]} if only else {})}
    found = Axe().run(console.page, options=options).response["violations"]
    console.errors[:] = before
    return {one["id"]: [node["html"][:160] for node in one["nodes"]] for one in found if one["impact"] in SERIOUS}


def test_the_page_of_who_is_not_signed_in(sign_in: Callable[..., Console]) -> None:
    console = sign_in()
    page = console.page
    page.get_by_label("Account and theme").click()
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("heading", name="Sign in to hexaops").wait_for()
    assert faults_of(console) == {}
    page.get_by_label("paste a user token").fill("nonsense")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("alert").get_by_text("The token is not accepted").wait_for()
    page.get_by_label("paste a user token").fill(console.served.credentials["user_token"])
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="Production Workspace").wait_for()
    assert page.evaluate("JSON.stringify([document.cookie, {...localStorage}, {...sessionStorage}])").count("eyJ") == 0
    assert [error for error in console.errors if "401" not in error] == []
    console.errors.clear()
