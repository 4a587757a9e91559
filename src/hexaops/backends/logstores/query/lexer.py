"""Cuts a query's text into tokens that know where they stand."""

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from hexaops.backends.logstores.query.errors import InvalidLogQueryError

Kind = Literal["(", ")", "AND", "OR", "NOT", "phrase", "word", "field", "end"]

OPERATORS = frozenset({"AND", "OR", "NOT"})
"""In upper case only; in lower case they are words."""
_FIELD = re.compile(r"([A-Za-z_][A-Za-z0-9_.]*):(?=[^\s)])")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_ESCAPED = re.compile(r'\\(["\\])')
"""A quotation mark or a backslash within quotes; before other signs a backslash stands for itself."""
_BARE = re.compile(r'[^\s()":]+')


class Token(Struct, frozen=True):
    """A piece of the text. `position` counts characters from 0."""

    kind: Kind
    text: str
    position: int


def tokens_of(text: str) -> list[Token]:
    """All tokens, closed by one of kind `end`; raises InvalidLogQueryError."""
    tokens, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token, at = _next(text, at)
        tokens.append(token)
    return [*tokens, Token("end", "", len(text))]


def _next(text: str, at: int) -> tuple[Token, int]:
    sign = text[at]
    if sign in "()":
        return Token("(" if sign == "(" else ")", sign, at), at + 1
    if sign == '"':
        quoted = _QUOTED.match(text, at)
        if quoted is None:
            expected = r'a closing ", and \" for one within'
            raise InvalidLogQueryError("a quotation is not closed", position=at, expected=expected)
        return Token("phrase", _ESCAPED.sub(r"\1", quoted[1]), at), quoted.end()
    if field := _FIELD.match(text, at):
        return Token("field", field[1], at), field.end()
    if sign == ":":
        expected = 'field:value, or "…" around text that holds a colon'
        raise InvalidLogQueryError("a colon without a field or a value", position=at, expected=expected)
    bare = _BARE.match(text, at)
    assert bare is not None  # what is neither white space nor one of the signs above
    word = bare[0]
    if word in OPERATORS:
        return Token(word, word, at), bare.end()  # type: ignore[arg-type] # one of the three
    return Token("word", word, at), bare.end()
