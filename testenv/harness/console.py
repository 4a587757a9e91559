"""The console as its users meet it: `hexaops serve` with its simulator, and a Chromium that is signed in."""

from __future__ import annotations

import json
import os
import selectors
import shutil
import signal
import ssl
import subprocess
from base64 import b64decode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import yaml
from playwright.sync_api import Browser, Page, sync_playwright

from testenv.harness.service import PROGRAM, SETTINGS, START_SECONDS

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
WAIT_MS = 60_000
PHONE, DESK = {"width": 360, "height": 800}, {"width": 1280, "height": 800}


@dataclass(frozen=True)
class Embedded:
    """A running service with a simulated cluster, and a client with its owner's token."""

    process: subprocess.Popen[str]
    home: Path
    client: httpx2.Client
    workspace_id: str

    @property
    def base_url(self) -> str:
        """Where the console is."""
        return str(self.client.base_url).rstrip("/")

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """The data of an answer of the workspace's part of the public API."""
        answer = self.client.request(method, f"/api/v1/workspaces/{self.workspace_id}{path}", json=body)
        answer.raise_for_status()
        return answer.json()["data"] if answer.content else None

    def sign_in_link(self) -> str:
        """A link that signs the owner in, once."""
        answer = self.client.post("/api/v1/session/links")
        return f"{self.base_url}{answer.json()['data']['path']}"

    @contextmanager
    def api_server(self) -> Iterator[httpx2.Client]:
        """The simulated cluster's API server, as its administrator sees it."""
        config = yaml.safe_load((self.home / "simulator" / "kubeconfig").read_text(encoding="utf-8"))
        cluster, user = config["clusters"][0]["cluster"], config["users"][0]["user"]
        trusted = ssl.create_default_context(cadata=b64decode(cluster["certificate-authority-data"]).decode())
        headers = {"Authorization": f"Bearer {user['token']}"}
        with httpx2.Client(base_url=cluster["server"], verify=trusted, headers=headers, trust_env=False) as client:
            yield client


@contextmanager
def embedded(home: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[Embedded]:
    """Start `hexaops serve` with its simulator on a free port; it ends with the block."""
    home.mkdir(parents=True, exist_ok=True)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXAOPS_")}
    command = [str(PROGRAM), "serve", "--home", str(home), "--port", "0", *arguments]
    with (home / "service.log").open("w") as log:
        process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=log, text=True, env={**kept, **SETTINGS, **(settings or {})}
        )
    try:
        _await_start(process, home)
        credentials = json.loads((home / "credentials.json").read_text())
        headers = {"Authorization": f"Bearer {credentials['user_token']}"}
        with httpx2.Client(base_url=credentials["base_url"], headers=headers, timeout=60.0) as client:
            yield Embedded(process, home, client, credentials["workspace_id"])
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout:
            process.stdout.close()


def _await_start(process: subprocess.Popen[str], home: Path) -> None:
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        assert waiting.select(START_SECONDS), f"not ready in {START_SECONDS:.0f} s"
    line = process.stdout.readline()
    assert line.startswith("hexaops serves"), (home / "service.log").read_text()[-2000:]


@contextmanager
def chromium(*arguments: str) -> Iterator[Browser]:
    """A headless Chromium. Raises FileNotFoundError where none is installed."""
    program = os.environ.get("HEXAOPS_TEST_CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        message = "no Chromium: apt-get install chromium"
        raise FileNotFoundError(message)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox", *arguments])
        try:
            yield browser
        finally:
            browser.close()


def signed_in(browser: Browser, service: Embedded, **options: Any) -> Page:
    """A page of its own, at the overview."""
    page = browser.new_context(**{"viewport": DESK, **options}).new_page()
    page.set_default_timeout(WAIT_MS)
    page.goto(service.sign_in_link())
    settle(page)
    return page


def open_screen(page: Page, service: Embedded, screen: str) -> None:
    """Go to a screen, and wait until it shows its data."""
    page.evaluate("hash => { location.hash = hash }", f"#/{service.workspace_id}/{screen}")
    settle(page)


def settle(page: Page) -> None:
    """Wait until there is a heading and nothing is being loaded."""
    page.locator("main h1").first.wait_for()
    page.wait_for_function("() => !document.querySelector('.loading')")
