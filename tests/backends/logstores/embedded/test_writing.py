"""The writing thread goes on after a failure that nobody has foreseen: without it every sender would wait for ever."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from hexaops.backends.logstores.embedded.marks import MarkFile
from hexaops.backends.logstores.embedded.shelf import Shelf
from hexaops.backends.logstores.embedded.writing import BURST_LINES, COMMIT_SECONDS, Batch, Task, WritingThread
from tests.backends.logstores.cases import line

SECONDS = 30.0


class BrokenShelf:
    """Fails as no code expects it to."""

    def for_writing(self, time_us: int) -> Any:
        raise RuntimeError(time_us)


def test_an_unforeseen_failure_is_told_and_the_next_work_is_done(caplog: pytest.LogCaptureFixture) -> None:
    thread = WritingThread(cast("Shelf", BrokenShelf()), lambda _: None)
    thread.start()
    batch, task = Batch([line("a")], b"digest"), Task(lambda: "done")
    thread.put(batch)
    thread.put(task)
    with pytest.raises(OSError, match="internal error"):
        batch.done.result(SECONDS)
    assert task.done.result(SECONDS) == "done"
    assert "RuntimeError" in caplog.text
    thread.stop()


class CountingShelf:
    """Takes every line, and tells of commits."""

    def __init__(self, folder: Path) -> None:
        self.marks = MarkFile(folder)
        self.miner = None
        self.digests: set[bytes] = set()
        self.committed = threading.Event()

    def for_writing(self, _time_us: int) -> CountingShelf:
        return self

    def store(self, *_arguments: object) -> int:
        return 0

    add = store

    def commit(self) -> None:
        self.committed.set()


def test_a_burst_is_committed_when_it_is_over(tmp_path: Path) -> None:
    shelf = CountingShelf(tmp_path)
    thread = WritingThread(cast("Shelf", shelf), lambda _: None)
    thread.start()
    thread.put(Batch([line("a")] * BURST_LINES, b"digest"))
    assert shelf.committed.wait(COMMIT_SECONDS / 2)
    thread.stop()
