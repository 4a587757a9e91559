"""A service that is killed and started again on the same state, always at the same address."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import time
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx2
import psutil

from benchmarks.cluster.zygote import Zygote
from testenv.harness.service import SETTINGS, Identities

START_SECONDS = 90.0
LOOK_SECONDS = 0.05


class KilledService:
    """One process at a time; the last one ends with the block."""

    def __init__(self, source: Zygote, home: Path, identities: Identities, database_url: str | None) -> None:
        self._source, self._home = source, home
        home.mkdir()
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self._arguments = [
            "--home", str(home), "--port", str(self._port), "--kubeconfig", str(identities.reader),
            "--writer-kubeconfig", str(identities.writer), "--log-format", "json",
        ]  # fmt: skip
        many = {f"HEXAOPS_CHANGES_PER_{scope}": "1000000" for scope in ("WORKSPACE", "CLUSTER")}
        self._settings = {**SETTINGS, **many, **({"HEXAOPS_DATABASE_URL": database_url} if database_url else {})}
        self._process: psutil.Process | None = None

    def __enter__(self) -> KilledService:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()

    def start(self) -> None:
        """Begin to start it; see `wait_ready`."""
        pid = self._source.start(self._arguments, self._settings, self._home / "service.log")
        self._process = psutil.Process(pid)

    def wait_ready(self) -> None:
        """Wait until it answers."""
        deadline = time.monotonic() + START_SECONDS
        while True:
            with contextlib.suppress(httpx2.TransportError):
                if httpx2.get(f"http://127.0.0.1:{self._port}/healthz").status_code == 200:
                    return
            assert self._process is not None
            if not self._process.is_running() or time.monotonic() > deadline:
                message = f"the service does not start: {(self._home / 'service.log').read_text()[-2000:]}"
                raise RuntimeError(message)
            time.sleep(LOOK_SECONDS)

    def kill(self) -> None:
        """SIGKILL; returns when it is gone."""
        if self._process is None:
            return
        with contextlib.suppress(ProcessLookupError, psutil.NoSuchProcess):
            os.kill(self._process.pid, signal.SIGKILL)
            self._process.wait(START_SECONDS)
        self._process = None

    def credentials(self) -> dict[str, Any]:
        """What the service wrote for its first user."""
        found: dict[str, Any] = json.loads((self._home / "credentials.json").read_text())
        return found

    def audit_chain_valid(self) -> bool:
        """What the service says of its own audit log."""
        credentials = self.credentials()
        account = credentials["service_account"]
        headers = {"Authorization": f"Bearer {account['token']}", "X-Service-Account": account["id"]}
        url = f"{credentials['base_url']}/internal/v1/audit/verification"
        answer = httpx2.get(url, headers=headers, timeout=60.0)
        return bool(answer.json()["data"]["valid"])
