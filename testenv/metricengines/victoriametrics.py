"""VictoriaMetrics, built from the Go module proxy once."""

from __future__ import annotations

import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testenv.harness.go_program import build
from testenv.logengines.serving import free_port, running

VERSION = "v1.151.0"
MODULE = "github.com/VictoriaMetrics/VictoriaMetrics"


def find() -> Path | None:
    """The server's program, built once; None where Go is missing or the module cannot be had."""
    return build(MODULE, "app/victoria-metrics", VERSION)


@contextmanager
def serving(binary: Path, folder: Path, exposition: str) -> Iterator[str]:
    """The address of a server that holds the lines of an exposition."""
    address = f"127.0.0.1:{free_port()}"
    command = [
        str(binary),
        f"-storageDataPath={folder / 'data'}",
        f"-httpListenAddr={address}",
        "-retentionPeriod=100y",
    ]
    url = f"http://{address}"
    with running(command, f"{url}/health"):
        for path, body in (("/api/v1/import/prometheus", exposition.encode()), ("/internal/force_flush", b"")):
            urllib.request.urlopen(url + path, data=body, timeout=30).close()
        yield url
