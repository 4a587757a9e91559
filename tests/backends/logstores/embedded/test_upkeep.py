"""Damage is found by reading everything, and taken out without losing what is whole."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hexaops.backends.logstores.embedded.upkeep import StoreInUseError, repair, verify
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import line, query
from tests.backends.logstores.embedded.conftest import Opener


async def stored(opened: Opener, folder: Path) -> Path:
    """Three batches, each a frame of its own; the block log that holds them."""
    async with opened() as store:
        for number in range(3):
            await store.append([line(f"m{number}")])
    return next(iter(await asyncio.to_thread(lambda: [*folder.glob("*/lines.log")])))


def flip(file: Path, at: int) -> None:
    content = bytearray(file.read_bytes())
    content[at] ^= 0xFF
    file.write_bytes(content)


async def test_a_whole_store_is_whole(opened: Opener, folder: Path) -> None:
    await stored(opened, folder)
    (report,) = await asyncio.to_thread(verify, folder)
    assert (report.lines, report.indexed, report.unfinished_bytes, report.problem) == (3, 3, 0, None)
    assert await asyncio.to_thread(repair, folder) == []


async def test_a_damaged_frame_is_told_and_taken_out(opened: Opener, folder: Path) -> None:
    file = await stored(opened, folder)
    size = file.stat().st_size
    await asyncio.to_thread(flip, file, size // 2)
    (report,) = await asyncio.to_thread(verify, folder)
    assert "cannot be read" in str(report.problem)
    (done,) = await asyncio.to_thread(repair, folder)
    assert done.kept_frames == 2
    assert 0 < done.dropped_bytes < size
    assert file.with_name("lines.log.damaged").stat().st_size == size
    async with opened() as store:
        found = await store.query(query(), Timeout(60))
        assert [row.message for row in found.rows] == ["m2", "m0"]
        assert not found.limits


async def test_a_store_in_use_is_checked_but_not_repaired(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line("hello")])
        (report,) = await asyncio.to_thread(verify, folder)
        assert (report.lines, report.problem) == (1, None)
        with pytest.raises(StoreInUseError):
            await asyncio.to_thread(repair, folder)
