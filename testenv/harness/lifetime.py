"""The life of a PostgreSQL server is tied to that of the process that started it."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def ending_with_us(folder: Path) -> Iterator[None]:
    """Ends the server of a folder with this process, however that ends: a shell waits for the other end of its pipe."""
    script = 'read -r _; kill -QUIT "$(head -n 1 "$0/postmaster.pid")"'
    watcher = subprocess.Popen(
        ["sh", "-c", script, str(folder)], stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        yield
    finally:
        watcher.kill()
        watcher.communicate()
