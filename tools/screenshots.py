"""Takes the pictures of `docs/images/console-*.png`: every screen of the console on the embedded default.

`python -m tools.screenshots` starts the service with its simulator, waits until it has measured a little, makes one
change and one incident, and takes each screen at 1280 by 800, light; the application dark. With `--all FOLDER` it
takes every screen in both themes, at 1280 and 360 pixels, in full length, to be looked at.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page

from testenv.harness.console import DESK, PHONE, Embedded, chromium, embedded, open_screen, signed_in

FOLDER = Path(__file__).parents[1] / "docs" / "images"
SCREENS = {
    "overview": "overview", "applications": "applications", "application": "applications/database-app",
    "incidents": "incidents", "alerts": "alerts", "changes": "changes", "insights": "insights", "logs": "logs?range=1h",
    "nodes": "nodes", "workspace": "workspace", "automation": "automation", "audit": "audit", "settings": "settings",
}  # fmt: skip
DARK = {"application"}
WARM_UP_SECONDS, SETTLE_MS = 45.0, 1_500


def main(arguments: list[str]) -> int:
    """Take them."""
    parser = argparse.ArgumentParser(prog="python -m tools.screenshots")
    parser.add_argument("--all", type=Path, metavar="FOLDER", help="every screen, theme and width, in full length")
    folder: Path | None = parser.parse_args(arguments).all
    with (
        tempfile.TemporaryDirectory(prefix="hexaops-pictures-") as home,
        embedded(Path(home) / "home", "--speed", "5") as service,
        chromium() as browser,
    ):
        time.sleep(WARM_UP_SECONDS)
        _open_incident(service)
        looks = (DESK, "light"), (DESK, "dark"), (PHONE, "light"), (PHONE, "dark")
        for size, theme in looks if folder else looks[:2]:
            page = signed_in(browser, service, viewport=size, color_scheme=theme)
            if (size, theme) == looks[0]:
                _plan(page, service, folder or FOLDER)
            for name, screen in SCREENS.items():
                if folder is None and (name in DARK) != (theme == "dark"):
                    continue
                mark = f"-{theme}-{size['width']}" if folder else ""
                _take(page, service, screen, (folder or FOLDER) / f"console-{name}{mark}.png", whole=folder is not None)
            page.context.close()
    return 0


def _take(page: Page, service: Embedded, screen: str, path: Path, *, whole: bool) -> None:
    open_screen(page, service, screen)
    page.mouse.move(0, 0)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=path, full_page=whole)
    print(f"{path}: {path.stat().st_size:,} bytes")


def _plan(page: Page, service: Embedded, folder: Path) -> None:
    """Ask for a change in the chat, take its plan, and carry it out."""
    open_screen(page, service, "chat")
    page.get_by_label("Message").fill("scale web-app to 4")
    page.keyboard.press("Enter")
    confirm = page.get_by_role("button", name="Confirm and run")
    confirm.wait_for()
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=folder / "console-plan.png")
    confirm.click()
    page.get_by_label("Change", exact=True).get_by_role("status").get_by_text("Completed").wait_for()


def _open_incident(service: Embedded) -> None:
    account: Mapping[str, str] = json.loads((service.home / "credentials.json").read_text())["service_account"]
    listed = service.call("GET", "/applications")["applications"]
    failing = next(one["id"] for one in listed if one["name"] == "cache-service")
    service.client.post(
        "/internal/v1/incidents",
        json={"title": "Cache is short of memory", "severity": "high", "affected_applications": [failing]},
        headers={"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]},
    ).raise_for_status()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
