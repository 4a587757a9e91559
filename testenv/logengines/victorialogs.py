"""VictoriaLogs: built from the Go module proxy once, beside the programs of the control plane."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from testenv.harness import go_program
from testenv.logengines.serving import free_port, running

VERSION = "v1.52.1"
MODULE = "github.com/VictoriaMetrics/VictoriaLogs"


def build() -> Path | None:
    """The server's binary, built once; None where Go is missing or the module cannot be had."""
    return go_program.build(MODULE, "app/victoria-logs", VERSION)


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
    with running(command, f"http://{address}/health") as process:
        yield Server(process, f"http://{address}", folder)
