"""Starts `hexaops serve` again and again, forked from a process that has imported everything already.

`python -m benchmarks.cluster.zygote` reads one line of JSON a start (arguments, environment, log) and answers with the
process id. The child runs the same command line as `hexaops serve …`; only the time of its imports is saved.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import hexaops.cli.serving  # noqa: F401 # what the children need not import
from hexaops.cli.app import main as run


class Zygote:
    """The parent's end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def start(self, arguments: list[str], environment: Mapping[str, str], log: Path) -> int:
        """A new service's process id."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        line = {"arguments": arguments, "environment": dict(environment), "log": str(log)}
        print(json.dumps(line), file=self._process.stdin, flush=True)
        return int(self._process.stdout.readline())


@contextmanager
def zygote() -> Iterator[Zygote]:
    """It ends with the block; the services that it started are their starter's to end."""
    command = [sys.executable, "-m", "benchmarks.cluster.zygote"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # our own module
        try:
            yield Zygote(process)
        finally:
            process.kill()


def _serve(start: dict[str, object]) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.setsid()
    log = os.open(str(start["log"]), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, file in ((0, nothing), (1, log), (2, log)):
        os.dup2(file, number)
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HEXAOPS_")}
    os.environ.clear()
    os.environ.update({**kept, **start["environment"]})  # type: ignore[dict-item]
    run(["serve", *start["arguments"]])  # type: ignore[misc]


def main() -> None:
    """Fork for each line; who ended is forgotten at once, so that a killed service leaves no zombie."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            status = 1
            try:
                _serve(json.loads(line))
                status = 0
            finally:
                os._exit(status)
        print(child, flush=True)


if __name__ == "__main__":
    main()
