"""An S3 server for tests: gofakes3, built from the Go module proxy once, in memory and on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testenv.harness import go_program
from testenv.logengines.serving import free_port, running

MODULE, VERSION = "github.com/johannesboyne/gofakes3", "v1.2.0"


def build() -> Path | None:
    """The server's binary, built once; None where Go is missing or the module cannot be had."""
    return go_program.build(MODULE, "cmd/gofakes3", VERSION)


@contextmanager
def serving(binary: Path, bucket: str) -> Iterator[str]:
    """The URL of a server with one empty bucket."""
    address = f"127.0.0.1:{free_port()}"
    command = [str(binary), "-backend", "memory", "-host", address, "-initialbucket", bucket]
    with running(command, f"http://{address}/{bucket}"):
        yield f"http://{address}"
