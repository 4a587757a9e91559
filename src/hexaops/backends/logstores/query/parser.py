"""Reads the query language by recursive descent: NOT before AND (or a blank) before OR.

query    = or
or       = and { "OR" and }
and      = not { [ "AND" ] not }
not      = "NOT" not | primary
primary  = "(" or ")" | field ":" ( value | "(" or ")" ) | word [ "*" ] | '"' words '"'
"""

from __future__ import annotations

from typing import cast

from hexaops.backends.logstores.lines import find_level
from hexaops.backends.logstores.query.errors import InvalidLogQueryError
from hexaops.backends.logstores.query.lexer import Token, tokens_of
from hexaops.backends.logstores.query.tree import And, Equals, HasLevel, Key, Node, Not, Or, Text
from hexaops.backends.logstores.words import words_of

LONGEST_TEXT = 4096
DEEPEST = 20
MOST_TERMS = 200
SHORTEST_PREFIX = 2
FIELDS = ("message", "level", "component", "pod", "trace_id", "error_code")
_OPERAND = 'a word, "a phrase", field:value, NOT or ('


def parse(text: str) -> Node | None:
    """The tree of a text; None for an empty one, which matches every line. Raises InvalidLogQueryError."""
    if len(text) > LONGEST_TEXT:
        raise InvalidLogQueryError(
            "the text is too long", position=LONGEST_TEXT, expected=f"at most {LONGEST_TEXT} characters"
        )
    parser = _Parser(tokens_of(text))
    return parser.whole()


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._terms = 0
        self._depth = 0

    @property
    def _token(self) -> Token:
        return self._tokens[self._at]

    def whole(self) -> Node | None:
        node = None if self._at_end() else self._or(None)
        if not self._at_end():
            raise self._unexpected("AND, OR or the end")
        return node

    def _at_end(self) -> bool:
        return self._token.kind == "end"

    def _or(self, field: str | None) -> Node:
        children = [self._and(field)]
        while self._token.kind == "OR":
            self._at += 1
            children.append(self._and(field))
        return children[0] if len(children) == 1 else Or(tuple(children))

    def _and(self, field: str | None) -> Node:
        children = [self._not(field)]
        while self._token.kind not in {"OR", ")", "end"}:
            if self._token.kind == "AND":
                self._at += 1
            children.append(self._not(field))
        return children[0] if len(children) == 1 else And(tuple(children))

    def _not(self, field: str | None) -> Node:
        if self._token.kind == "NOT":
            with self._deeper():
                return Not(self._not(field))
        return self._primary(field)

    def _primary(self, field: str | None) -> Node:
        token = self._token
        if token.kind == "(":
            return self._group(field)
        if token.kind == "field":
            return self._field(token, field)
        if token.kind not in {"word", "phrase"}:
            raise self._unexpected(_OPERAND)
        self._at += 1
        self._terms += 1
        if self._terms > MOST_TERMS:
            raise InvalidLogQueryError("too many terms", position=token.position, expected=f"at most {MOST_TERMS}")
        return _term(token, field)

    def _group(self, field: str | None) -> Node:
        opened = self._token
        with self._deeper():
            node = self._or(field)
        if self._token.kind != ")":
            if self._token.kind != "end":
                raise self._unexpected("AND, OR or )")
            raise InvalidLogQueryError("a parenthesis is not closed", position=opened.position, expected="a closing )")
        self._at += 1
        return node

    def _field(self, token: Token, outer: str | None) -> Node:
        if token.text not in FIELDS or outer is not None:
            problem = f"a field within the field {outer}" if outer else f"{token.text} is not a field"
            expected = f"one of {', '.join(FIELDS)}; put text that holds a colon in quotes"
            raise InvalidLogQueryError(problem, position=token.position, expected=expected)
        self._at += 1
        if self._token.kind not in {"word", "phrase", "("}:
            raise self._unexpected(f"a value of {token.text}")
        return self._primary(token.text)

    def _deeper(self) -> _Parser:
        token = self._token
        if self._depth >= DEEPEST:
            raise InvalidLogQueryError(
                "nested too deeply", position=token.position, expected=f"at most {DEEPEST} levels"
            )
        self._at += 1
        return self

    def __enter__(self) -> None:
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1

    def _unexpected(self, expected: str) -> InvalidLogQueryError:
        token = self._token
        found = "the query ends" if token.kind == "end" else f"unexpected {token.text!r}"
        return InvalidLogQueryError(found, position=token.position, expected=expected)


def _term(token: Token, field: str | None) -> Node:
    value, prefix = token.text, False
    if token.kind == "word" and value.endswith("*"):
        value, prefix = value.rstrip("*"), True
    if token.kind == "word" and "*" in value:
        at = token.position + value.index("*")
        raise InvalidLogQueryError("a * within a word", position=at, expected='* at the end of a word only, or "…"')
    if field == "level":
        level = find_level(value)
        if level is None or prefix:
            expected = "debug, info, warning, error or unknown"
            raise InvalidLogQueryError(f"{token.text!r} is not a level", position=token.position, expected=expected)
        return HasLevel(level)
    if field not in {None, "message"}:
        if not value:
            raise InvalidLogQueryError("an empty value", position=token.position, expected=f"a value of {field}")
        return Equals(cast("Key", field), value, prefix)
    words = words_of(value)
    if not words or (prefix and (not value[-1].isalnum() or len(words[-1]) < SHORTEST_PREFIX)):
        expected = f"at least {SHORTEST_PREFIX} letters or digits before *" if prefix else "a letter or a digit"
        raise InvalidLogQueryError(f"nothing to look for in {token.text!r}", position=token.position, expected=expected)
    return Text(words, prefix, message_only=field == "message")
