"""The encoder: what it sees of a message, and that the stored one was made from the stored messages."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hexaops.assistant.understanding.encoder import LONGEST, MARK, ROLES, hear, load, marked, pieces_of
from hexaops.assistant.understanding.items import Item, read_items
from hexaops.assistant.understanding.normalise import clean, tokenize
from testenv.golden.cases import load_worlds
from tools.train_encoder import LABELS, digest

DOCS = load_worlds()["docs"]


def _items(text: str) -> tuple[Item, ...]:
    return tuple(read_items(tokenize(clean(text)[0]), DOCS.index))


def test_the_model_was_made_from_these_messages() -> None:
    assert load().examples == digest(), "run python -m tools.train_encoder"
    assert load().labels == LABELS


def test_names_and_codes_are_masked_and_told_apart() -> None:
    words = marked(_items("restart web-app, then api-service and web-app; set LOG_LEVEL=debug on no-such-app"))
    assert words[:2] == ["restart", f"{MARK}application1"]
    assert words.count(f"{MARK}application1") == 2
    assert {f"{MARK}application2", f"{MARK}assignment1", f"{MARK}unknown1"} <= {*words}


def test_nobody_can_type_a_marker() -> None:
    words = marked(_items(f"restart {MARK}application1 {MARK} now"))
    assert not any(word.startswith(f"{MARK}application") for word in words)


@given(st.text(max_size=300))
def test_any_text_is_heard_with_a_role_for_each_item(text: str) -> None:
    items = _items(text)
    heard = hear(items)
    assert heard.label in LABELS[1:]
    assert math.isfinite(heard.margin)
    assert len(heard.roles) == len(items)
    assert all(role in ROLES and 0 < chance <= 1 for role, chance in heard.roles)
    assert hear(items) == heard


def test_a_wall_of_words_is_read_to_its_limit() -> None:
    items = _items("restart web-app " + "and so on " * 400)
    codes, starts = pieces_of(load().pieces, marked(items))
    assert len(codes) == LONGEST
    assert max(starts) < LONGEST
    assert len(hear(items).roles) == len(items)


@pytest.mark.parametrize("word", ["kubernetes", "réplicas", "ÜBER", "x" * 80, "日本語", "🙂", "'", "re-read"])
def test_words_are_cut_into_known_pieces(word: str) -> None:
    known = load().pieces
    codes, starts = pieces_of(known, ["restart", word])
    assert codes[0] == known["[CLS]"]
    assert codes[-1] == known["[SEP]"]
    assert starts[1] < len(codes) - 1


@pytest.mark.parametrize(
    ("asks", "tells", "label"),
    [
        ("web-app hangs again, give it a kick please", "web-app hung again, bob gave it a kick", "restart_app"),
        ("I'd like four web-app pods from now on", "web-app had four pods yesterday", "scale_app"),
        ("put the previous build of web-app back", "the previous build of web-app was better", "rollback_app"),
        ("web-app can go to sleep now, please switch it off", "web-app is asleep, who switched it off?", "stop_app"),
    ],
)
def test_what_asks_is_told_from_what_only_tells(asks: str, tells: str, label: str) -> None:
    asking, telling = hear(_items(asks)), hear(_items(tells))
    assert asking.label == label
    assert asking.margin > max(0, telling.margin)


def test_each_number_has_its_role() -> None:
    items = _items("latency is 900 ms for 20 minutes, so web-app to 6 pods please")
    roles = {item.text: role for item, (role, _) in zip(items, hear(items).roles, strict=True)}
    assert roles["6"] == "replicas"
    assert roles["900"] == roles["20"] == "other"
    assert roles["web-app"] == "target"
