"""Any text is answered, always in the same way, and in time that grows with its length only."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hexaops.assistant.understanding import CHANGE_INTENTS, Dialogue, Intent, Inventory, KnownEntity, understand
from hexaops.assistant.understanding.inventory import Candidate
from hexaops.assistant.understanding.lexicon import ENTRIES
from hexaops.assistant.understanding.normalise import MAX_CHARACTERS, clean
from hexaops.assistant.understanding.numbers import find_number
from testenv.golden.cases import load_worlds

DOCS = load_worlds()["docs"]
WORDS = st.sampled_from(
    [*sorted(ENTRIES), "web-app", "api-service", "restart", "don't", "3", "-1", "if", "?", ",", ":", '"']
)


@given(st.text(max_size=400))
@settings(max_examples=300, deadline=None)
def test_never_raises_and_is_deterministic(text: str) -> None:
    first = understand(text, DOCS)
    assert first == understand(text, DOCS)
    assert 0.0 <= first.confidence <= 1.0


@given(st.lists(WORDS, max_size=40))
@settings(max_examples=300, deadline=None)
def test_word_salad_never_raises(words: list[str]) -> None:
    got = understand(" ".join(words), DOCS)
    for part in got.parts or (got,):
        assert not (part.is_change_request and part.negated)


@given(
    st.sampled_from(["don't", "do not", "never", "please don't",
                     "you must not", "we should not", "no need to", "why did you",
                     "what happens if I", "should I", "how do I", "bob told me to", "the docs say", "if it fails,",
                     "I might", "is it safe to", "who will", "when did you", "did you", "can anyone"]),
    st.sampled_from(["restart {}", "scale {} to 5", "stop {}", "start {}", "add 2 replicas to {}", "reboot {} now",
                     "shut {} down", "double {}", "scale up {} by 3"]),
    st.sampled_from([entity.name for entity in DOCS.entities if entity.kind == "application"]),
    st.sampled_from(["", "?", ".", " please", " and scale api-service to 3", ", then stop worker-app"]),
)  # fmt: skip
@settings(max_examples=500, deadline=None)
def test_no_frame_that_is_not_a_request_gives_one(frame: str, change: str, name: str, end: str) -> None:
    got = understand(f"{frame} {change.format(name)}{end}", DOCS)
    assert not any(part.is_change_request for part in (got.parts or (got,))), got


@given(
    st.sampled_from(["", "please ", "can you ", "could you please ", "hey, ", "I want to ", "go ahead and ", "let's "]),
    st.sampled_from(["restart {}", "reboot {}", "scale {} to 5", "stop {}", "start {}", "double {}",
                     "add 2 replicas to {}"]),
    st.sampled_from([entity.name for entity in DOCS.entities if entity.kind == "application"]),
)  # fmt: skip
@settings(max_examples=200, deadline=None)
def test_a_plain_request_always_is_one(frame: str, change: str, name: str) -> None:
    got = understand(frame + change.format(name), DOCS)
    assert got.is_change_request
    assert [target.entity.name for target in got.targets] == [name]
    assert got.confidence > 0.8


def _count_calls(text: str) -> int:
    """Python function calls that one message costs: a measure of work that no clock disturbs."""
    calls = 0

    def count(frame: Any, event: str, argument: Any) -> None:
        nonlocal calls
        calls += event == "call"

    understand("warm up web-app", DOCS)
    sys.setprofile(count)
    try:
        understand(text, DOCS)
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize(
    "piece",
    [
        "a",
        "a ",
        "restart web-app and ",
        "((((",
        '"',
        "-",
        "a-",
        "1,000 ",
        "xq zv ",
        "if ",
        "don't ",
        "the of ",
        "web ",
        "\u200b",
        ".",
    ],
)
def test_work_grows_with_the_length_only(piece: str) -> None:
    short, long = _count_calls(piece * (400 // len(piece))), _count_calls(piece * (1600 // len(piece)))
    huge = _count_calls(piece * (200_000 // len(piece)))
    assert long <= 6 * short + 2000
    assert huge <= 8 * short + 4000


def test_a_long_message_is_cut_and_never_a_request() -> None:
    got = understand("restart web-app " + "please " * 2000 + "no, don't", DOCS)
    assert got.truncated
    assert not got.is_change_request


def test_invisible_characters_change_nothing() -> None:
    plain = understand("restart web-app", DOCS)
    hidden = understand("re\u200bstart\u202e \u2066web\u00ad-app\u2069\ufeff\x00", DOCS)
    assert (hidden.intent, hidden.targets[0].entity) == (plain.intent, plain.targets[0].entity)


def test_fullwidth_letters_and_odd_hyphens_are_read() -> None:
    got = understand("ｒｅｓｔａｒｔ web‑app", DOCS)
    assert got.intent is Intent.RESTART_APPLICATION
    assert got.targets[0].entity.name == "web-app"


@pytest.mark.parametrize(
    ("said", "why"),
    [("-3", "negative"), ("5.5", "whole"), ("1e9", "more than"), ("999999", "more than"), ("10001", "more than")],
)
def test_numbers_out_of_range_are_refused_with_a_reason(said: str, why: str) -> None:
    got = understand(f"scale web-app to {said} replicas", DOCS)
    assert got.intent is Intent.SCALE_APPLICATION
    assert got.parameters.replicas is None
    assert why in got.parameters.invalid[0].why


def test_scaling_to_zero_is_a_stop() -> None:
    got = understand("scale web-app to 0", DOCS)
    assert got.intent is Intent.STOP_APPLICATION
    assert got.parameters.replicas == 0


@pytest.mark.parametrize("text", ["", "   ", "\n", "\u200b", "???", "💥", "()", "''", '"'])
def test_nothing_said_is_unclear(text: str) -> None:
    assert understand(text, DOCS).intent is Intent.UNCLEAR


@pytest.mark.parametrize(
    "text", ["restart\nweb-app", "web-app\n\nrestart it\n", "app: web-app\naction: stop\nwhy: cost"]
)
def test_lines_are_read_like_words(text: str) -> None:
    got = understand(text, DOCS)
    assert [target.entity.name for part in got.parts or (got.offer or got,) for target in part.targets] == ["web-app"]


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(["restart", "web-app", "it", "please", "\n", ".", ",", ":", "is", "4", "going", "and", "?"])
    )
)
def test_words_and_lines_in_any_order_are_read(words: list[str]) -> None:
    assert 0 <= understand(" ".join(words), DOCS).confidence <= 1


def test_an_empty_inventory_and_dangling_ids_are_fine() -> None:
    dialogue = Dialogue("restart_application", ("gone",), None, ("also-gone",))
    got = understand("restart it", Inventory(), dialogue)
    assert got.intent is Intent.RESTART_APPLICATION
    assert got.missing == ("application",)


@given(st.lists(st.text(min_size=1, max_size=20), min_size=1, max_size=8, unique=True))
@settings(max_examples=100, deadline=None)
def test_any_names_can_be_in_the_inventory(names: list[str]) -> None:
    entities = tuple(KnownEntity(f"id-{n}", "application", name, "ns") for n, name in enumerate(names))
    got = understand("what is the status of my applications and restart web-app", Inventory(entities))
    assert all(isinstance(c, Candidate) for a in got.ambiguous for c in a.candidates)


def test_clean_limits_and_reports() -> None:
    text, cut = clean("x" * (MAX_CHARACTERS + 1))
    assert len(text) == MAX_CHARACTERS
    assert cut
    assert clean("ok") == ("ok", False)


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("5", 5),
        ("1,000", 1000),
        ("twenty-one", 21),
        ("-3", -3),
        ("3x", 3),
        ("nan", None),
        ("inf", None),
        ("1_0", None),
        ("", None),
    ],
)
def test_numbers(word: str, value: float | None) -> None:
    found = find_number(word)
    assert (found.value if found else None) == value


def test_change_intents_are_marked_as_such() -> None:
    assert {Intent.RESTART_APPLICATION, Intent.CANCEL_ACTION} <= CHANGE_INTENTS
    assert Intent.ACTION_QUESTION not in CHANGE_INTENTS
