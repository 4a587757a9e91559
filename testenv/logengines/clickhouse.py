"""ClickHouse: its engine from chdb's wheel, behind as much of its HTTP interface as an adapter needs.

The wheel (half a gigabyte unpacked) is installed once, beside the other programs, and is no dependency of anything.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testenv.logengines.serving import free_port, wait_until_served

VERSION = "26.9.0"
ROOT = Path(__file__).resolve().parents[2]


def install() -> Path | None:
    """The folder that holds chdb; None where it cannot be installed."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexaops" / "clickhouse"
    folder = cache / f"chdb-core-{VERSION}"
    if folder.exists():
        return folder
    cache.mkdir(parents=True, exist_ok=True)
    partial = cache / f".chdb.{os.getpid()}"
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--target", str(partial), f"chdb-core=={VERSION}"]  # fmt: skip
    if subprocess.run(command, capture_output=True, check=False).returncode:
        return None
    partial.rename(folder)
    return folder


@contextmanager
def serving(installed: Path, folder: Path) -> Iterator[str]:
    """The address of a server on an empty folder."""
    port = free_port()
    command = [sys.executable, "-m", "testenv.logengines.chdb_server", str(port), str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL) as process:
        try:
            wait_until_served(f"http://127.0.0.1:{port}/ping", process)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
