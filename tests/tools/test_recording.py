"""The recording of the command line: what the terminal showed, as an SVG that runs and loads nothing."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from tools.recording import PICTURE
from tools.terminal_svg import HOLD, LONGEST_PAUSE, ROWS, Chunk, draw, shorten

SVG = "{http://www.w3.org/2000/svg}"


def texts_of(picture: str) -> list[str]:
    return ["".join(one.itertext()) for one in ElementTree.fromstring(picture).iter(f"{SVG}text")]  # noqa: S314 # ours


def test_the_picture_in_the_readme_is_whole_and_loads_nothing() -> None:
    picture = PICTURE.read_text(encoding="utf-8")
    texts = texts_of(picture)
    assert any("completed after" in text for text in texts)
    assert not re.search(r"<script|<image|<foreignObject|url\(|@import|href=|\son\w+=", picture)
    names = re.findall(r'<text class="(s\d+)"', picture)
    assert names
    assert all(f"@keyframes {name} " in picture for name in names)
    assert len(picture) < 100_000


def test_a_line_that_is_written_again_replaces_what_was_there() -> None:
    picture = draw([Chunk(0.0, "first"), Chunk(1.0, "\r\x1b[Ksecond \x1b[32mgreen\x1b[0m\r\n")], title="x")
    assert texts_of(picture) == ["first", "second green"]
    assert '<tspan class="g">green</tspan>' in picture
    assert re.search(r"@keyframes s0 .*visible } \d+\.\d+% { visibility: hidden }", picture)


def test_text_is_never_markup_and_unknown_sequences_are_refused() -> None:
    picture = draw([Chunk(0.0, "<b>&</b>")], title="<x>")
    assert texts_of(picture) == ["<b>&</b>"]
    with pytest.raises(ValueError, match="not drawn"):
        draw([Chunk(0.0, "\x1b[2J")], title="x")


def test_long_pauses_are_shortened_and_long_output_scrolls() -> None:
    assert shorten([Chunk(1.0, "a"), Chunk(60.0, "b")])[1].at == 1.0 + LONGEST_PAUSE
    picture = draw([Chunk(0.5, "line\r\n" * (ROWS + 5))], title="x")
    assert "translateY" in picture
    assert f"all {0.5 + HOLD:.2f}s" in picture
