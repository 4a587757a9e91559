"""The service as a process of its own, as a user starts it, with what it wrote for its clients."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2

START_SECONDS = 60.0
"""Deadline of a start on a busy machine; a start takes about 3 s."""
STOP_SECONDS = 40.0


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
    with log.open("wb") as errors:
        process = subprocess.Popen(
            command, env=_environment(home, settings or {}), stdout=subprocess.PIPE, stderr=errors
        )
        try:
            _wait_until_ready(process, log)
            yield Served(process, home, json.loads((home / "credentials.json").read_text()))
        finally:
            _stop(process)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> None:
    """Read the line that says that it serves; its credentials are written before."""
    assert process.stdout is not None
    with selectors.DefaultSelector() as waiting:
        waiting.register(process.stdout, selectors.EVENT_READ)
        assert waiting.select(START_SECONDS), f"not ready in {START_SECONDS:.0f} s:\n{log.read_text()[-4000:]}"
    line = process.stdout.readline()
    assert line.startswith(b"hexaops serves"), f"the service ended, {line!r}:\n{log.read_text()[-4000:]}"


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    if process.stdout:
        process.stdout.close()
