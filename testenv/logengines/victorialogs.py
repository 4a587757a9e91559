"""VictoriaLogs: built from the Go module proxy once, beside the programs of the control plane."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testenv.logengines.serving import free_port, wait_until_served

VERSION = "v1.52.1"
MODULE = "github.com/VictoriaMetrics/VictoriaLogs"


def build() -> Path | None:
    """The server's binary, built once; None where Go is missing or the module cannot be had."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexaops" / "victoria-logs"
    binary = folder / f"victoria-logs-{VERSION}"
    if binary.exists():
        return binary
    if shutil.which("go") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".victoria-logs.{os.getpid()}"
    steps = (
        ["go", "mod", "init", "peer"],
        ["go", "get", f"{MODULE}/app/victoria-logs@{VERSION}"],
        ["go", "build", "-o", str(partial), f"{MODULE}/app/victoria-logs"],
    )
    for step in steps:
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode and step[1:3] != ["mod", "init"]:
            print(done.stderr.strip()[-500:])
            return None
    partial.rename(binary)
    return binary


@dataclass(frozen=True)
class Server:
    """A running server."""

    process: subprocess.Popen[bytes]
    url: str
    folder: Path


@contextmanager
def serving(binary: Path, folder: Path) -> Iterator[Server]:
    """A server on an empty folder."""
    address = f"127.0.0.1:{free_port()}"
    command = [str(binary), f"-storageDataPath={folder}", f"-httpListenAddr={address}", "-retentionPeriod=100y",
               "-futureRetention=100y"]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_served(f"http://{address}/health", process)
            yield Server(process, f"http://{address}", folder)
        finally:
            process.terminate()
