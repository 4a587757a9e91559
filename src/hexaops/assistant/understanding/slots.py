"""Values of the further kinds of change: variables, an image, a revision, an autoscaler's bounds, a quota's limits.

The fields are named as the runbooks' parameters are. What cannot be given a field stands in `left`: then nothing is
planned, and the value is asked for.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import fields, replace

from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import Number, find_number

_BEFORE_VALUE = word_set("to at = : be as of is on value")
_VAGUE = word_set(
    "something anything whatever some another other different sensible reasonable appropriate higher lower bigger "
    "smaller more less fewer better normal usual old new previous same its their his her what which our my your all "
    "everything nothing"
)
"""No values: what somebody has to choose."""
_SKIPPED = word_set(
    "should must be set equal the value assigned changed put turned switched updated moved given adjusted pointed"
)
_LOW = word_set("min minimum least from between lower minreplicas floor")
_HIGH = word_set("max maximum most upper ceiling up limit maxreplicas cap")
_PERCENT = word_set("% percent pct")
_REVISIONS = ("revision", "rev", "#")
_RELATIVE = word_set("by more another additional extra further fewer less plus minus half double twice")
_REMOVES = word_set("remove delete disable drop off away rid without no stop")
_RESOURCES = {
    "cpu": "cpu", "cpus": "cpu", "core": "cpu", "cores": "cpu", "vcpu": "cpu", "vcpus": "cpu", "millicores": "cpu",
    "memory": "memory", "mem": "memory", "ram": "memory", "pod": "pods", "pods": "pods",
}  # fmt: skip
_MEMORY_UNITS = ("ki", "mi", "gi", "ti", "kb", "mb", "gb", "tb", "g", "kib", "mib", "gib")


class Slots(Struct, frozen=True):
    """What a request says beside its target; None or empty means not said."""

    env: tuple[tuple[str, str], ...] = ()
    image: str | None = None
    revision: int | None = None
    min_replicas: int | None = None
    max_replicas: int | None = None
    target_cpu_percent: int | None = None
    target_memory_percent: int | None = None
    enabled: bool | None = None
    hard: tuple[tuple[str, str], ...] = ()
    left: tuple[str, ...] = ()

    @property
    def says_something(self) -> bool:
        """Whether any value was said."""
        return replace(self, left=()) != Slots()

    @property
    def has_impossible_values(self) -> bool:
        """Whether a count or a share is below zero, or one that must be above it is zero."""
        counts = (self.revision, self.min_replicas, self.max_replicas)
        shares = (self.target_cpu_percent, self.target_memory_percent)
        return any(one is not None and one < 0 for one in counts) or any(one is not None and one <= 0 for one in shares)


def merged(before: Slots, now: Slots) -> Slots:
    """The values said before, with what is said now in their place."""
    own = {field.name: getattr(now, field.name) for field in fields(now)}
    said = {
        name: value for name, value in own.items() if value not in (None, ()) and name not in ("env", "hard", "left")
    }
    env, hard = dict(before.env) | dict(now.env), dict(before.hard) | dict(now.hard)
    return replace(before, **said, env=tuple(env.items()), hard=tuple(hard.items()), left=now.left)


def read_slots(intent: Intent, items: list[Item]) -> Slots:
    """The values that a request for this kind of change says."""
    words = [item for item in items if not (item.is_mark and item.word in _NO_MARKS[intent is Intent.UPDATE_QUOTA])]
    if intent is Intent.CONFIG_UPDATE:
        return _configuration(words)
    if intent is Intent.ROLLBACK_APPLICATION:
        return _revision(words)
    if intent is Intent.AUTOSCALING:
        return _autoscaling(words)
    return _quota(words)


_NO_MARKS = (",;()", ",;()=:")
"""Marks that tell nothing; of a quota, "cpu=6" and "cpu: 6", too."""


def _configuration(items: list[Item]) -> Slots:
    env: list[tuple[str, str]] = []
    images = [item.text for item in items if "image_ref" in item.tags]
    left: list[str] = []
    for position, item in enumerate(items):
        if "assignment" in item.tags:
            name, _, value = item.text.partition("=")
            env.append((name, value))
        elif is_variable_name(item):
            said = _value_after(items, position)
            if said is None or said.lower() in _VAGUE:
                left.append(item.text)
            else:
                env.append((item.text, said))
    if len(images) > 1 or (images and env):
        return Slots(left=tuple(images))
    return Slots(env=tuple(env), image=images[0] if images else None, left=tuple(left))


def is_variable_name(item: Item) -> bool:
    """ "LOG_LEVEL"; "ROUNDING": one word in capitals, that means nothing else here."""
    name = item.text
    if "variable" in item.tags:
        return True
    return len(name) > 3 and name.isascii() and name.isalpha() and name.isupper() and not (item.mention or item.number)


def _value_after(items: list[Item], position: int) -> str | None:
    """ "CACHE_TTL to 300", "BATCH_SIZE of trainer should be 64", "MAX_RETRIES at 5"."""
    beside = items[position + 1 : position + 2]
    ends = position + 2 >= len(items) or items[position + 2].word in ("for", "on", "in", "of", "please", "at")
    if position and items[position - 1].word in ("make", "set") and beside and beside[0].number and ends:
        return beside[0].text
    for place in range(position + 1, min(position + 7, len(items) - 1)):
        if items[place].word in _BEFORE_VALUE and not (items[place].word == "of" and items[place + 1].mention):
            after = items[place + 1]
            if after.word in _SKIPPED or after.mention or "pronoun" in after.tags or _says_nothing(after):
                continue
            return None if is_cut(items, place + 1) else after.text
        if is_variable_name(items[place]):
            return None  # "A and B to 1 and 2": which is of which is not read here
    return None


def is_cut(items: Sequence[Item], place: int) -> bool:
    """Whether only a piece of a value is there: of "https://example.org", of "17:30"; not "… to off: web-app"."""
    before, after = items[place - 1 : place] if place else (), items[place + 1 : place + 3]
    if before and before[0].is_mark and before[0].word in ":/" and (before[0].word == "/" or items[place].number):
        return True
    return bool(after) and after[0].is_mark and after[0].word in ":/" and not (len(after) > 1 and after[1].mention)


def is_vague(item: Item) -> bool:
    """ "has to be *something*": what somebody has to choose; or "i'd like": no value, unless it is quoted."""
    return item.word in _VAGUE or _says_nothing(item)


def _says_nothing(item: Item) -> bool:
    """ "has to *be*", "is *a*": no value, unless it is quoted."""
    return item.word in _LITTLE and not item.quoted


_LITTLE = word_set(
    "to be become becomes been being i we you he she they it a an that this these those have has had do does did is "
    "are was were will would shall could can may might like want need needs and or with from for at in of by as if then"
)


def _revision(items: list[Item]) -> Slots:
    """ "to revision 12"; any other version is asked about."""
    revision: int | None = None
    left: list[str] = []
    for position, item in enumerate(items):
        before = items[position - 1].word if position else ""
        number = item.number or find_number(item.word.removeprefix("v"))
        if before in _REVISIONS and number is not None and number.value == int(number.value) > 0:
            revision = int(number.value)
        elif _is_other_revision(before, item, has_number=number is not None):
            left.append(item.text)
    if revision is None and not left:  # "three versions back"; "one version back" is the one before
        left = [item.text for item in items if item.number and not item.mention and _counts_versions(item.number)]
    return Slots(revision=revision, left=tuple(left))


def _counts_versions(number: Number) -> bool:
    """Not the "500s" that it throws."""
    return number.value != 1 and not (number.kind == "time" and number.value >= _A_STATUS)


_A_STATUS = 100
"""From here on "500s" are answers of HTTP, no seconds."""


def _is_other_revision(before: str, item: Item, *, has_number: bool) -> bool:
    """ "to revision minus 1", "to version 2.3"."""
    if before in _REVISIONS:
        return has_number or item.word in _RELATIVE or item.word == "-"
    return before in ("to", "version", "release", "tag") and item.text[:2].strip("v")[:1].isdigit()


def _is_an_autoscaler(items: list[Item], position: int) -> bool:
    """ "create one with 3 to 9"."""
    return (
        items[position].word == "one" and position > 0 and items[position - 1].word in ("create", "make", "add", "up")
    )


def _autoscaling(items: list[Item]) -> Slots:
    bounds: dict[str, int] = {}
    plain: list[int] = []
    left: list[str] = []
    for position, item in enumerate(items):
        if item.mention is None and (both := bounds_of(item.text)):
            plain += both
        if item.number is None or item.mention is not None or _is_an_autoscaler(items, position):
            continue
        number, role = item.number.value, _role_of_bound(items, position)
        if number != int(number) or _near(items, position) & _RELATIVE or role in bounds:
            left.append(item.text)
        elif role:
            bounds[role] = int(number)
        else:
            plain.append(int(number))
    if plain and not _take_bounds(bounds, plain):
        left += map(str, plain)
    removes = not bounds and not left and bool({item.word for item in items} & _REMOVES)
    return Slots(
        min_replicas=bounds.get("min"),
        max_replicas=bounds.get("max"),
        target_cpu_percent=bounds.get("cpu"),
        target_memory_percent=bounds.get("memory"),
        enabled=False if removes else None,
        left=tuple(left),
    )


def bounds_of(text: str) -> tuple[int, ...]:
    """Both numbers of `2-8`."""
    low, dash, high = text.partition("-")
    return (int(low), int(high)) if dash and low.isdecimal() and high.isdecimal() and len(text) < 12 else ()


def _take_bounds(bounds: dict[str, int], plain: list[int]) -> bool:
    """ "3 to 9": numbers without a word of their own are the bounds; one beside a bound is the other ("3 up to 7")."""
    open_bounds = [name for name in ("min", "max") if name not in bounds]
    if len(plain) != len(open_bounds):
        return False
    bounds.update(zip(open_bounds, plain, strict=True))
    return True


def _near(items: list[Item], position: int) -> set[str]:
    return {item.word for item in (*items[max(0, position - 1) : position], *items[position + 1 : position + 2])}


def _role_of_bound(items: list[Item], position: int) -> str:
    """Which bound or target the number is, by the words around it: min, max, cpu, memory; empty where none says so."""
    after = items[position + 1].word if position + 1 < len(items) else ""
    target = "memory" if _near_memory(items, position) else "cpu"
    if after in _PERCENT:
        return target
    if after in _BOUNDS and position > 1 and items[position - 2].number:
        return _BOUNDS[after]  # "2 minimum 6 maximum"
    for back in range(1, 8):
        place = position - back
        if place < 0 or items[place].number or (back > 3 and not _may_stand_between(items[place + 1])):
            break
        if items[place].word in _LOW:
            return "min"
        if items[place].word in _HIGH and (items[place].word != "up" or items[place + 1].word == "to"):
            return "max"
        if items[place].word in ("cpu", "target", "memory"):
            return target
    return _BOUNDS.get(after, "")


_BOUNDS = {"min": "min", "minimum": "min", "max": "max", "maximum": "max"}


def _may_stand_between(item: Item) -> bool:
    """ "the max of A's hpa to 10"."""
    return item.mention is not None or "autoscale" in item.tags or item.word in ("of", "for", "on", "the", "to", "at")


def _near_memory(items: list[Item], position: int) -> bool:
    return any("memory" in item.tags for item in items[max(0, position - 3) : position + 4])


def _quota(items: list[Item]) -> Slots:
    hard: dict[str, str] = {}
    left: list[str] = []
    prefix = "limits" if {"limits", "limit"} & {item.word for item in items} else "requests"
    for position, item in enumerate(items):
        if item.number is None or item.mention is not None:
            continue
        resource = _resource(items, position)
        name = resource if resource == "pods" else f"{prefix}.{resource}"
        digits = item.text if item.text[:1].isdigit() else f"{item.number.value:g}"
        limit = _quantity(digits + _unit_apart(items, position))
        if _is_left_behind(items, position) or (resource is not None and hard.get(name) == limit):
            continue
        if resource is None or name in hard or _near(items, position) & _RELATIVE:
            left.append(item.text)
            continue
        hard[name] = limit
    return Slots(hard=tuple(hard.items()), left=tuple(left))


def _is_left_behind(items: list[Item], position: int) -> bool:
    """The first of "from 32 to 48"."""
    before, after = items[position - 1 : position] if position else [], items[position + 1 : position + 4]
    to = next((place for place, item in enumerate(after[:2]) if item.word == "to"), None)
    return bool(before) and before[0].word == "from" and to is not None and bool(after[to + 1 : to + 2])


def _resource(items: list[Item], position: int) -> str | None:
    unit = item_unit(items[position].text) or _unit_apart(items, position).lower()
    if unit in _MEMORY_UNITS:
        return "memory"
    if position and items[position - 1].word in _RESOURCES and not (position > 1 and items[position - 2].number):
        return _RESOURCES[items[position - 1].word]  # "cpu 40 memory 200"
    after = [item.word for item in items[position + 1 : position + 3]]
    if after and after[0] in _RESOURCES:
        return _RESOURCES[after[0]]
    before = [item.word for item in items[max(0, position - 6) : position]][::-1]
    return next((_RESOURCES[word] for word in before if word in _RESOURCES), None)


def _unit_apart(items: list[Item], position: int) -> str:
    """ "16 GiB", "16 gigs"."""
    after = items[position + 1].word if position + 1 < len(items) else ""
    apart = not item_unit(items[position].text) and (after in _MEMORY_UNITS or after in _SPOKEN_UNITS)
    return _SPOKEN_UNITS.get(after, after) if apart else ""


_SPOKEN_UNITS = {
    **dict.fromkeys(("gig", "gigs", "gigabyte", "gigabytes", "gibibyte", "gibibytes"), "Gi"),
    **dict.fromkeys(("meg", "megs", "megabyte", "megabytes", "mebibyte", "mebibytes"), "Mi"),
    **dict.fromkeys(("terabyte", "terabytes", "tebibyte", "tebibytes"), "Ti"),
}


def item_unit(text: str) -> str:
    """The letters after a number: `gi` of `64Gi`."""
    return text.lstrip("+-0123456789.,").lower() if any(character.isdigit() for character in text[:2]) else ""


def _quantity(text: str) -> str:
    """As Kubernetes writes it. People who say `64GB` or "64 gigs" of memory mean binary units; `64G` stays as it is."""
    number = text[: len(text) - len(item_unit(text))]
    unit = {"gb": "Gi", "mb": "Mi", "kb": "Ki", "tb": "Ti", "gib": "Gi", "mib": "Mi", "kib": "Ki", "g": "G"}.get(
        item_unit(text), text[len(number) :]
    )
    return number + (unit[:1].upper() + unit[1:] if unit.endswith("i") else unit)
