"""Five faults, found and mended through the console in a real Chromium, in the way that its first screen suggests.

A crashing replica, an image that does not exist, a version that crashes at its start, a request for more memory than a
node has, and an application that somebody stopped. Two are in the default scenario; three are made through the API
server, as a deployment would make them. Clicks and typed values are counted; seconds are what the console and the
cluster take, without anybody's reading. The simulator runs ten times as fast as a clock.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from playwright.sync_api import Error, Locator, Page

from testenv.harness.console import Embedded, chromium, embedded, open_screen, signed_in
from testenv.harness.service import until

TITLE = "five faults, found and mended through the console in Chromium: clicks and seconds"
MOST_CLICKS = 6
PATCH = {"Content-Type": "application/strategic-merge-patch+json"}
FAULT = "hexaops.dev/fault"
FAULTS: dict[str, dict[str, Any]] = {
    "frontend/deployments/web-app": {
        "template": {
            "metadata": {"annotations": {FAULT: "image-pull"}},
            "spec": {"containers": [{"name": "web-app", "image": "nginx:1.99.9"}]},
        }
    },
    "backend/deployments/payment-service": {
        "template": {
            "metadata": {"annotations": {FAULT: "crash-loop"}},
            "spec": {"containers": [{"name": "payment-service", "image": "shop/payment-service:4.1.0"}]},
        }
    },
    "backend/deployments/worker-app": {"replicas": 0},
}
BROKEN = {"database-app", "cache-service", "web-app", "payment-service", "worker-app"}


@dataclass
class Visit:
    """One person's way through the console."""

    page: Page
    clicks: int = 0
    typed: int = 0
    started: float = field(default_factory=time.monotonic)
    found_seconds: float = 0.0

    def click(self, place: Locator) -> None:
        """Press it; it has to be in sight, or be scrolled to as a person would."""
        place.click()
        self.clicks += 1

    def fill(self, place: Locator, text: str) -> None:
        """Type into it."""
        place.fill(text)
        self.typed += 1

    def found(self, place: Locator) -> None:
        """The cause is on the screen."""
        place.wait_for()
        self.found_seconds = time.monotonic() - self.started

    def confirm(self) -> None:
        """Confirm the plan that is shown, and wait for the change's end."""
        self.click(self.page.get_by_role("button", name="Confirm and run"))
        change = self.page.get_by_label("Change", exact=True).get_by_role("status")
        change.get_by_text("Completed").wait_for()


def run(options: Sequence[str]) -> bool:
    """Mend all five, print the table, and say whether each took few enough clicks."""
    argparse.ArgumentParser(prog="python -m benchmarks console_trial --").parse_args(options)
    with (
        tempfile.TemporaryDirectory(prefix="hexaops-trial-") as folder,
        embedded(Path(folder) / "home", "--speed", "10") as service,
        chromium() as browser,
    ):
        _break(service)
        page = signed_in(browser, service)
        print(f"{'fault':60} {'cause after':>12} {'mended after':>13} {'clicks':>7} {'typed':>6}")
        mended = [_mended(page, service, what, way) for what, way in WAYS.items()]
        return all(mended)


def _break(service: Embedded) -> None:
    """Make the faults, and wait until the service has seen them all."""
    with service.api_server() as api:
        for place, spec in FAULTS.items():
            answer = api.patch(f"/apis/apps/v1/namespaces/{place}", json={"spec": spec}, headers=PATCH)
            answer.raise_for_status()

    def all_seen() -> bool:
        serious = {one["name"] for one in service.call("GET", "/aiops/diagnosis")["findings"]}
        return BROKEN - serious == {"worker-app"} and _status(service, "worker-app") == "stopped"

    until(all_seen)


def _status(service: Embedded, name: str) -> str:
    listed = service.call("GET", "/applications?limit=500")["applications"]
    return str(next(one["status"] for one in listed if one["name"] == name))


def _mended(page: Page, service: Embedded, what: str, way: Callable[[Visit], str]) -> bool:
    open_screen(page, service, "overview")
    page.reload()
    visit = Visit(page)
    try:
        name = way(visit)
        until(lambda: _status(service, name) == "healthy")
    except (Error, AssertionError) as error:
        with suppress(Error):
            page.screenshot(path=f"{what.split(maxsplit=1)[0]}.png", full_page=True)
        print(f"{what:60} not mended: {str(error)[:200]}", flush=True)
        return False
    taken = time.monotonic() - visit.started
    print(f"{what:60} {visit.found_seconds:>10.1f} s {taken:>11.1f} s {visit.clicks:>7} {visit.typed:>6}", flush=True)
    return visit.clicks <= MOST_CLICKS


def _card(visit: Visit, name: str, cause: str) -> Locator:
    """The overview's card about an application, once it says the cause."""
    card = visit.page.locator(".finding", has=visit.page.get_by_role("link", name=name, exact=True))
    visit.found(card.filter(has_text=cause))
    return card


def _replica(visit: Visit) -> str:
    card = _card(visit, "database-app", "could not locate a valid checkpoint record")
    visit.click(card.get_by_role("button", name="Plan: Restart failing pods"))
    visit.confirm()
    return "database-app"


def _image(visit: Visit) -> str:
    card = _card(visit, "web-app", "has no image nginx:1.99.9")
    visit.click(card.get_by_role("button", name="Plan: Roll back"))
    visit.confirm()
    return "web-app"


def _version(visit: Visit) -> str:
    card = _card(visit, "payment-service", "the program ends with an error of its own")
    visit.click(card.get_by_role("button", name="Plan: Roll back"))
    visit.confirm()
    return "payment-service"


def _memory(visit: Visit) -> str:
    card = _card(visit, "cache-service", "it requests 12Gi memory")
    visit.fill(card.get_by_label("Memory request"), "2Gi")
    visit.click(card.get_by_role("button", name="Plan: Update configuration"))
    visit.confirm()
    return "cache-service"


def _stopped(visit: Visit) -> str:
    page = visit.page
    visit.click(page.get_by_role("link", name="applications running"))
    row = page.get_by_role("row").filter(has_text="Stopped")
    visit.found(row)
    visit.click(row.get_by_role("link"))
    visit.click(page.get_by_role("button", name="Start…", exact=True))
    visit.confirm()
    return "worker-app"


WAYS: dict[str, Callable[[Visit], str]] = {
    "one replica of database-app crashes: its data are corrupted": _replica,
    "web-app was given an image that does not exist": _image,
    "a new version of payment-service crashes at its start": _version,
    "cache-service requests more memory than a node has": _memory,
    "somebody has scaled worker-app to zero": _stopped,
}
