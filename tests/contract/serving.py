"""The service as a process of its own, as a user starts it, with what it wrote for its clients."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

START_SECONDS = 60.0
"""Deadline of a start on a busy machine; a start takes about 3 s."""
STOP_SECONDS = 40.0
POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Served:
    """One running service and its credentials."""

    process: subprocess.Popen[bytes]
    home: Path
    credentials: Mapping[str, Any]

    @property
    def base_url(self) -> str:
        """Where it listens."""
        return str(self.credentials["base_url"])

    @property
    def workspace_id(self) -> str:
        """The embedded workspace."""
        return str(self.credentials["workspace_id"])

    def user(self, token: str | None = None) -> httpx2.Client:
        """A client of the public API."""
        headers = {"Authorization": f"Bearer {token or self.credentials['user_token']}"}
        return httpx2.Client(base_url=self.base_url, headers=headers, timeout=60.0)

    def account(self, account: Mapping[str, str] | None = None) -> httpx2.Client:
        """A client of the internal API, by default with the embedded service account."""
        account = account or self.credentials["service_account"]
        headers = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
        return httpx2.Client(base_url=self.base_url, headers=headers, timeout=60.0)

    def command(self, *arguments: str) -> str:
        """What a command of the CLI prints, run against this service's home."""
        done = subprocess.run(
            [_hexaops(), *arguments],
            env=_environment(self.home, {}),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout


def _hexaops() -> str:
    return str(Path(sys.executable).with_name("hexaops"))


def _environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXAOPS_")}
    return {**kept, "HEXAOPS_HOME": str(home), **settings}


@contextmanager
def serving(home: Path, *arguments: str, settings: Mapping[str, str] | None = None) -> Iterator[Served]:
    """Start the service, wait until it answers, and end it afterwards."""
    home.mkdir(parents=True, exist_ok=True)
    log = home / "serve.log"
    command = [_hexaops(), "serve", "--home", str(home), "--port", "0", *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, env=_environment(home, settings or {}), stdout=output, stderr=subprocess.STDOUT
        )
        try:
            yield Served(process, home, _wait_until_ready(process, home, log))
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], home: Path, log: Path) -> Mapping[str, Any]:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        assert process.poll() is None, f"the service ended with {process.returncode}:\n{log.read_text()[-4000:]}"
        credentials = _credentials(home)
        if credentials is not None and _answers(credentials["base_url"]):
            return credentials
        time.sleep(POLL_SECONDS)
    message = f"no answer within {START_SECONDS:.0f} s:\n{log.read_text()[-4000:]}"
    raise AssertionError(message)


def _credentials(home: Path) -> Mapping[str, Any] | None:
    try:
        found: dict[str, Any] = json.loads((home / "credentials.json").read_text())
    except (FileNotFoundError, json.JSONDecodeError):
        return None
    return found


def _answers(base_url: str) -> bool:
    try:
        return httpx2.get(f"{base_url}/healthz", timeout=2.0).status_code == 200
    except httpx2.TransportError:
        return False


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
