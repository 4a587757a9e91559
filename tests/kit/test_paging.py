"""Cursors open only for what they were made for, and pages hold every row once."""

from __future__ import annotations

import base64

import pytest

from hexaops.kit.paging import CursorError, CursorSigner, PageRequest, Position

SIGNER = CursorSigner(lambda: b"key")
PLACE: Position = ("shop", "wëb-app", 7)


def test_a_cursor_opens_to_its_position() -> None:
    assert SIGNER.open(SIGNER.seal(PLACE, bound="alice /a"), bound="alice /a") == PLACE


def test_a_cursor_is_nothing_for_anybody_else() -> None:
    cursor = SIGNER.seal(PLACE, bound="alice /a")
    for bound in ("mallory /a", "alice /b", "alice /a\n", ""):
        with pytest.raises(CursorError):
            SIGNER.open(cursor, bound=bound)
    with pytest.raises(CursorError):
        CursorSigner(lambda: b"other").open(cursor, bound="alice /a")


def test_what_moves_from_the_bound_to_the_position_does_not_open() -> None:
    cursor = SIGNER.seal((1,), bound="a\n[1]")
    with pytest.raises(CursorError):
        SIGNER.open(cursor, bound="a")


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "[1]", "a" * 1000, "wh_1", "\x00", "=", "%2e"])
def test_other_text_is_no_cursor(text: str) -> None:
    with pytest.raises(CursorError):
        SIGNER.open(text, bound="alice /a")


def test_every_changed_byte_is_seen() -> None:
    cursor = SIGNER.seal((12,), bound="b")
    raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    for place in range(len(raw)):
        forged = raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]
        with pytest.raises(CursorError):
            SIGNER.open(base64.urlsafe_b64encode(forged).decode().rstrip("="), bound="b")


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 7])
def test_pages_hold_every_row_once(count: int) -> None:
    rows, seen = list(range(count)), list[int]()
    cursor: str | None = None
    for _ in range(count + 1):
        after = None if cursor is None else SIGNER.open(cursor, bound="b")
        page = PageRequest(2, lambda position: SIGNER.seal(position, bound="b"), after)
        found = [row for row in rows if after is None or row > int(after[0])][: page.fetch]
        shown, cursor = page.split(found, lambda row: (row,))
        seen += shown
        if cursor is None:
            break
    assert (seen, cursor) == (rows, None)
