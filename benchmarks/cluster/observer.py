"""A second watcher that only notes when the last pod event came: `python -m benchmarks.cluster.observer KUBECONFIG`.

In a process of its own, so that the measured cache cannot hold it up. Each line on its input is answered by one line of
JSON: how many events there were, and when the last one came (seconds since 1970).
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.cluster.server import Server


class Observer:
    """The parent's end."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def look(self) -> tuple[int, float]:
        """Number of events so far, and when the last one came."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        events, last = json.loads(self._process.stdout.readline())
        return events, last


@contextmanager
def observing(kubeconfig: Path) -> Iterator[Observer]:
    """An observer that watches by the time the block begins."""
    command = [sys.executable, "-m", "benchmarks.cluster.observer", str(kubeconfig)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # our own module
        try:
            observer = Observer(process)
            observer.look()
            yield observer
        finally:
            process.kill()


def main() -> None:
    """Watch pods from now on, and answer."""
    server = Server(Path(sys.argv[1]))
    version = server.get("/api/v1/pods?limit=1")["metadata"]["resourceVersion"]
    answer = server.open(f"/api/v1/pods?watch=true&resourceVersion={version}", seconds=3600)
    seen: dict[str, Any] = {"events": 0, "last": 0.0}

    def read() -> None:
        for line in answer:
            if not line.startswith(b'{"type":"ERROR"'):
                seen.update(events=seen["events"] + 1, last=time.time())

    threading.Thread(target=read, daemon=True).start()
    for _ in sys.stdin:
        print(json.dumps([seen["events"], seen["last"]]), flush=True)


if __name__ == "__main__":
    main()
