"""Text of others cannot deceive a terminal or steer a renderer."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexaops.kit.text import markdown, plain, told, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("web-app", "web-app"),
        ("a\tb\r\n c", "a b c"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]8;;http://evil.example\x07click\x1b]8;;\x07", "click"),
        ("\x1b]0;title", ""),
        ("\x9b2Jx", "x"),
        ("abc\u202etxt.exe", "abctxt.exe"),
        ("a\u200bb\ufeffc\u2060d", "abcd"),
        ("a\U000e0041b", "ab"),
        ("a\ufe0fb", "ab"),
        ("Grüße 東京", "Grüße 東京"),
    ],
)
def test_plain(text: str, shown: str) -> None:
    assert plain(text, 50) == shown


def test_plain_is_capped() -> None:
    assert plain("x" * 100, 10) == "x" * 9 + "…"
    assert plain("\u200b" * 10**6, 10) == ""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("db_main-1", "db_main-1"),
        ("[x](http://evil.example)", "\\[x\\](http ://evil.example)"),
        ("![i](x)", "!\\[i\\](x)"),
        ("<img src=x>", "\\<img src=x\\>"),
        ("see www.evil.example", "see www .evil.example"),
        ("mail a@evil.example", "mail a @evil.example"),
        ("see WWW.evil.com", "see WWW .evil\\.com"),
        ("evil.com and evil.co.", "evil\\.com and evil\\.co."),
        ("evil.dev/a and \u0435\u0432\u0438\u043b.com", "evil\\.dev/a and \u0435\u0432\u0438\u043b\\.com"),
        ("evil.xn--p1ai or evil.\u0440\u0444", "evil\\.xn--p1ai or evil\\.\u0440\u0444"),
        ("slack://open and ssh: refused", "slack ://open and ssh: refused"),
        ("xmpp:a@b", "xmpp :a @b"),
        ("see //evil.xyz/a", "see / /evil\\.xyz/a"),
        ("main.py of ghcr.io/acme/web:1.2", "main.py of ghcr.io/acme/web:1.2"),
        ("JavaScript:alert(1)", "JavaScript :alert(1)"),
        ("**b** _i_ `c` ~~s~~", "\\*\\*b\\*\\* \\_i\\_ \\`c\\` \\~\\~s\\~\\~"),
        ("# head", "\\# head"),
        ("a | b", "a \\| b"),
        ("&#x202e;", "\\&#x202e;"),
    ],
)
def test_markdown(text: str, shown: str) -> None:
    assert markdown(text, 100) == shown


@given(st.text(max_size=300))
def test_plain_of_anything_is_one_visible_line(text: str) -> None:
    shown = plain(text, 80)
    assert len(shown) <= 80
    assert not {unicodedata.category(c) for c in shown} & {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


@given(st.text(alphabet="[]()!<>*_`~|\\&# ahtps:/.w@", max_size=80))
def test_markdown_of_anything_has_no_live_syntax(text: str) -> None:
    shown = markdown(text, 200)
    bare = shown.replace("\\\\", "")
    for sign in "[]<>`*|":
        assert bare.count(sign) == bare.count("\\" + sign)
    assert "http:" not in shown
    assert "www." not in shown


def test_what_users_write_is_stored_without_what_deceives() -> None:
    assert told("a\x1b[31mb\u202ec\nd password=hunter2-x9") == "abc\nd password=[redacted]"


@pytest.mark.parametrize("name", ["a\u202eb", "a\x9bb", "a\u200bb", "a\U000e0041"])
def test_a_name_with_invisible_characters_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="invisible"):
        visible(name)
    assert visible("Grüße 東京") == "Grüße 東京"
