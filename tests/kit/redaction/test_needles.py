"""A text that is passed over by its words holds nothing that closer reading would find."""

from __future__ import annotations

import random
import re

from hexaops.kit.redaction import addresses, arguments, commands, headers, needles, pairs, places, servers, tools
from hexaops.kit.redaction.forms import Reader
from hexaops.kit.redaction.looks import has
from hexaops.kit.redaction.names import KEYWORDS
from hexaops.kit.redaction.needles import AMBIGUOUS, SURE, is_worded, is_worth_reading
from tests.kit.redaction.benign import line
from tests.kit.redaction.kinds import KINDS

RNG_SEED = 7
PARTS = (
    *AMBIGUOUS, "api", "client", "ed", "id", "=", ":", " ", '"', "'", "x8Kd92ksQQz1", "hunter2", "/", "?", "&", " -p",
    "from", "to", "login", " / ", "state", "code", "salt", "pat", "root/", " -u ", "u: ", "p: ", "root:",
    "is", "was", "\n", "_", "-", ".", "user", "$", "<", ">", "value", "name", ",", "postgres",
    "localhost:5432", "4f2df5c2f9724972a0f7", "s3", "sha1:", "docker login", "password", "hooks.slack.com/services/",
)  # fmt: skip


def test_passed_over_is_only_what_nothing_is_found_in() -> None:
    rng = random.Random(RNG_SEED)
    texts = [kind.make(rng)[0] for kind in KINDS for _ in range(3)] + [line(rng) for _ in range(300)]
    texts += ["".join(rng.choices(PARTS, k=rng.randrange(2, 14))) for _ in range(6000)]
    passed_over, read = 0, Reader([*addresses.FORMS, *headers.FORMS, *pairs.FORMS, *arguments.FORMS, *places.FORMS])
    for text in texts:
        lower = text.lower()
        if not (text.isascii() and has(lower, AMBIGUOUS)) or is_worded(lower):
            continue
        passed_over += 1
        assert not [*read.find(text, lower)], text
    assert passed_over > 500


def test_a_form_is_found_only_where_its_further_words_are() -> None:
    modules = (addresses, arguments, commands, pairs)
    forms = [form for module in modules for form in module.FORMS if form.also]
    assert len(forms) >= 14
    rng, found = random.Random(RNG_SEED), 0
    texts = [kind.make(rng)[0] for kind in KINDS for _ in range(10)]
    pieces = [*PARTS, *(word for form in forms for word in (*form.words, *form.also)), "\n", "Xq81kdlPPw2sXq81kdlPPw2s"]
    texts += ["".join(rng.choices(pieces, k=rng.randrange(2, 9))) for _ in range(6000)]
    for text in texts:
        lower = text.lower()
        for form in forms:
            if text.isascii() and has(lower, form.words) and [*form.find(text, lower)]:
                found += 1
                assert has(lower, form.also), text
    assert found > 20


def test_words_with_another_meaning_are_passed_over() -> None:
    benign = (
        "cache hit key=user:7",
        "health check passed",
        "kube-probe/1.29",
        "mail to=a@b.com",
        "s3://media/9edcf3d4306446d1",
    )
    assert not any(map(is_worded, benign))
    secret = ("api_key=x", "pass: x", "psql -p x", "postgres://a:b@c", "https://hooks.slack.com/services/x")
    assert all(map(is_worded, secret))


def test_digits_are_not_told_apart_where_a_text_is_judged_worth_reading() -> None:
    """What is remembered of a text holds for all that differ in their digits only (`batches`)."""
    modules = (addresses, arguments, headers, needles, pairs, places, servers, tools)
    judges = [is_worth_reading, addresses.may_have_parameter]
    judges += [module.may_hold for module in (arguments, places, servers, tools)]
    judging = {name for one in judges for name in one.__code__.co_names}
    held = [module.__dict__[name] for module in modules for name in judging if name in module.__dict__]
    patterns = [one.pattern for one in held if isinstance(one, re.Pattern)]
    assert len(patterns) >= 12
    for pattern in patterns:
        plain = re.sub(r"\\d|0-9|\{\d*,?\d*\}|%3d", "", pattern)
        assert not re.search(r"\d", plain), pattern
    words = [word for one in held if isinstance(one, tuple) for word in one] + [*KEYWORDS]
    telling = [word for word in words if re.search(r"\d", word) and not word.startswith(("%", "\\"))]
    assert all(has(word, SURE) for word in telling)  # such texts are read anyway


def test_texts_that_differ_in_their_digits_are_judged_alike() -> None:
    rng = random.Random(RNG_SEED)
    texts = [kind.make(rng)[0] for kind in KINDS for _ in range(3)] + [line(rng) for _ in range(300)]
    texts += ["".join(rng.choices(PARTS, k=rng.randrange(2, 14))) for _ in range(6000)]
    zeros = str.maketrans(dict.fromkeys("123456789", "0"))
    for lower in map(str.lower, texts):
        if "%" not in lower and "\\" not in lower:
            assert is_worth_reading(lower) == is_worth_reading(lower.translate(zeros)), lower
