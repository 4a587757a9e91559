"""Lines are found by their number, whatever became of the file that remembers where they are."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import pytest

from hexaops.backends.logstores.embedded.blocklog import BlockLog
from hexaops.backends.logstores.embedded.places import OFFSET_BITS, Places
from hexaops.backends.logstores.embedded.upkeep import repair, verify
from hexaops.backends.logstores.lines import LogLine
from tests.backends.logstores.cases import NOON_US, line
from tests.backends.logstores.embedded.conftest import Opener
from tests.backends.logstores.embedded.test_durability import DAY, everything, messages

FRAMES = (1, 100, 32, 7)


def stored(folder: Path) -> list[LogLine]:
    """Frames of several sizes, with the places of all of them saved."""
    log = BlockLog(folder, writable=True)
    lines = [line(f"m{number}") for number in range(sum(FRAMES))]
    at = 0
    for size in FRAMES:
        assert log.append(lines[at : at + size], [at.to_bytes(16, "big")]) == at
        at += size
    log.places.save()
    log.close()
    return lines


@pytest.mark.parametrize("kept", [0, 8, 24, None])
@pytest.mark.parametrize("indexed", [0, 1, 50, sum(FRAMES)])
def test_what_the_file_lacks_is_read_from_the_log(tmp_path: Path, kept: int | None, indexed: int) -> None:
    lines = stored(tmp_path)
    file = tmp_path / "lines.places"
    file.write_bytes(file.read_bytes()[:kept])
    log = BlockLog(tmp_path, writable=True)
    recovery = log.recover(indexed)
    assert log.lines == len(lines)
    assert log.read(range(len(lines))) == lines
    found = [*log.lines_from(indexed, recovery.frames)]
    assert [one for some, _ in found for one in some] == lines[indexed:]
    assert [first for _, first in found] == [lines.index(some[0]) for some, _ in found]
    log.places.save()
    log.append([line("more")], [b"e" * 16])
    assert log.read([len(lines), 0]) == [line("more"), lines[0]]
    log.close()


@pytest.mark.parametrize(
    "content",
    [b"\0" * 48, struct.pack("<2Q", 1 << OFFSET_BITS, 2 << OFFSET_BITS | 90), struct.pack("<2Q", 52, 1 << 60),
     struct.pack("<2Q", 52, 1 << OFFSET_BITS | 99_999)],
)  # fmt: skip
def test_a_file_that_cannot_be_right_is_made_again(tmp_path: Path, content: bytes) -> None:
    lines = stored(tmp_path)
    file = tmp_path / "lines.places"
    whole = file.read_bytes()
    file.write_bytes(content)
    log = BlockLog(tmp_path, writable=True)
    log.recover(0)
    assert log.read(range(len(lines))) == lines
    log.places.save()
    assert file.read_bytes() == whole
    log.close()


async def test_places_that_are_wrong_are_told_and_made_again(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line("a"), line("b", time_us=NOON_US + 1)])
        await store.append([line("c", time_us=NOON_US + 2)])
    file = folder / DAY / "lines.places"
    first, second = struct.unpack("<2Q", file.read_bytes())
    file.write_bytes(struct.pack("<2Q", first, second - (1 << OFFSET_BITS)))
    (report,) = verify(folder)
    assert "wrong about line 2" in str(report.problem)
    (done,) = repair(folder)
    assert (done.kept_frames, done.dropped_bytes) == (2, 0)
    async with opened() as store:
        assert await messages(store) == ["a", "b", "c"]


async def test_an_index_of_lines_that_the_log_lost_is_made_again(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line("a")])
        end = (folder / DAY / "lines.log").stat().st_size
        await store.append([line("b", time_us=NOON_US + 1)])
    log = folder / DAY / "lines.log"
    log.write_bytes(log.read_bytes()[:end])
    async with opened() as store:
        await store.append([line("c", time_us=NOON_US + 2)])
        found = await everything(store)
        assert ([row.message for row in found.rows], found.total) == (["a", "c"], 2)


async def test_a_partition_without_places_is_read_as_before(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line(f"m{number}", time_us=NOON_US - number) for number in range(100)])
        expected = await everything(store)
    (folder / DAY / "lines.places").unlink()
    async with opened() as store:
        assert await everything(store) == expected
    shutil.rmtree(folder / DAY / "index")
    async with opened() as store:
        assert await everything(store) == expected


def test_a_number_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(LookupError):
        Places(tmp_path).find(0)
