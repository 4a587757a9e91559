"""Secrets by the class of their context: files, commands, headers, sentences, vendors, databases, other languages."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest

from hexaops.kit.redaction import redact
from hexaops.kit.redaction.batches import redact_all
from tests.kit.redaction import fresh
from tests.kit.redaction.classes import CLASSES

EACH = 3
LEAST_RECALL = 0.99


def samples(templates: Sequence[str], seed: int) -> list[tuple[str, str, list[str]]]:
    rng = random.Random(seed)
    return [(template, *fresh.sample(template, rng)) for template in templates for _ in range(EACH)]


@pytest.mark.parametrize("name", CLASSES)
def test_secrets_of_a_class_are_found(name: str) -> None:
    made = samples(CLASSES[name], 16)
    shown = redact_all([text for _, text, _ in made])
    missed = [
        template
        for (template, _, secrets), one in zip(made, shown, strict=True)
        if any(secret in one or secret[-8:] in one or secret[2:12] in one for secret in secrets)
    ]
    assert len(missed) <= (1 - LEAST_RECALL) * len(made), missed


@pytest.mark.parametrize("name", CLASSES)
def test_many_at_once_are_redacted_as_each_alone(name: str) -> None:
    texts = [text for _, text, _ in samples(CLASSES[name], 17)]
    assert redact_all(texts) == [redact(text) for text in texts]
