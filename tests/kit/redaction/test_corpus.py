"""Recall over the corpus of secrets and over every vendor rule, and lines without a secret that stay as they are."""

from __future__ import annotations

import random
import string
from collections.abc import Callable, Iterator
from re import _constants as codes  # there is no public way to look into a pattern
from re import _parser as parser
from typing import Any

import pytest

from hexaops.kit.redaction import redact, vendors
from tests.kit.redaction.benign import line
from tests.kit.redaction.kinds import KINDS

EACH = 12
LEAST_RECALL, MOST_ALTERED = 0.99, 0.001
LINES = 6_000
LONG_LINES = 30_000
Redact = Callable[[str], str]


def recall(redaction: Redact, each: int = EACH) -> tuple[float, set[str]]:
    """The share of lines of which nothing is left to read, and the kinds of the others."""
    rng, missed, lines = random.Random(16), [], 0
    for kind in KINDS:
        for _ in range(each):
            text, secrets = kind.make(rng)
            shown, lines = redaction(text), lines + 1
            missed += [kind.name for secret in secrets if _leaks(secret, shown)]
    return 1 - len(missed) / lines, set(missed)


def _leaks(secret: str, shown: str) -> bool:
    return secret in shown or secret[-8:] in shown or (len(secret) > 12 and secret[2:12] in shown)


def altered(redaction: Redact, lines: int) -> list[str]:
    """Lines without a secret that do not stay as they are."""
    rng = random.Random(7)
    return [text for text in (line(rng) for _ in range(lines)) if redaction(text) != text]


def test_secrets_of_every_kind_are_found() -> None:
    assert len({kind.name for kind in KINDS}) >= 150
    found, missed = recall(redact)
    assert found >= LEAST_RECALL, missed
    assert not missed


def test_a_redaction_that_is_off_is_found() -> None:
    """The seeded bug: nothing, and one whole family, goes through."""
    assert recall(lambda text: text, each=1)[0] < 0.05
    assert recall(lambda text: text if "://" in text else redact(text), each=2)[0] < LEAST_RECALL


def test_lines_without_a_secret_stay() -> None:
    assert len(altered(redact, LINES)) <= MOST_ALTERED * LINES


def test_a_redaction_that_takes_too_much_is_found() -> None:
    assert len(altered(lambda text: text.replace("token", "[redacted]"), LINES)) > MOST_ALTERED * LINES


@pytest.mark.long
def test_many_lines_without_a_secret_stay() -> None:
    assert len(altered(redact, LONG_LINES)) <= MOST_ALTERED * LONG_LINES


@pytest.mark.parametrize("rule", vendors.rules(), ids=lambda rule: rule.id)
def test_every_vendor_s_form_is_found(rule: Any) -> None:
    rng = random.Random(rule.id)
    tree = parser.parse(rule.pattern, vendors.compiled(rule.pattern).flags)
    seen = 0
    for _ in range(8):
        text = "".join(_sample(tree, rng))
        text = f"{text} ({rule.keywords[0]})"
        found = vendors.compiled(rule.pattern).search(text)
        if not found:
            continue  # what follows the form in the sample belongs to it
        seen += 1
        group = rule.group or next((number for number in range(1, found.re.groups + 1) if found[number]), 0)
        assert found[group] not in redact(text), text
    assert seen


def _sample(node: Any, rng: random.Random) -> Iterator[str]:
    """One text that the pattern matches; of two branches any, of a repetition few more than the fewest."""
    for operator, argument in node:
        if operator is codes.LITERAL:
            yield chr(argument)
        elif operator is codes.IN:
            yield rng.choice(_signs(argument))
        elif operator is codes.ANY:
            yield "x"
        elif operator is codes.BRANCH:
            yield from _sample(rng.choice(argument[1]), rng)
        elif operator is codes.SUBPATTERN:
            yield from _sample(argument[-1], rng)
        elif operator in parser._REPEATCODES:
            least, most, inner = argument
            for _ in range(min(most, max(least, rng.randrange(least, least + 3)))):
                yield from _sample(inner, rng)


def _signs(choices: Any) -> str:
    signs = ""
    for operator, argument in choices:
        if operator is codes.LITERAL:
            signs += chr(argument)
        elif operator is codes.RANGE:
            signs += "".join(map(chr, range(argument[0], argument[1] + 1)))
        elif argument is codes.CATEGORY_WORD:
            signs += string.ascii_letters + string.digits
        elif argument is codes.CATEGORY_DIGIT:
            signs += string.digits
        elif argument is codes.CATEGORY_SPACE:
            signs += " "
        else:
            signs += "x"
    return signs
