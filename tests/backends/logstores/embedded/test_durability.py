"""What is acknowledged stays, once, whatever happens to the process, the index and the end of the file."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from msgspec.structs import replace

from hexaops.backends.logstores.base import LogAnswer, LogStoreError
from hexaops.backends.logstores.embedded.blocklog import BlockLog
from hexaops.backends.logstores.embedded.frames import encode
from hexaops.backends.logstores.embedded.horizon import HorizonFile
from hexaops.backends.logstores.embedded.store import EmbeddedLogStore
from hexaops.backends.logstores.horizon import Horizon
from hexaops.kit.clock import ManualClock
from hexaops.kit.timeout import Timeout
from tests.backends.logstores.cases import HOUR_US, NOON_US, line, query
from tests.backends.logstores.embedded.conftest import RETENTION, Opener

DAY = "2026-01-31_000"
YESTERDAY_US = NOON_US - 24 * HOUR_US
FULL = replace(RETENTION, size_bytes=1)


async def everything(store: EmbeddedLogStore) -> LogAnswer:
    """All lines of the days around, oldest first."""
    return await store.query(
        query(newest_first=False, limit=1000, start_us=NOON_US - 72 * HOUR_US, end_us=NOON_US + 24 * HOUR_US),
        Timeout(60),
    )


async def messages(store: EmbeddedLogStore) -> list[str]:
    """Their messages."""
    return [row.message for row in (await everything(store)).rows]


async def test_lines_are_found_after_a_restart(opened: Opener) -> None:
    async with opened() as store:
        await store.append([line("a"), line("b", metadata={"error_code": "E1", "nested": {"n": [1, None]}})])
        before = await everything(store)
    async with opened() as store:
        assert (await everything(store)) == before


async def test_what_the_index_lacks_is_indexed_at_the_start(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line(f"m{number}") for number in range(100)])
        await store.flush()
        saved = folder.parent / "saved"
        shutil.copytree(folder / DAY / "index", saved)
        await store.append([line(f"n{number}") for number in range(100)])
        expected = await everything(store)
        assert expected.total == 200
    shutil.rmtree(folder / DAY / "index")
    shutil.copytree(saved, folder / DAY / "index")
    async with opened() as store:
        assert await everything(store) == expected


@pytest.mark.parametrize("damage", ["gone", "garbled"])
async def test_an_index_that_is_lost_is_made_again(opened: Opener, folder: Path, damage: str) -> None:
    async with opened() as store:
        await store.append([line(f"m{number}") for number in range(100)])
        expected = await everything(store)
    if damage == "gone":
        shutil.rmtree(folder / DAY / "index")
    else:
        (folder / DAY / "index" / "meta.json").write_text("{")
    async with opened() as store:
        assert await everything(store) == expected


@pytest.mark.parametrize("kept", [1, 15, 16, 30, -1])
async def test_a_torn_frame_at_the_end_is_cut_off(opened: Opener, folder: Path, kept: int) -> None:
    async with opened() as store:
        await store.append([line("acknowledged")])
    file = folder / DAY / "lines.log"
    whole = file.read_bytes()
    file.write_bytes(whole + whole[:kept])
    async with opened() as store:
        assert await messages(store) == ["acknowledged"]
        assert file.stat().st_size == len(whole)
        await store.append([line("later", time_us=NOON_US + 1)])
        assert await messages(store) == ["acknowledged", "later"]
    async with opened() as store:
        assert await messages(store) == ["acknowledged", "later"]


async def test_a_damaged_partition_is_set_aside_and_the_rest_answers(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        for number in range(3):
            await store.append([line(f"m{number}")])
        await store.append([line("yesterday", time_us=YESTERDAY_US)])
    shutil.rmtree(folder / DAY / "index")
    file = folder / DAY / "lines.log"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 0xFF
    file.write_bytes(content)
    async with opened() as store:
        found = await everything(store)
        assert [row.message for row in found.rows] == ["yesterday"]
        assert [limit for limit in found.limits if "2026-01-31 cannot be searched" in limit]
        assert store.damaged
        await store.append([line("new")])  # its day goes on in another part
        assert await messages(store) == ["yesterday", "new"]
    assert bytes(content) == file.read_bytes()


async def test_a_block_that_cannot_be_read_is_left_out_and_named(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line("whole")])
        await store.append([line("broken", time_us=NOON_US + 1)])
        await store.flush()
        file = folder / DAY / "lines.log"
        content = bytearray(file.read_bytes())
        content[-3] ^= 0xFF
        file.write_bytes(content)
        found = await everything(store)
        assert [row.message for row in found.rows] == ["whole"]
        assert found.total == 2
        assert "cannot be read" in found.limits[0]


async def test_a_batch_that_is_sent_again_is_stored_once(opened: Opener) -> None:
    batch = [line("a"), line("yesterday", time_us=YESTERDAY_US)]
    async with opened() as store:
        await store.append(batch)
        await store.append(batch)
        assert await messages(store) == ["yesterday", "a"]
        await store.append(batch, digest=b"another batch...")
        assert len(await messages(store)) == 4
    async with opened() as store:
        await store.append(batch)
        assert len(await messages(store)) == 4


async def test_half_a_batch_is_completed_when_it_is_sent_again(opened: Opener, folder: Path) -> None:
    """A crash between two days' logs leaves one day's part."""
    batch = [line("a"), line("yesterday", time_us=YESTERDAY_US)]
    async with opened() as store:
        await store.append(batch)
    shutil.rmtree(folder / DAY)
    async with opened() as store:
        await store.append(batch)
        assert await messages(store) == ["yesterday", "a"]


async def test_a_write_that_fails_stores_nothing_and_reads_go_on(opened: Opener, folder: Path) -> None:
    async with opened() as store:
        await store.append([line("a")])
        (folder / "2026-01-30_000").write_text("a file where the folder should be made")
        with pytest.raises(LogStoreError, match="cannot store"):
            await store.append([line("yesterday", time_us=YESTERDAY_US)])
        assert await messages(store) == ["a"]
        (folder / "2026-01-30_000").unlink()
        await store.append([line("yesterday", time_us=YESTERDAY_US)])
        assert await messages(store) == ["yesterday", "a"]


@pytest.mark.parametrize("lost", [False, True])
async def test_marks_are_stored_with_their_lines(opened: Opener, folder: Path, lost: bool) -> None:
    async with opened() as store:
        await store.append([line("a")], marks={"pod/1": (5, 1), "pod/2": (9, 2)})
        await store.append([line("b")], marks={"pod/1": (7, 3)})
        (folder / "2026-01-30_000").write_text("a file where the folder should be made")
        with pytest.raises(LogStoreError):
            await store.append([line("c", time_us=YESTERDAY_US)], marks={"pod/2": (99, 1)})
        (folder / "2026-01-30_000").unlink()
    if lost:
        (folder / "marks.json").unlink()
    async with opened() as store:
        assert [await store.mark_of(f"pod/{number}") for number in (1, 2, 3)] == [(7, 3), (9, 2), None]


async def test_a_second_process_is_refused(opened: Opener) -> None:
    async with opened():
        with pytest.raises(LogStoreError, match="Another process"):
            async with opened():
                pass


async def test_old_partitions_are_dropped(opened: Opener, clock: ManualClock) -> None:
    async with opened(replace(RETENTION, days=3)) as store:
        await store.append([line("today"), line("yesterday", time_us=YESTERDAY_US)])
        await store.enforce_retention()
        assert await messages(store) == ["yesterday", "today"]
        clock.advance(86_400)
        await store.enforce_retention()
        assert await messages(store) == ["today"]
        await store.append([line("tomorrow", time_us=NOON_US + 24 * HOUR_US - 1)])
        assert await messages(store) == ["today", "tomorrow"]


async def test_the_oldest_partitions_make_room(opened: Opener) -> None:
    async with opened(FULL) as store:
        await store.append([line("today"), line("yesterday", time_us=YESTERDAY_US)])
        assert not (await everything(store)).limits
        await store.enforce_retention()
        assert await messages(store) == ["today"]


async def test_a_range_that_retention_has_shortened_is_told(opened: Opener) -> None:
    async with opened(replace(RETENTION, days=3)) as store:
        await store.append([line("today")])
        (told,) = (await everything(store)).limits
        assert told == "Only the time since 2026-01-30T00:00:00Z is covered, 2d 12h of 4d: lines are kept for 3d"
        assert not (await store.query(query(start_us=NOON_US - 36 * HOUR_US), Timeout(60))).limits
        before = query(start_us=NOON_US - 90 * HOUR_US, end_us=NOON_US - 80 * HOUR_US)
        (told,) = (await store.query(before, Timeout(60))).limits
        assert told.startswith("Nothing of the time range is covered, which ends before 2026-01-30T00:00:00Z: ")


async def test_days_dropped_for_their_size_are_told_after_a_restart(opened: Opener) -> None:
    dropped = "since 2026-01-31T00:00:00Z is covered, 1d 12h of 4d: older lines were dropped to keep the logs within"
    async with opened(FULL) as store:
        await store.append([line("today"), line("yesterday", time_us=YESTERDAY_US)])
        await store.enforce_retention()
        assert dropped in (await everything(store)).limits[0]
    async with opened() as store:  # with room again, but what is gone is gone
        assert dropped in (await everything(store)).limits[0]
        await store.append([line("late", time_us=YESTERDAY_US)])
        (told,) = (await everything(store)).limits
        assert told.startswith("Lines before 2026-01-31T00:00:00Z are not all there: older lines were dropped")


@pytest.mark.parametrize("content", ["{", "[]", ""])
def test_a_record_of_what_was_dropped_that_cannot_be_read_is_written_anew(tmp_path: Path, content: str) -> None:
    (tmp_path / "dropped.json").write_text(content)
    file, again = HorizonFile(tmp_path), HorizonFile(tmp_path)
    file.load()
    assert file.horizon is None
    file.move(Horizon(NOON_US, "it was full"))
    file.move(Horizon(YESTERDAY_US, "it was old"))
    again.load()
    assert again.horizon == Horizon(NOON_US, "it was full")


def test_an_append_that_fails_leaves_the_log_as_it_was(tmp_path: Path) -> None:
    log = BlockLog(tmp_path, writable=True)
    log.append([line("a")], [b"d" * 16])
    size = log.size
    log.close()
    reader = BlockLog(tmp_path, writable=False)
    with pytest.raises(OSError, match="Bad file descriptor"):
        reader.append([line("b")], [b"e" * 16])
    assert reader.size == size
    assert len(reader.scan().frames) == 1
    reader.close()


def test_damage_between_frames_is_no_torn_end(tmp_path: Path) -> None:
    frame, _ = encode([], [b"d" * 16])
    assert len(frame) == 36
    (tmp_path / "lines.log").write_bytes(frame + frame[:-1])
    log = BlockLog(tmp_path, writable=True)
    assert log.scan().torn_bytes == 35
    log.close()
