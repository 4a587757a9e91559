"""The values of a change as the encoder hears it: how many replicas, which bounds, limits, variables and images.

A number is what its role says; where the words around it say another thing, nothing is filled.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from hexaops.assistant.understanding.acts import VERB_OF
from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.evidence import LARGE
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Parameters
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import nth, why_not_a_count
from hexaops.assistant.understanding.slots import Slots, is_cut, is_vague, is_variable_name, read_slots

SURE, SURELY_NONE, SURE_OF_COUNT, SURE_OF_ALL = 0.5, 0.6, 0.7, 0.8
"""How likely a role must be; from where on a number that is no value is passed over; how likely the role of a count
must be; and from where on values are taken as they are heard although their words say others."""
_COUNTS = frozenset({"replicas", "more", "fewer", "times", "part"})
_FACTORS = {"double": 2.0, "twice": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5, "half": 0.5}
_SINGLE, _COPIES = word_set("single lone solo"), word_set("instance copy one replica pod")
_BOUNDS = {"min": "min_replicas", "max": "max_replicas", "cpu": "target_cpu_percent"}
_NUMBERED = word_set("revision rev # to version release")
"""Words right before a number that make it a version to go back to."""

Roles = Sequence[tuple[str, float]]


def counts(items: Sequence[Item], heard: Heard) -> list[tuple[Item, str]]:
    """Numbers, and words such as "double", that say how many replicas are wanted."""
    return [
        (item, role)
        for place, (item, (role, chance)) in enumerate(zip(items, heard.roles, strict=True))
        if role in _COUNTS and chance >= SURE_OF_COUNT and _says_how_many(item) and not _is_of_variable(items, place)
    ]


def counted(items: tuple[Item, ...], heard: Heard) -> Parameters | None:
    """The replicas of a scaling: what all numbers with such a role say alike, else the words of the whole message."""
    found = counts(items, heard)
    if not found:
        return _in_words(items, heard)
    said = {_count(item, role) for item, role in found}
    return said.pop() if len(said) == 1 else None


def slots_heard(intent: Intent, kept: tuple[Item, ...], items: tuple[Item, ...], heard: Heard) -> Slots | None:
    """The values of a setting; None where what is read and what is heard differ, or something is left over."""
    if intent is Intent.CONFIG_UPDATE:
        found = _configured(kept, items, heard)
    else:
        passed = {
            id(item) for item, (role, chance) in _numbers(items, heard) if role == "other" and chance >= SURELY_NONE
        }
        numbered = _numbered(kept) if intent is Intent.ROLLBACK_APPLICATION else frozenset()
        read = [item for item in kept if id(item) not in passed or id(item) in numbered]
        found = read_slots(
            intent, [item for item in read if not (item.is_mark and intent is Intent.ROLLBACK_APPLICATION)]
        )
    if found is not None and intent is Intent.AUTOSCALING:
        found = _bounds(found, items, heard)
    return None if found is None or found.left or found.has_impossible_values else found


def _count(item: Item, role: str) -> Parameters | None:
    amount = item.number.value if item.number is not None else _factor_of(item)
    factor = item.number is not None and item.number.kind == "factor"
    if factor and item.text.startswith("x"):
        return None  # "x2" may be a count
    if role in ("times", "part") or factor:
        return _multiplied(amount, role)
    if item.number is None or item.number.kind != "count" or amount > LARGE or why_not_a_count(amount):
        return None
    if role == "replicas":
        return Parameters(replicas=int(amount))
    return Parameters(replicas_delta=int(amount) if role == "more" else -int(amount)) if amount else None


def _in_words(items: tuple[Item, ...], heard: Heard) -> Parameters | None:
    """ "a fourth pod", "a single replica", "one pod fewer"."""
    if any(not (role == "other" and chance >= SURELY_NONE) for _, (role, chance) in _numbers(items, heard)):
        return None
    places = [place for place, item in enumerate(items) if _counts_copies(items, place)]
    if any(nth(item.word) > 1 and place not in places for place, item in enumerate(items)):
        return None  # "a single pod, want a second"
    one = {role for place, (role, chance) in enumerate(heard.roles) if chance >= SURE and _is_a_copy(items, place)}
    if one in ({"more"}, {"fewer"}) and not places:
        return Parameters(replicas_delta=1 if "more" in one else -1)
    if len(places) == 1:
        return Parameters(replicas=_copies(items[places[0]].word))
    if places or any(item.number for item in items):
        return None
    read = read_frame(items, VERB_OF["scale_app"], -1).parameters
    said = read.replicas_delta is not None or read.replicas_factor is not None
    return read if said and not read.invalid else None


def _counts_copies(items: Sequence[Item], place: int) -> bool:
    """ "a second pod", "a single web-app"; not "in a second", "by a third"."""
    word, after = items[place].word, items[place + 1 : place + 2]
    number = nth(word)
    if word not in _SINGLE and number < 2:
        return False
    if number > 3 and place > 1 and items[place - 1].word == "a" and items[place - 2].word != "by":
        return True  # "could do with a fourth"
    return bool(after) and (after[0].word in _COPIES or bool(after[0].mention) or "replica" in after[0].tags)


def _is_a_copy(items: Sequence[Item], place: int) -> bool:
    """ "lose *a* pod", "*another* replica"."""
    after = items[place + 1 : place + 2]
    return items[place].word in _ONE and bool(after) and (after[0].word in _COPIES or "replica" in after[0].tags)


_ONE = word_set("a an another")


def _copies(word: str) -> int:
    return 1 if word in _SINGLE else nth(word)


def _numbers(items: Sequence[Item], heard: Heard) -> list[tuple[Item, tuple[str, float]]]:
    return [(one, said) for one, said in zip(items, heard.roles, strict=True) if one.number and not one.mention]


def _numbered(items: Sequence[Item]) -> frozenset[int]:
    return frozenset(
        id(item) for place, item in enumerate(items) if item.number and place and items[place - 1].word in _NUMBERED
    )


def _is_of_variable(items: Sequence[Item], place: int) -> bool:
    """ "set WORKERS 8 on A"."""
    before = items[place - 1].text if place else ""
    return len(before) > 2 and before.isupper() and before.isalpha()


def _says_how_many(item: Item) -> bool:
    return item.mention is None and (item.number is not None or bool(item.tags & set(_FACTORS)))


def _factor_of(item: Item) -> float:
    return next(factor for tag, factor in _FACTORS.items() if tag in item.tags)


def _multiplied(amount: float, role: str) -> Parameters | None:
    if not 0 < amount <= LARGE or amount == 1:
        return None
    below = amount if amount < 1 else 1 / amount
    return Parameters(replicas_factor=below if role == "part" else 1 / below)


def _bounds(read: Slots, items: tuple[Item, ...], heard: Heard) -> Slots | None:
    """The bounds as their roles say them, where each is said once; what is read differs only from sure ones."""
    said: dict[str, int] = {}
    least = 1.0
    for item, (role, chance) in _numbers(items, heard):
        if role not in _BOUNDS or item.number is None:
            continue
        if chance < SURE or _BOUNDS[role] in said or item.number.value != int(item.number.value):
            return read
        said[_BOUNDS[role]] = int(item.number.value)
        least = min(least, chance)
    if "max_replicas" not in said:
        return read
    bounds = replace(Slots(enabled=read.enabled), **said)
    agrees = read == bounds or read.max_replicas is None or bool(read.left)
    return bounds if agrees or least >= SURE_OF_ALL else None


def _configured(kept: tuple[Item, ...], items: tuple[Item, ...], heard: Heard) -> Slots | None:
    """Variables and an image: as they are written (`KEY=value`, `app:2.1`), else the pairs of key and value heard."""
    written = read_slots(Intent.CONFIG_UPDATE, [*kept])
    spoken = [(item, said) for item, said in zip(items, heard.roles, strict=True) if said[0] in ("key", "value")]
    keys = [item.text for item, (role, chance) in spoken if role == "key" and chance >= SURE]
    values = [place for place, (role, chance) in enumerate(heard.roles) if role == "value" and chance >= SURE]
    if written.image is not None or any("assignment" in item.tags for item in kept):
        return written
    if not keys and any("image_ref" in item.tags for item in kept):
        return _image_of(items, heard)
    if any(is_variable_name(item) and item.text not in keys for item in items):
        return written if not spoken else None
    if not keys or len(keys) != len(values) or any(_is_no_value(items, place) for place in values):
        return written if not spoken else None
    pairs = Slots(env=tuple(zip(keys, (items[place].text for place in values), strict=True)))
    agrees = written == pairs or not written.env or bool(written.left)
    return pairs if agrees or all(chance >= SURE_OF_ALL for _, (_, chance) in spoken) else None


def _is_no_value(items: tuple[Item, ...], place: int) -> bool:
    """A name, a mark, a word that names nothing, or a piece of a value."""
    value = items[place]
    return bool(value.mention or value.is_mark or is_vague(value) or is_cut(items, place))


def _image_of(items: tuple[Item, ...], heard: Heard) -> Slots | None:
    """Of two images the one that the other gives way to: "from app:1.4 to app:1.5"."""
    images = [(one.text, said) for one, said in zip(items, heard.roles, strict=True) if "image_ref" in one.tags]
    meant = {text for text, (role, chance) in images if role == "value" and chance >= SURE}
    left = {text for text, (role, chance) in images if role == "other" and chance >= SURELY_NONE}
    return Slots(image=meant.pop()) if len(meant) == 1 and meant | left == {text for text, _ in images} else None
