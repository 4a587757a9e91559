"""Templates: what varies by form, what is learned to vary, what survives a restart, what is bounded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexaops.analysis.logs import miner as module
from hexaops.analysis.logs.masking import Masks, blanked, quick_key, read, template_of
from hexaops.analysis.logs.miner import NAMES_VARY, WORDS_VARY, TemplateMiner
from hexaops.backends.logstores.templates import Template

FORMS = {
    "Database connection timeout after 30s": "Database connection timeout after <*>",
    "GET /api/v1/orders status: 200 len: 12": "GET <*> status: <*> len: <*>",
    "connected to db-0.db.svc:5432": "connected to <*>:<*>",
    "connected to example.com:443": "connected to <*>:<*>",
    "image nginx pulled": "image nginx pulled",
    "mail to anna@example.com": "mail to <*>",
    "org.example.OrderService failed": "org.example.OrderService failed",
    "session opened for user anna by root": "session opened for user <*> by root",
    "uid=0 user=root": "uid=<*> user=root",
    "at Fri Jun 17 07:07:00": "at <*> <*> <*> <*>:<*>:<*>",
    "": "",
    "日志 7 条": "日志 <*> 条",
}
WORDS = ("alpha", "beta", "gamma", "delta", "epsilon", "zeta", "eta", "theta")


def text_of(miner: TemplateMiner, number: int) -> str:
    """The template's text as it is now."""
    found = miner.find(number)
    assert found is not None
    return found.text


@pytest.mark.parametrize("message", FORMS)
def test_what_varies_by_its_form(message: str) -> None:
    assert template_of(message, read(message)) == FORMS[message]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sent 1190 bytes (1.16 KB)", "sent 12 bytes"),
        ("took 5 ms", "took 3 seconds"),
        ("ids 1 2 3", "ids 4"),
    ],
)
def test_units_and_runs_of_numbers_make_no_difference(one: str, other: str) -> None:
    assert read(one).key == read(other).key


ALPHABET = 'ab0:= /.,-"@\n日'


@given(st.text(ALPHABET, max_size=30), st.text(ALPHABET, max_size=30))
def test_messages_with_equal_quick_keys_have_equal_keys(one: str, other: str) -> None:
    masks = Masks()
    if quick_key(one, masks) == quick_key(other, masks):
        assert read(one).key == read(other).key


@given(st.lists(st.text('ab019:= /.,"\n\x01\x1c\0', max_size=20), max_size=6))
def test_messages_that_become_equal_have_equal_quick_keys(messages: list[str]) -> None:
    masks, keys = Masks(), dict[bytes, tuple[str, ...]]()
    texts = blanked(messages)
    assert (texts is None) == (any("\0" in one for one in messages) or not messages)
    for text, message in zip(texts or [], messages, strict=texts is not None):
        assert keys.setdefault(text, quick_key(message, masks)) == quick_key(message, masks)


@given(st.lists(st.text(ALPHABET, max_size=30), max_size=8))
def test_messages_together_have_the_numbers_that_they_have_one_by_one(messages: list[str]) -> None:
    together, alone = TemplateMiner(), TemplateMiner()
    for _ in range(2):
        assert together.assign_all(["w"] * len(messages), messages) == [alone.assign("w", one) for one in messages]


@given(st.text(ALPHABET, max_size=40))
def test_a_template_reads_as_the_message_that_it_was_made_of(message: str) -> None:
    template = template_of(message, read(message))
    assert read(template.replace("<*>", "0")).key == read(message).key


@pytest.mark.parametrize(
    ("names", "enough"), [([f"web-{word}" for word in WORDS], NAMES_VARY), (list(WORDS), WORDS_VARY)]
)
def test_a_position_that_shows_many_words_is_learned_to_vary(names: list[str], enough: int) -> None:
    miner = TemplateMiner()
    numbers = [miner.assign("ws", f"app {name} restarted") for name in names[: enough - 1]]
    assert len({miner.canonical(number) for number in numbers}) == enough - 1
    numbers += [miner.assign("ws", f"app {name} restarted") for name in names[enough - 1 :]]
    assert len({miner.canonical(number) for number in numbers}) == 1
    assert {text_of(miner, number) for number in numbers} == {"app <*> restarted"}


def test_few_words_stay_templates_of_their_own() -> None:
    miner = TemplateMiner()
    for _ in range(100):
        started, stopped = miner.assign("ws", "VM 1 started"), miner.assign("ws", "VM 2 stopped")
    assert text_of(miner, started) == "VM <*> started"
    assert text_of(miner, stopped) == "VM <*> stopped"


def test_workspaces_learn_nothing_of_each_other() -> None:
    miner = TemplateMiner()
    for word in WORDS:
        miner.assign("ws-1", f"secret plan {word} made")
    number = miner.assign("ws-2", "secret plan omega made")
    assert text_of(miner, number) == "secret plan omega made"


def test_a_restored_miner_goes_on_where_the_earlier_one_ended() -> None:
    earlier = TemplateMiner()
    messages = [f"app {word} restarted" for word in WORDS] + ["took 5 ms", "VM 1 started"]
    numbers = [earlier.assign("ws", message) for message in messages]
    later = TemplateMiner()
    for number in sorted(set(numbers)):
        found = earlier.find(number)
        assert isinstance(found, Template)
        later.restore(found)
    assert [text_of(later, number) for number in numbers] == [text_of(earlier, number) for number in numbers]
    again = [later.assign("ws", message) for message in messages]
    assert [later.canonical(number) for number in again] == [later.canonical(number) for number in numbers]
    assert text_of(later, later.assign("ws", "app omega restarted")) == "app <*> restarted"
    fresh = later.assign("ws", "something else entirely")
    assert fresh not in numbers


def test_the_number_of_templates_is_bounded() -> None:
    miner = TemplateMiner()
    for number in range(module.MOST_TEMPLATES + 10):
        miner.assign(
            "ws", "x" * (number + 1) if number < 900 else f"{_word(number)} {_word(number * 7)} came {_word(-number)}"
        )
    last = miner.assign("ws", "one more that is new")
    assert text_of(miner, last) == "<*>"
    assert miner.assign("ws", "and yet another") == last


def _word(number: int) -> str:
    """A word for a number, without digits and of a form that tells nothing."""
    return "".join(chr(ord("a") + int(digit)) for digit in str(abs(number)))
