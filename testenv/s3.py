"""An S3 server for tests: gofakes3, built from the Go module proxy once, in memory and on loopback."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from testenv.logengines.serving import free_port, wait_until_served

MODULE, VERSION = "github.com/johannesboyne/gofakes3", "v1.2.0"


def build() -> Path | None:
    """The server's binary, built once; None where Go is missing or the module cannot be had."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "hexaops" / "gofakes3"
    binary = folder / f"gofakes3-{VERSION}"
    if binary.exists():
        return binary
    if shutil.which("go") is None:
        return None
    folder.mkdir(parents=True, exist_ok=True)
    partial = folder / f".gofakes3.{os.getpid()}"
    steps = (
        ["go", "mod", "init", "peer"],
        ["go", "get", f"{MODULE}/cmd/gofakes3@{VERSION}"],
        ["go", "build", "-o", str(partial), f"{MODULE}/cmd/gofakes3"],
    )
    for step in steps:
        done = subprocess.run(step, cwd=folder, capture_output=True, text=True, check=False)
        if done.returncode and step[1:3] != ["mod", "init"]:
            print(done.stderr.strip()[-500:])
            return None
    partial.rename(binary)
    return binary


@contextmanager
def serving(binary: Path, bucket: str) -> Iterator[str]:
    """The URL of a server with one empty bucket."""
    address = f"127.0.0.1:{free_port()}"
    command = [str(binary), "-backend", "memory", "-host", address, "-initialbucket", bucket]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_until_served(f"http://{address}/{bucket}", process)
            yield f"http://{address}"
        finally:
            process.terminate()
