"""Many texts at once are redacted as each is alone."""

from __future__ import annotations

import random
import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.kit.redaction import RUN_LENGTH, redact, vendors
from hexaops.kit.redaction.batches import _runs, redact_all
from tests.kit.redaction.benign import line
from tests.kit.redaction.kinds import KINDS

RNG_SEED = 5


def test_secrets_of_every_kind_among_other_lines() -> None:
    rng = random.Random(RNG_SEED)
    texts = [text for kind in KINDS for text in (kind.make(rng)[0], line(rng))]
    together = redact_all(texts)
    assert together == [redact(text) for text in texts]
    assert sum(one != text for one, text in zip(together, texts, strict=True)) > len(KINDS) // 2


def test_texts_of_any_kind() -> None:
    texts = ["", "\0", "password=hunter2secret", "pässword=hunter2secret", "a\0password=hunter2secret", *"abc" * 10]
    assert redact_all(texts) == [redact(text) for text in texts]
    assert redact_all([]) == []


def test_a_word_at_the_end_of_a_text_is_not_joined_with_the_next() -> None:
    texts = ["pass", "word=Xq81kdlPPw2s", *["x"] * 20, "pwd=Xq81kdlPPw2s"]
    assert redact_all(texts) == [*texts[:-1], "pwd=[redacted]"]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.sampled_from("abkeys-_=:.$/'\" 09AZ@{}"), max_size=60), min_size=16, max_size=30))
def test_random_texts(texts: list[str]) -> None:
    assert redact_all(texts) == [redact(text) for text in texts]


@pytest.mark.parametrize(("words", "form"), vendors.FORMS)
def test_every_form_has_one_of_its_words(words: str, form: str) -> None:
    @settings(max_examples=8, deadline=None)
    @given(st.from_regex(re.compile(form, re.ASCII), fullmatch=True))
    def holds(secret: str) -> None:
        assert any(word in secret.lower() for word in words.split())

    holds()


RUNS = re.compile(rf"[A-Za-z0-9_+/=~.-]{{{RUN_LENGTH}}}")
LONG = re.compile(rf"[A-Za-z0-9]{{{vendors.DOTTED_RUN},}}")


@settings(max_examples=200, deadline=None)
@given(st.lists(st.text(st.sampled_from("aZ09f. -"), min_size=1, max_size=70), min_size=1, max_size=8))
def test_runs_belong_to_the_text_that_has_them(texts: list[str]) -> None:
    found = _runs("\0".join(texts).encode(), np.cumsum([0, *(len(text) + 1 for text in texts[:-1])]))
    expected = [
        (RUNS.search(text) is not None) + 2 * any(not set(run) <= set("abcdef0123456789") for run in LONG.findall(text))
        for text in texts
    ]
    assert found.tolist() == expected
