"""Forms behind words: only those are looked for whose word a text has, and all of them in texts of other scripts."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from hexaops.kit.redaction import reader
from hexaops.kit.redaction.forms import Find, Form, Reader, Span, places_of, values
from tests.kit.redaction.benign import line
from tests.kit.redaction.kinds import KINDS


def noting(asked: list[str], name: str, span: Span) -> Find:
    def find(_text: str, _lower: str) -> Iterator[Span]:
        asked.append(name)
        yield span

    return find


def test_a_form_is_looked_for_where_one_of_its_words_is() -> None:
    asked: list[str] = []
    forms = Reader(
        [
            Form(("token", "key"), noting(asked, "first", (0, 1))),
            Form(("key",), noting(asked, "second", (2, 3))),
            Form((), noting(asked, "always", (4, 5))),
        ]
    )

    def read(text: str) -> tuple[list[str], list[Span]]:
        asked.clear()
        spans = [*forms.find(text, text.lower())]
        return sorted(asked), sorted(spans)

    assert read("nothing") == (["always"], [(4, 5)])
    assert read("A TOKEN") == (["always", "first"], [(0, 1), (4, 5)])
    assert read("monkeys") == (["always", "first", "second"], [(0, 1), (2, 3), (4, 5)])
    assert read("h\u00e9") == (["always", "first", "second"], [(0, 1), (2, 3), (4, 5)])
    assert read("\u26a0\ufe0f 3 more \u2026") == (["always"], [(4, 5)])
    for other in ("to\u212aen", "\uff1a", "a\u00a0b", "\u0663"):
        assert read(other)[0] == ["always", "first", "second"]


def test_signs_that_are_no_letters_are_read_as_those_of_ascii() -> None:
    rng = random.Random(4)
    texts = [kind.make(rng)[0] for kind in KINDS for _ in range(3)] + [line(rng) for _ in range(200)]
    known, secrets = reader(), 0
    for text in filter(str.isascii, texts):
        sign, at = rng.choice(SIGNS), rng.randrange(len(text) + 1)
        found, expected = (
            sorted(known.find(signed, signed.lower()))
            for signed in (f"{one} {text[:at]}{one}{text[at:]} {one}" for one in (sign, "\x01"))
        )
        assert found == expected, text
        secrets += bool(found)
    assert secrets > 300


SIGNS = ("\u26a0", "\ufe0f", "\u00b7", "\u2192", "\u201c", "\u2014", "\u20ac", "\u00d7", "\U0001f6a8")


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
