"""JSON lines as drafts: read together where all are as documented, one by one otherwise."""

from __future__ import annotations

import pytest

from hexaops.features.logs.formats.ndjson import read_ndjson

ODD = b'\n{"message":"odd","more":1}'
"""A line with another field: with it, all are read one by one."""


@pytest.mark.parametrize("more", [b"", ODD])
@pytest.mark.parametrize(
    ("time", "expected"),
    [
        ('"2026-01-31T12:00:00Z"', 1_769_860_800_000_000),
        ('"2026-01-31T12:00:00.011Z"', 1_769_860_800_011_000),
        ('"2026-01-31T13:00:00.000001+01:00"', 1_769_860_800_000_001),
        ('"1969-12-31T23:59:59.999999Z"', -1),
        ("1769860800", 1_769_860_800_000_000),
        ("1769860800011", 1_769_860_800_011_000),
        ("null", None),
    ],
)
def test_times_are_microseconds(time: str, expected: int | None, more: bytes) -> None:
    drafts = read_ndjson(f'{{"message":"m","timestamp":{time}}}'.encode() + more)
    assert not drafts.refused
    number, draft = drafts.read[0]
    assert (number, draft.message, draft.time_us) == (1, "m", expected)


@pytest.mark.parametrize("more", [b"", ODD])
@pytest.mark.parametrize("said", ["null", '""'])
def test_what_is_empty_was_not_said(said: str, more: bytes) -> None:
    names = ("level", "component", "pod", "workspace_id", "trace_id")
    fields = "".join(f',"{name}":{said}' for name in names)
    draft = read_ndjson(f'{{"message":"m","metadata":null{fields}}}'.encode() + more).read[0][1]
    assert not any(getattr(draft, name) for name in (*names, "metadata"))
