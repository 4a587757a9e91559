"""Blocks give their lines back as they were, those of older versions too, and say when they are damaged."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from hexaops.backends.logstores.embedded import columns, sources
from hexaops.backends.logstores.embedded.blocklog import BlockLog
from hexaops.backends.logstores.embedded.columns import ColumnLines, UnreadableBlockError
from hexaops.backends.logstores.embedded.compression import LINES_A_BLOCK, BlockCodec
from hexaops.backends.logstores.embedded.frames import Block, encode
from hexaops.backends.logstores.embedded.sources import Sources
from hexaops.backends.logstores.lines import LEVELS, LogLine
from tests.backends.logstores.cases import NOON_US, line

TRACE = "0af7651916cd43dd8448eb211c80319c"
LINES = st.lists(
    st.builds(
        LogLine,
        time_us=st.integers(0, 2**52),
        level=st.sampled_from(LEVELS),
        message=st.text(),
        component=st.sampled_from(["", "api", "küche"]),
        pod=st.text(max_size=3),
        workspace_id=st.sampled_from(["ws-1", "ws-2"]),
        trace_id=st.sampled_from([None, "", TRACE, TRACE.upper(), TRACE[:-1], "f" * 32, " " * 32, "0"]),
        metadata=st.dictionaries(st.text(max_size=3), st.integers(-9, 9) | st.text(max_size=3) | st.none(), max_size=2),
    ),
    min_size=1,
    max_size=LINES_A_BLOCK,
)


@given(LINES)
def test_lines_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, lines: list[LogLine]) -> None:
    folder = tmp_path_factory.mktemp("codec")
    (block,) = BlockCodec(folder).compress(lines)
    found = BlockCodec(folder).unpack(block)
    assert [*found] == lines
    assert found.line(len(lines) - 1) == lines[-1]


def test_a_trace_id_stands_once_in_a_block(tmp_path: Path) -> None:
    ids, rest = columns.encode([line("a", trace_id=TRACE), line("b"), line("c", trace_id=TRACE)], Sources(tmp_path))
    assert ids == bytes.fromhex(TRACE)
    assert TRACE.encode() not in rest


def test_damaged_ids_are_noticed(tmp_path: Path) -> None:
    known = Sources(tmp_path)
    ids, rest = columns.encode([line("a", trace_id=TRACE)], known)
    with pytest.raises(UnreadableBlockError):
        ColumnLines(b"x" + ids[1:], rest, known)


def test_a_line_beyond_a_block_and_an_unknown_source_are_noticed(tmp_path: Path) -> None:
    (block,) = BlockCodec(tmp_path).compress([line("a")])
    with pytest.raises(UnreadableBlockError):
        BlockCodec(tmp_path).unpack(block).line(1)
    (tmp_path / sources.FILE).unlink()
    with pytest.raises(UnreadableBlockError):
        BlockCodec(tmp_path).unpack(block).line(0)


def test_lines_in_rows_of_older_versions_are_read(tmp_path: Path) -> None:
    lines = [line(f"m{number}", time_us=NOON_US + number, trace_id=TRACE) for number in range(3)]
    rows = [msgspec.msgpack.encode(one) for one in lines]
    raw = b"".join((*(len(row).to_bytes(4, "little") for row in rows), *rows))
    old, _ = encode([Block(zstandard.compress(raw), len(rows), 0)], [b"d" * 16])
    (tmp_path / "lines.log").write_bytes(old)
    log = BlockLog(tmp_path, writable=True)
    log.recover(0)
    assert log.append([line("new")], [b"e" * 16]) == len(lines)
    assert log.read([3, 0, 2]) == [line("new"), lines[0], lines[2]]
    log.close()


class TestSources:
    """Numbers of sources outlive the process."""

    def test_numbers_stay_after_a_restart(self, tmp_path: Path) -> None:
        first = Sources(tmp_path)
        assert first.numbers([line("a"), line("b", pod="other"), line("c")]) == [0, 1, 0]
        first.save()
        again = Sources(tmp_path)
        assert again.numbers([line("d", pod="third"), line("e", pod="other")]) == [2, 1]
        assert again.find(1)[1] == "other"

    def test_a_torn_line_is_left_out_and_its_number_given_again(self, tmp_path: Path) -> None:
        first = Sources(tmp_path)
        first.numbers([line("a"), line("b", pod="torn")])
        first.save()
        file = tmp_path / sources.FILE
        file.write_bytes(file.read_bytes()[:-5])
        again = Sources(tmp_path)
        assert again.numbers([line("c", pod="new"), line("a")]) == [1, 0]
        again.save()
        assert Sources(tmp_path).find(1)[1] == "new"

    def test_what_cannot_be_written_is_forgotten(self, tmp_path: Path) -> None:
        found = Sources(tmp_path)
        assert found.numbers([]) == []
        (tmp_path / sources.FILE).mkdir()
        for _ in range(2):
            assert found.numbers([line("a")]) == [0]
            with pytest.raises(OSError, match="directory"):
                found.save()
        with pytest.raises(KeyError):
            found.find(0)
