"""What starting a server on loopback takes."""

from __future__ import annotations

import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


def free_port() -> int:
    """A port of loopback that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_until_served(url: str, process: subprocess.Popen[bytes], *, seconds: float = 90) -> None:
    """Until the address answers with success; raises RuntimeError when the process ends or time is up."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)  # of a process that says nothing while it starts
    message = f"{process.args!r:.200} does not serve {url}"
    raise RuntimeError(message)


@contextmanager
def running(command: Sequence[str], ready: str, *, seconds: float = 90) -> Iterator[subprocess.Popen[bytes]]:
    """A program that answers at the address `ready`, ended with the block."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_served(ready, process, seconds=seconds)
            yield process
        finally:
            process.terminate()
