"""Names that tell of a secret: where a keyword counts, and what before or after it says otherwise."""

from __future__ import annotations

import re
from itertools import product

import pytest

from hexaops.kit.redaction.names import (
    KEYWORD,
    KEYWORDS,
    _joined,
    _keywords,
    has_telling,
    holds,
    is_chosen,
    is_not_held,
    is_telling,
    keyword_starts,
    speaks_about,
)


def test_words_are_joined_to_a_pattern_that_takes_the_longer() -> None:
    pattern = re.compile(_joined(["pass", "password", "pwd", "a.b", "pa"]))
    assert pattern.findall("passwords pass pwd paw a.b axb p") == ["password", "pass", "pwd", "pa", "a.b"]
    assert _joined([]) == ""
    assert re.fullmatch(_joined(["ab", "a", "c"]), "c")
    assert re.fullmatch(_joined(["ab", "a"]), "a")
    assert re.fullmatch(_joined(["ab", "ac"]), "a") is None


@pytest.mark.parametrize("between", ["", " ", "-", "x", "\u00e9"])
def test_the_automaton_finds_keywords_as_the_pattern_does(between: str) -> None:
    word = re.compile(KEYWORD)
    for before, after in product(KEYWORDS[::3], KEYWORDS[1::5]):
        text = f"{before}{between}{after}{after[:3]}"
        assert [*_keywords(text)] == [(found[0], *found.span()) for found in word.finditer(text)]
        assert [*keyword_starts(text)] == [start for start in range(len(text)) if word.match(text, start)]


@pytest.mark.parametrize(
    ("text", "tells"),
    [
        ("my password", True), ("secrets", True), ("api key", True), ("api_key=x", True), ("apikey", True), ("key", False),
        ("cache key", False), ("api keys", False), ("api keyring", False), ("api key1", True), ("bypass", False), ("pass", True),
        ("pass1", False), ("passing", False), ("author", False), ("auth:", True), ("xauth", False), ("auth2", False),
        ("bypass the pass", True), ("cache key of the api key", True), ("nothing", False), ("", False), ("a jwt", True),
        ("key private", False), ("private\nkey", True), (" " * 40 + "api key", True), ("monkey", False), ("_pass_", True),
    ],
)  # fmt: skip
def test_whether_a_text_may_name_a_secret(text: str, tells: bool) -> None:
    assert has_telling(text) is tells


@pytest.mark.parametrize(
    ("before", "key", "rest", "held"),
    [
        ("", "password", "", True), ("", "password", "_file", False), ("next_", "token", "", False), ("api_", "key", "", True),
        ("cache_", "key", "", False), ("api_", "key", "s", False), ("api_", "key", "_2", True), ("by", "pass", "", False),
        ("db_", "pass", "", True), ("", "pass", "1", False), ("", "auth", "or", False), ("", "auth", "-x", True),
        ("by", "secret", "x", True), ("public_", "key", "", False),
    ],
)  # fmt: skip
def test_what_the_parts_of_a_name_say(before: str, key: str, rest: str, held: bool) -> None:
    assert holds(before, key, rest) is held


def test_beginnings_and_ends_that_only_speak_about_a_secret() -> None:
    assert all(map(speaks_about, ("_name", "-path", "Ttl", "s", "_seconds", "_x_file", "id")))
    assert not any(map(speaks_about, ("", "_value", "x", "ss")))
    assert is_not_held("next_") is is_not_held("max-") is is_not_held("is ") is True
    assert is_not_held("my_") is is_not_held("admin") is is_not_held("") is False


@pytest.mark.parametrize(
    ("name", "tells"),
    [
        ("password", True), ("clientSecret", True), ("secretName", False), ("nextToken", False), ("tokens", False),
        ("accessKeyId", False), ("privateKey", True), ("mode", False), ("tokenPathOfPassword", True),
        ("x" * 120 + "password", True), ("x" * 121 + "password", False), ("key", False), ("", False),
    ],
)  # fmt: skip
def test_whether_a_field_holds_a_secret(name: str, tells: bool) -> None:
    assert is_telling(name) is tells


def test_what_a_person_may_have_chosen() -> None:
    assert all(map(is_chosen, ("db_password", "PWD", "client_secret", "apiKey", "Kennwort", "rootpw")))
    assert not any(map(is_chosen, ("token", "jwt", "bypass_x", "signature")))
