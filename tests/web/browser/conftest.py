"""One service and one Chromium for all tests of the console, and a page that fails a test by any error it reports."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.contract.serving import Served, serving

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
MISSING = "no Chromium: apt-get install chromium"
SETTINGS = {
    "HEXAOPS_VERIFY_STABLE_SECONDS": "0.5", "HEXAOPS_CHANGES_PER_WORKSPACE": "1000",
    "HEXAOPS_CHANGES_PER_CLUSTER": "1000", "HEXAOPS_RATE_LIMIT_PUBLIC": "100000/minute",
    "HEXAOPS_WEBHOOK_ALLOWED_NETWORKS": '["127.0.0.0/8"]',
}  # fmt: skip
WAIT_MS = 45_000


@dataclass
class Console:
    """A page that is signed in, and what went wrong in it."""

    page: Page
    served: Served
    errors: list[str] = field(default_factory=list)

    def open(self, screen: str, *, heading: str | None = None) -> Page:
        """Go to a screen and wait until nothing of it is being loaded."""
        self.page.evaluate("hash => { location.hash = hash }", f"#/{self.served.workspace_id}/{screen}")
        self.settle()
        if heading:
            self.page.get_by_role("heading", name=heading, level=1).wait_for()
        return self.page

    def settle(self) -> None:
        """Wait until the screen shows its heading and nothing is being loaded."""
        self.page.locator("main h1").first.wait_for()
        self.page.wait_for_function("() => !document.querySelector('.loading')")


@pytest.fixture(scope="package")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The embedded default in quick time."""
    _program()
    with serving(tmp_path_factory.mktemp("console") / "home", "--speed", "10", settings=SETTINGS) as service:
        yield service


@pytest.fixture(scope="package")
def browser(served: Served) -> Iterator[Browser]:
    """Chromium; it ends with the folder's tests, because its event loop must not outlive them."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=_program(), args=["--no-sandbox"])
        yield started
        started.close()


@pytest.fixture
def sign_in(served: Served, browser: Browser) -> Iterator[Callable[..., Console]]:
    """Opens a browser's window of its own and signs in: by a link, or with a token."""
    opened: list[tuple[BrowserContext, Console]] = []

    def enter(token: str | None = None, **options: Any) -> Console:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        page = context.new_page()
        page.set_default_timeout(WAIT_MS)
        console = Console(page, served)
        page.on("pageerror", lambda error: console.errors.append(str(error)))
        page.on("console", lambda said: console.errors.append(said.text) if said.type == "error" else None)
        opened.append((context, console))
        if token is None:
            page.goto(link_of(served))
        else:
            context.request.post(f"{served.base_url}/api/v1/session", headers={"Authorization": f"Bearer {token}"})
            page.goto(served.base_url)
        console.settle()
        return console

    yield enter
    for context, _ in opened:
        context.close()
    assert [error for _, console in opened for error in console.errors] == []


def link_of(served: Served) -> str:
    """A link that signs the owner in, once."""
    with served.user() as client:
        return served.base_url + str(client.post("/api/v1/session/links").json()["data"]["path"])


def _program() -> str:
    found = os.environ.get("HEXAOPS_TEST_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if found is None:
        pytest.skip(MISSING)
    return found
