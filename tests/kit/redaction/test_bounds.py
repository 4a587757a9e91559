"""Each bound of the readers, by a text on its edge and exactly what is left of it."""

from __future__ import annotations

import pytest

from hexaops.kit.redaction import MARK, Scanned, redact, redact_fields, redact_scanned, redact_texts, vendors
from hexaops.kit.redaction.batches import redact_all
from tests.kit.redaction.bounds import BOUNDS


@pytest.mark.parametrize(("text", "left"), BOUNDS, ids=range(len(BOUNDS)))
def test_what_is_left_of_a_text(text: str, left: str) -> None:
    assert redact(text) == left


def test_the_same_of_many_at_once() -> None:
    assert redact_all([text for text, _ in BOUNDS]) == [left for _, left in BOUNDS]


def test_fields_by_name_and_texts_by_what_they_say() -> None:
    given = {
        "password": "x1y2z3", "token": "12345", "clientSecret": "abc", "passwords": "plain", "secret": "", "key": 7,
        "list": ("a", "password=Xq81kdlPPw2s"), "apiKey": "expired", "password_hint": "x1y2z3", "authToken": "$TOKEN",
        "env": [{"name": "API_TOKEN", "value": "q1w2e3"}, {"name": "API_TOKEN", "value": 3}, {"name": 1, "value": "q1"}],
    }  # fmt: skip
    assert redact_fields(given) == {
        "password": MARK, "token": "12345", "clientSecret": MARK, "passwords": "plain", "secret": "", "key": 7,
        "list": ["a", f"password={MARK}"], "apiKey": "expired", "password_hint": "x1y2z3", "authToken": "$TOKEN",
        "env": [{"name": "API_TOKEN", "value": MARK}, {"name": "API_TOKEN", "value": 3}, {"name": 1, "value": "q1"}],
    }  # fmt: skip
    assert redact_fields({"password": "8123"}) == {"password": MARK}
    assert redact_texts(given)["password"] == "x1y2z3"
    assert redact_texts(given)["list"] == ["a", f"password={MARK}"]
    assert redact_texts(7) == 7
    assert redact_texts("password=Xq81kdlPPw2s") == f"password={MARK}"


def test_overlapping_finds_are_one_mark() -> None:
    jwt = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJjYW5hcnkifQ.c2lnbmF0dXJlLWNhbmFyeQ"
    assert (
        redact(f"Authorization: Bearer {jwt} and password={jwt}") == f"Authorization: Bearer {MARK} and password={MARK}"
    )
    assert redact(f"password={MARK}") == f"password={MARK}"
    assert redact("password=redacted") == "password=redacted"


def test_only_a_text_with_a_needle_is_read_for_structure() -> None:
    text = "password=aB3dE9"
    scanned = [Scanned(text, text.lower(), worded, ()) for worded in (False, True, False)]
    assert redact_scanned(scanned) == [text, f"password={MARK}", text]


def test_the_vendors_rules_are_all_read_and_each_stands_under_its_keywords() -> None:
    rules = vendors.rules.__wrapped__()
    assert len({rule.id for rule in rules}) == len(rules)
    by_keyword = vendors._by_keyword.__wrapped__()
    assert all(rule in by_keyword[keyword.lower()] for rule in rules for keyword in rule.keywords)


def test_each_own_form_stands_under_each_of_its_words() -> None:
    forms = vendors._forms.__wrapped__()
    for words, form in vendors.FORMS:
        for word in words.split():
            assert any(pattern.pattern.endswith(f"(?:{form})") for pattern in forms[word])
