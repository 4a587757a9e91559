"""Background tasks repeat at their interval, outlive what fails, and stop."""

from __future__ import annotations

import asyncio
import logging

import pytest

from hexaops.kit.background import Background, Periodic
from hexaops.kit.clock import ManualClock


class AwayError(Exception):
    """An error that a task expects."""


class Acts:
    """Counts its acts, and fails those that it is told to."""

    def __init__(self, *failures: Exception | None) -> None:
        self.count = 0
        self._failures = [*failures]

    async def act(self) -> None:
        self.count += 1
        if self._failures and (failure := self._failures.pop(0)) is not None:
            raise failure


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_it_acts_now_and_then_at_its_interval() -> None:
    clock, acts = ManualClock(), Acts()
    background = Background(clock)
    background.add(Periodic("counting", acts.act, 10.0))
    background.start()
    await _settle()
    assert acts.count == 1
    clock.advance(9.9)
    await _settle()
    assert acts.count == 1
    clock.advance(0.1)
    await _settle()
    assert acts.count == 2
    await background.close()
    clock.advance(100.0)
    await _settle()
    assert acts.count == 2


async def test_it_may_wait_first_and_choose_each_wait() -> None:
    clock, acts, waits = ManualClock(), Acts(), iter((3.0, 5.0, 7.0))
    background = Background(clock)
    background.add(Periodic("counting", acts.act, lambda: next(waits), waits_first=True))
    background.start()
    counts = []
    for seconds in (0.0, 3.0, 3.0, 2.0):
        clock.advance(seconds)
        await _settle()
        counts.append(acts.count)
    await background.close()
    assert counts == [0, 1, 1, 2]


async def test_what_fails_is_logged_and_repeated(caplog: pytest.LogCaptureFixture) -> None:
    clock, acts = ManualClock(), Acts(AwayError("gone"), ValueError("a fault"), None)
    background = Background(clock)
    background.add(Periodic("counting", acts.act, 1.0, expected=(AwayError,)))
    with caplog.at_level(logging.WARNING, "hexaops.kit.background"):
        background.start()
        for _ in range(3):
            await _settle()
            clock.advance(1.0)
        await background.close()
    assert acts.count == 3
    assert [(record.levelname, record.exc_info is not None) for record in caplog.records] == [
        ("WARNING", False),
        ("ERROR", True),
    ]
    assert {record.__dict__["job"] for record in caplog.records} == {"counting"}
