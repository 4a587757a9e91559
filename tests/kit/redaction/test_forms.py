"""Forms behind words: only those are looked for whose word a text has, and all of them in texts of other scripts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from hexaops.kit.redaction.forms import Find, Form, Reader, Span, places_of, values


def noting(asked: list[str], name: str, span: Span) -> Find:
    def find(_text: str, _lower: str) -> Iterator[Span]:
        asked.append(name)
        yield span

    return find


def test_a_form_is_looked_for_where_one_of_its_words_is() -> None:
    asked: list[str] = []
    reader = Reader(
        [
            Form(("token", "key"), noting(asked, "first", (0, 1))),
            Form(("key",), noting(asked, "second", (2, 3))),
            Form((), noting(asked, "always", (4, 5))),
        ]
    )

    def read(text: str) -> tuple[list[str], list[Span]]:
        asked.clear()
        spans = [*reader.find(text, text.lower())]
        return sorted(asked), sorted(spans)

    assert read("nothing") == (["always"], [(4, 5)])
    assert read("A TOKEN") == (["always", "first"], [(0, 1), (4, 5)])
    assert read("monkeys") == (["always", "first", "second"], [(0, 1), (2, 3), (4, 5)])
    assert read("h\u00e9") == (["always", "first", "second"], [(0, 1), (2, 3), (4, 5)])


@pytest.mark.parametrize(
    "pattern",
    [
        r"(?i)user=(?P<value>[a-z]\w+)", r"(?i)User=(?P<value>\S+)", r"user=(?P<value>[A-Z]\w+)",
        r"(?i)(?P<q>[\"'])\w+(?P=q)", r"(?i)\S\W(?-i:ab)\b", r"(?i)us(?:er|r)=(?P<value>[^b]+)",
    ],
)  # fmt: skip
def test_places_are_the_same_in_a_text_in_lower_case(pattern: str) -> None:
    compiled = re.compile(pattern)
    for text in (
        "User=Abc user=abc USER=ABC",
        "x ab x AB \"ab\" 'AB\" 'Ab'",
        "user=\u00e9Ab User=Ab",
        "usr=cab USR=CAB",
    ):
        expected = [found.span() for found in compiled.finditer(text)]
        assert [found.span() for found in places_of(compiled)(text, text.lower())] == expected


def test_groups_of_a_pattern_are_found_where_they_hold() -> None:
    pattern = re.compile(r"(?P<sign>x)(?P<value>\d+)(?:,(?P<other>\d+))?")
    assert [*values(pattern)("x12,3 x4", "")] == [(1, 3), (4, 5), (7, 8)]
    assert [*values(pattern, lambda value: value != "12")("x12,3 x4", "")] == [(4, 5), (7, 8)]
