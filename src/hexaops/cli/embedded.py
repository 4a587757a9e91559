"""The embedded mode's cluster: a simulator in a process of its own.

It speaks only the Kubernetes API, so the service treats it like any cluster. It exits with this process, however that
ends, and keeps its state in the home folder.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct


class SimulatorFailedError(Exception):
    """The simulator did not start."""


class SimulatorOptions(Struct, frozen=True):
    """Options of `serve` for the simulator."""

    fresh: bool = False
    scenario: str | None = None
    speed: float = 1.0
    port: int = 0


class Simulator:
    """The child process."""

    def __init__(self, home: Path, options: SimulatorOptions) -> None:
        self.folder = home / "simulator"
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.kubeconfig = self.folder / "kubeconfig"
        self._options = options
        self._port = options.port
        self._log_path = self.folder / "simulator.log"
        self._log = self._log_path.open("ab")
        self._log_start = self._log.tell()
        self._process = self._start(fresh=options.fresh, port=options.port)

    def _start(self, *, fresh: bool, port: int) -> subprocess.Popen[bytes]:
        options = self._options
        arguments = [
            "--home", str(self.folder), "--kubeconfig", str(self.kubeconfig), "--port", str(port),
            "--speed", str(options.speed), "--parent-pid", str(os.getpid()),
        ]  # fmt: skip
        if fresh:
            arguments.append("--fresh")
        if options.scenario:
            arguments += ["--scenario", options.scenario]
        return subprocess.Popen(  # noqa: S603 # our own module with our own arguments
            [sys.executable, "-m", "simulator", *arguments], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=self._log,
        )  # fmt: skip

    def wait_ready(self) -> dict[str, Any]:
        """Wait for its ready line and return it; raises SimulatorFailedError if it exits instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            status = self._process.wait()
            raise SimulatorFailedError(
                self._own_words() or f"the simulator ended with status {status}; see {self._log_path}"
            )
        ready: dict[str, Any] = json.loads(line)
        self._port = urlsplit(ready["server"]).port or 0
        return ready

    def revive(self) -> bool:
        """Start it again where it has ended, at its port and with the state it saved last; True if it had ended."""
        if self._process.poll() is None:
            return False
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = self._start(fresh=False, port=self._port)
        self.wait_ready()
        return True

    def _own_words(self) -> str | None:
        """Its last log line, if that is a reason rather than a traceback."""
        with self._log_path.open("rb") as log:
            log.seek(self._log_start)
            lines = log.read().decode(errors="replace").splitlines()
        return lines[-1] if lines and lines[-1].startswith("simulator: ") else None

    def stop(self) -> None:
        """Stop it, letting it save its state."""
        if self._process.poll() is None:
            self._process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(10)
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._log.close()
