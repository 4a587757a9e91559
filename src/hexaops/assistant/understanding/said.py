"""What a message without content of its own names: targets, what is pointed at, numbers, a period, a state."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.carrying import PERIODS, is_letter, narrows
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import SMALL
from hexaops.assistant.understanding.filters import State, read_filters, status_filter
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.model import Dialogue, Parameters, Resolved, Spoken
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.recalled import (
    PLURALS,
    beside_a_database,
    named_by_a_word,
    pointed,
    prefer,
    sibling,
)
from hexaops.assistant.understanding.roles import read_numbers
from hexaops.assistant.understanding.targets import Found, find_targets

_CORRECTS = word_set(
    "no nah nope sorry actually mean meant wrong instead rather oops ups wait correction typo better enough"
)
_LEAVES = word_set("leave drop without skip keep stays stay remains")
_BEFORE_ONE = word_set("wrong that this other the same another which")
_METRICS = word_set("cpu memory ram mem disk disks storage network bandwidth gpu gpus io traffic")
_BOUNDS = word_set("min max minimum maximum least most as between floor ceiling cap")
_STAYS = word_set("stays stay remains")
_TOTAL = word_set("total altogether overall")
_ASIDE = word_set("typo typed sorry oops ups oh ah hm hmm uh um nah nope correction wait")
USAGE = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE})
_OF_METRICS = frozenset({*USAGE, Intent.FORECAST_QUERY})
SCALES = frozenset({Intent.SCALE_APPLICATION})
OF_INTENT = {
    **dict.fromkeys(_OF_METRICS, _METRICS),
    Intent.AUTOSCALING: _BOUNDS,
    Intent.LOG_QUERY: word_set("error errors warning warnings exception exceptions fatal info debug lines"),
}
"""Words that carry on only after these."""


class Said(Struct, frozen=True):
    """What a message without content names."""

    found: Found
    pointed: tuple[str, ...]
    parameters: Parameters
    numbers: bool
    names: bool
    """Names something, points at it, or says "same"."""
    corrects: bool
    excludes: bool
    begins: bool = False
    """ "from inventory": the near end."""
    adds: bool = False
    """ "also", "too", "as well"."""
    stays: bool = False
    in_total: bool = False
    """ "2 in total"."""
    suspects: bool = False
    """ "is it the database?"."""
    restricts: bool = False
    """ "no, just one more"."""


def read_said(
    items: tuple[Item, ...], dialogue: Dialogue, index: NameIndex, base: Spoken, meant: tuple[Resolved, ...]
) -> Said | None:
    """What is named; None when that is nothing."""
    words = [word for item in items for word in item.word.split()]
    items = tuple(item for item in items if item.mention or item.word not in _ASIDE)
    found, among = _named(items, dialogue, index, base)
    found = _without_left(items, found)
    if not (found.targets or found.ambiguous or among):
        found = replace(found, targets=meant)
    if among is None:
        return None
    counted = tuple(item for place, item in enumerate(items) if not (_is_pronoun(items, place) or item.word == "no"))
    frame = read_frame(counted, "assign", -1)
    filters = read_filters(Clause(items), {tag for item in items for tag in item.tags & {"cpu", "memory"}}, found)
    numbers = (
        not _sibling(items, base, index)
        and any(n.role in ("absolute", "relative", "factor", "percent") for n in frame.numbers)
    ) or bool(frame.parameters.replicas_factor)
    period = filters.time_range_seconds is not None or bool(PERIODS & set(words))
    of_it = bool(OF_INTENT.get(Intent(base.intent), frozenset()) & set(words))
    narrowed = any(narrows(item, Intent(base.intent)) for item in items)
    named = bool(found.targets or found.ambiguous or found.excluded or found.namespace or among)
    same = "same" in words
    if not (named or numbers or period or same or of_it or narrowed):
        return None
    parameters = replace(
        frame.parameters,
        time_range_seconds=filters.time_range_seconds,
        namespace=found.namespace,
        status_filter=_state(items) if narrowed else None,
        metric=filters.metric if Intent(base.intent) in _OF_METRICS else None,
        log_level=filters.log_level,
        limit=filters.limit,
    )
    not_it = words[:1] == ["not"]
    excludes = (not_it and not _other_than_it(items, found)) or bool(found.excluded and not found.targets)
    return Said(
        found,
        among,
        parameters,
        numbers and not period,
        named or same,
        bool(_CORRECTS & set(words)) or not_it,
        excludes or bool(_LEAVES & set(words)),
        begins="from" in words,
        adds=bool({"also", "too", "well", "add", "plus"} & set(words)) and "one" not in words,
        stays=bool(_STAYS & set(words)),
        in_total=bool(_TOTAL & set(words)) or ("in", "all") in set(pairwise(words)),
        suspects=bool({"is", "be"} & set(words[:3])) and "it" in words[:3],
        restricts=bool({"no", "nah", "nope"} & set(words)) and bool({"just", "only"} & set(words)),
    )


def _state(items: tuple[Item, ...]) -> State | None:
    return status_filter(Clause(items), {tag for item in items for tag in item.tags if item.word not in SMALL})


def _without_left(items: tuple[Item, ...], found: Found) -> Found:
    """ "leave A be, B to 2": A is left as it is."""
    said = [item for item in items if not item.is_mark]
    left = {two.mention.text for one, two in pairwise(said) if one.word in ("leave", "skip", "drop") and two.mention}
    kept = tuple(target for target in found.targets if target.mention not in left)
    if not left or not kept or len(kept) == len(found.targets):
        return found
    return replace(found, targets=kept, excluded=tuple(t for t in found.targets if t.mention in left))


def _other_than_it(items: tuple[Item, ...], found: Found) -> bool:
    """ "not that one, cart": cart instead, where "not cart" leaves it out."""
    said = [item for item in items if not item.is_mark]
    return bool(found.targets) and len(said) > 2 and said[1].word in ("that", "this", "it")


def _named(
    items: tuple[Item, ...], dialogue: Dialogue, index: NameIndex, base: Spoken
) -> tuple[Found, tuple[str, ...] | None]:
    """The names, and what is pointed at; None where something is pointed at that cannot be told."""
    words = said_words(items)
    changes = Intent(base.intent) in CHANGE_INTENTS
    others = bool({"other", "others"} & words)
    as_said = find_targets(items, index, for_change=changes or others)
    found = prefer(as_said, dialogue, index)
    if ended := _sibling(items, base, index):
        return replace(found, targets=ended, namespace=None), ()
    among = pointed(items, dialogue, index)
    plainly = any(one.entity.kind != "project" for one in as_said.targets)
    if among and others and not plainly:
        return Found(), among
    if found.targets or found.ambiguous or among:
        return found, () if found.targets or found.ambiguous else among
    if worded := named_by_a_word(items, dialogue, index) or beside_a_database(items, dialogue, index):
        return replace(found, targets=worded, namespace=None), ()
    if PLURALS & words and len(dialogue.series) > 1 and (len(dialogue.series) == 2 or not changes):
        return found, dialogue.series
    if found.namespace is None and (places := [item.word for item in items if item.word in index.namespaces]):
        return replace(found, namespace=places[0]), ()
    if changes and (others or any(item.word in ORDINALS and item.word != "last" for item in items)):
        return found, None  # "the other", "the third", of which there is none
    if changes and any("node" in item.tags and not item.mention for item in items):
        return found, None  # "the server", which is none of those spoken of
    return found, ()


def _is_pronoun(items: tuple[Item, ...], place: int) -> bool:
    """The "one" of "wrong one", "that one", "the other one", "one for cart": no number."""
    if items[place].word != "one":
        return False
    before = items[place - 1] if place else None
    after = items[place + 1] if place + 1 < len(items) else None
    if before is None:
        return after is not None and after.word in ("for", "on")
    return before.mention is not None or bool(before.number) or before.word in _BEFORE_ONE or before.word in ORDINALS


def _sibling(items: tuple[Item, ...], base: Spoken, index: NameIndex) -> tuple[Resolved, ...]:
    """ "I meant 3" after worker-2, "and the 18?" after ip-10-0-1-17, "b?" after gpu-a."""
    counted = tuple(item for place, item in enumerate(items) if not _is_pronoun(items, place))
    numbers = [n.text for n in read_numbers(counted) if n.role == "absolute"]
    if base.intent in SCALES:
        return ()
    if len(numbers) == 1:
        return sibling(numbers[0], base, index)
    letters = [item.text for item in items if is_letter(item)]
    return sibling(letters[0], base, index) if len(letters) == 1 else ()
