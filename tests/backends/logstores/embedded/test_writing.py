"""The writing thread goes on after a failure that nobody has foreseen: without it every sender would wait for ever."""

from __future__ import annotations

from typing import Any, cast

import pytest

from hexaops.backends.logstores.embedded.shelf import Shelf
from hexaops.backends.logstores.embedded.writing import Batch, Task, WritingThread
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
