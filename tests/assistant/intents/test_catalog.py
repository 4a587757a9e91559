"""The catalogue is closed: each intent once, each with an answer and with examples that are understood as it."""

from __future__ import annotations

from collections import Counter

import pytest

from hexaops.assistant.intents.askable import ABILITIES, CHANGES
from hexaops.assistant.intents.catalog import CATALOG, INTENTS, needs_of
from hexaops.assistant.intents.spec import IntentSpec, Need, Topic
from hexaops.assistant.understanding import CHANGE_INTENTS, LATER_INTENTS, PLANNED_INTENTS, Intent, understand
from hexaops.assistant.understanding.labels import INTENT_OF
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]
EXAMPLES = [(spec.intent, text) for spec in CATALOG for text in spec.examples]
NAMES = ("web-app", "database-app")
ANOTHER_WAY = {"How do I fix an ImagePullBackOff?": Intent.DIAGNOSE}
"""Offered with a topic that answers it from another intent: the articles answer whoever asks how trouble is mended."""


def test_each_intent_has_one_specification() -> None:
    assert Counter(spec.intent for spec in CATALOG) == Counter(Intent)


def test_each_intent_is_answered_or_planned() -> None:
    answered = {spec.intent for spec in CATALOG if spec.answer is not None or spec.reader}
    assert answered | PLANNED_INTENTS | {Intent.CONFIRM} == set(Intent)
    assert answered & CHANGE_INTENTS == {Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION}
    assert answered >= LATER_INTENTS


def test_each_intent_is_described_in_a_sentence() -> None:
    assert [spec.intent for spec in CATALOG if not spec.description.endswith(".")] == []
    assert len({spec.description for spec in CATALOG}) == len(CATALOG)


@pytest.mark.parametrize(("intent", "text"), EXAMPLES)
def test_each_example_is_understood(intent: Intent, text: str) -> None:
    assert understand(text, DOCS).intent is intent


def test_only_what_is_never_understood_has_no_example() -> None:
    without = {spec.intent for spec in CATALOG if not spec.examples}
    assert without == {Intent.DEPLOY_APPLICATION}
    assert not without & set(INTENT_OF.values())


@pytest.mark.parametrize("spec", [spec for spec in CATALOG if spec.offered], ids=lambda spec: spec.intent)
def test_what_the_help_offers_is_understood(spec: IntentSpec) -> None:
    assert spec.offered is not None
    for sentence in spec.offered.sentences:
        said = sentence
        for name in NAMES:
            said = said.replace("NAME", name, 1)
        assert understand(said, DOCS).intent is ANOTHER_WAY.get(sentence, spec.intent), said


@pytest.mark.parametrize("spec", [spec for spec in CATALOG if spec.choice], ids=lambda spec: spec.intent)
def test_what_is_asked_back_is_understood(spec: IntentSpec) -> None:
    assert spec.choice is not None
    assert understand(spec.choice.message, DOCS).intent is spec.intent


def test_each_topic_of_the_help_has_sentences() -> None:
    lines = (*ABILITIES, CHANGES)
    assert [line.partition(":")[0] for line in lines] == [f"- {topic}" for topic in Topic]
    assert all("“" in line for line in lines)


def test_each_need_is_somebody_s() -> None:
    assert needs_of(set(Intent)) == set(Need)
    assert needs_of({Intent.HELP}) == frozenset()
    assert needs_of({Intent.NODE_STATUS, Intent.LOG_QUERY}) == {Need.APPLICATIONS, Need.NODE_USAGE}
    assert set(INTENTS) == set(Intent)
