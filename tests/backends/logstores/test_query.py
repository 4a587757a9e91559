"""The query language: what is read how, what is refused where, and what a tree means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexaops.backends.logstores.query.errors import InvalidLogQueryError
from hexaops.backends.logstores.query.matching import matches
from hexaops.backends.logstores.query.parser import DEEPEST, MOST_TERMS, parse
from hexaops.backends.logstores.query.tree import And, Equals, HasLevel, Not, Or, Text, positive_texts
from tests.backends.logstores.cases import line


def word(*words: str) -> Text:
    return Text(words)


READ = {
    "": None,
    "  ": None,
    "error": word("error"),
    "Error": word("error"),
    "connection_timeout": word("connection", "timeout"),
    '"Connection  timeout!"': word("connection", "timeout"),
    "conn*": Text(("conn",), prefix=True),
    "time-out*": Text(("time", "out"), prefix=True),
    "a1 b2": And((word("a1"), word("b2"))),
    "a1 AND b2 OR c3": Or((And((word("a1"), word("b2"))), word("c3"))),
    "a1 OR b2 c3": Or((word("a1"), And((word("b2"), word("c3"))))),
    "NOT a1 b2": And((Not(word("a1")), word("b2"))),
    "NOT NOT a1": Not(Not(word("a1"))),
    "NOT (a1 OR b2)": Not(Or((word("a1"), word("b2")))),
    "error AND (database OR connection)": And((word("error"), Or((word("database"), word("connection"))))),
    "and or not": And((word("and"), word("or"), word("not"))),
    "level:warn": HasLevel("warning"),
    "level:(ERROR OR fatal)": Or((HasLevel("error"), HasLevel("error"))),
    "component:api-service": Equals("component", "api-service"),
    "pod:api-*": Equals("pod", "api-", prefix=True),
    'trace_id:"a b:c"': Equals("trace_id", "a b:c"),
    "message:error": Text(("error",), message_only=True),
    'message:("a1 b2" c3)': And((Text(("a1", "b2"), message_only=True), Text(("c3",), message_only=True))),
    '"status: 500"': word("status", "500"),
    r'"say \"hello\" twice"': word("say", "hello", "twice"),
    r'pod:"a\"b\\c\d"': Equals("pod", r'a"b\c\d'),
}
REFUSED = {
    "error AND": (9, "a word"),
    "AND error": (0, "a word"),
    "(error": (0, "a closing )"),
    "error)": (5, "AND, OR or the end"),
    'say "hello': (4, 'a closing "'),
    r'"say hello\"': (0, 'a closing "'),
    "NOT": (3, "a word"),
    "error OR OR b": (9, "a word"),
    "()": (1, "a word"),
    "--": (0, "a letter or a digit"),
    "*": (0, "before *"),
    "a*": (0, "before *"),
    "a*b": (1, "at the end of a word"),
    "status:500": (0, "one of message, level"),
    "level:loud": (6, "debug, info"),
    "level:err*": (6, "debug, info"),
    "14:45": (2, "text that holds a colon"),
    "component:": (9, "text that holds a colon"),
    "component:NOT": (10, "a value of component"),
    "component:(pod:a)": (11, "quotes"),
    "x" * 4097: (4096, "at most 4096"),
}


@pytest.mark.parametrize("text", READ)
def test_it_is_read_as_documented(text: str) -> None:
    assert parse(text) == READ[text]


@pytest.mark.parametrize("text", REFUSED)
def test_a_refusal_says_where_and_what_was_expected(text: str) -> None:
    position, expected = REFUSED[text]
    with pytest.raises(InvalidLogQueryError) as refused:
        parse(text)
    assert refused.value.position == position
    assert expected in refused.value.expected
    assert refused.value.details["field"] == "query.text"
    assert refused.value.status == 400


def test_depth_and_terms_are_bounded() -> None:
    assert parse("(" * DEEPEST + "a" + ")" * DEEPEST) == word("a")
    with pytest.raises(InvalidLogQueryError, match="nested too deeply"):
        parse("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1))
    with pytest.raises(InvalidLogQueryError, match="nested too deeply"):
        parse("NOT " * 1000 + "a")
    assert parse(" ".join(["ab"] * MOST_TERMS)) is not None
    with pytest.raises(InvalidLogQueryError, match="too many terms"):
        parse(" ".join(["ab"] * (MOST_TERMS + 1)))


def refused_at(text: str) -> int:
    """Where a text is refused; -1 when it is read."""
    try:
        parse(text)
    except InvalidLogQueryError as refusal:
        return refusal.position
    return -1


@given(st.text(alphabet='ab* ":()ANDORT\n日_-', max_size=40))
def test_every_text_is_read_or_refused(text: str) -> None:
    assert -1 <= refused_at(text) <= len(text)


TIMEOUT = line(
    "Database connection timeout after 30s", level="error", component="api-service",
    metadata={"error_code": "connection_timeout"}, trace_id="trace-1",
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("error AND (database OR connection)", True),  # the document's own example: the level is the word
        ("DATABASE", True),
        ("data", False),
        ("data*", True),
        ('"connection timeout"', True),
        ('"timeout connection"', False),
        ('"error api"', False),  # words of two fields are no phrase
        ("api service", True),
        ("message:error", False),
        ("error_code:connection_timeout", True),
        ("error_code:connection", False),
        ("component:api*", True),
        ("component:API-SERVICE", False),
        ("NOT error", False),
        ("NOT health", True),
        ("NOT (health OR ready) level:err", True),
        ("trace_id:trace-1", True),
        ("30s", True),
        ("30", False),
    ],
)
def test_what_matches(text: str, expected: bool) -> None:
    assert matches(parse(text), TIMEOUT) is expected


def test_only_what_is_asked_for_is_highlighted() -> None:
    tree = parse("a1 OR NOT (b2 AND NOT c3)")
    assert tree is not None
    assert [text.words for text in positive_texts(tree)] == [("a1",), ("c3",)]
