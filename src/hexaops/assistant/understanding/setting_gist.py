"""A further kind of change that the whole message is like, where the grammar of clauses knows no such request.

"coupons are broken, so FEATURE_COUPONS should be false on cart please": the ranker is sure of the kind, target and
values are whole, and one stretch says them all. Nothing around may forbid it, and the model of `asked` must be as sure
as of any other request by the gist.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.asked import Frame, is_certainly_asked, is_surely_asked
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.evidence import LONGEST, stretches
from hexaops.assistant.understanding.gist import SURE, named_in
from hexaops.assistant.understanding.intents import SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.labels import INTENT_OF, LABEL_OF
from hexaops.assistant.understanding.model import Parameters, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.overruling import may_be_outweighed
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.setting import Setting
from hexaops.assistant.understanding.settings import (
    asks_to_see,
    missing_of,
    project_of,
    says_autoscaling,
    says_version,
    tells_of_it,
    tells_past,
)
from hexaops.assistant.understanding.slots import Slots, read_slots
from hexaops.assistant.understanding.vetoes import forbids, is_for_now, obstacles

LIKE_IT = 0.5
"""How like the kind of change the stretch must be that says target or values."""
_LOADED = frozenset({"cpu", "memory", "load", "resource", "metric"})
_OF_CONDITION = frozenset({"limit conditional", "tag in if", "beside when", "tag beside wh"})


_TOLD_BESIDE, _OF_EARLIER = (
    frozenset({"no before", "beside there", "word after they"}),
    frozenset({"beside last", "beside had", "beside what"}),
)
"""What is told before the stretch, a place pointed at, "the last good release", "the one it had"."""


class _Said(Struct, frozen=True):
    frame: Frame
    against: tuple[str, ...]


def setting_by_gist(items: tuple[Item, ...], whole: Ranking, setting: Setting, judged: Frame) -> Understanding | None:
    """The request with its values, or None where it is none or lacks something; `judged` is the frame to be judged."""
    intent = INTENT_OF[whole.best]
    if intent not in SETTING_INTENTS or whole.probability < SURE or sum(not i.is_mark for i in items) > LONGEST:
        return None
    slots = read_slots(intent, [*items])
    asked = _whole(intent, slots, items, whole, setting)
    if asked is None or missing_of(asked, slots, items):
        return None
    found = [_said(items, start, end, intent) for start, end in stretches(items) if _says_it(items[start:end], asked)]
    said = min(found, key=lambda one: (len(one.against), one.frame.end - one.frame.start), default=None)
    if said is None:
        return None
    if said.against:
        sure = may_be_outweighed(said.against, said.frame) and is_certainly_asked(judged)
    else:
        sure = is_surely_asked(judged)  # of hazards hardly one says all of a setting, and nothing against it
    return asked if sure else None


def _whole(
    intent: Intent, slots: Slots, items: tuple[Item, ...], whole: Ranking, setting: Setting
) -> Understanding | None:
    if intent is Intent.ROLLBACK_APPLICATION and (not says_version(items) or asks_to_see(items)):
        return None
    if intent is Intent.AUTOSCALING and not says_autoscaling(items, slots):
        return None
    if intent is Intent.UPDATE_QUOTA:
        place = Parameters(namespace=project_of(items))
        return Understanding(intent, whole.probability, Mode.REQUEST, parameters=place, slots=slots)
    found = named_in(items, setting)
    if found is None or any(target.entity.kind != "application" for target in found.targets):
        return None
    place = Parameters(namespace=found.namespace)
    return Understanding(intent, whole.probability, Mode.REQUEST, targets=found.targets, parameters=place, slots=slots)


def _says_it(stretch: tuple[Item, ...], asked: Understanding) -> bool:
    """Whether these words are like the change, and say all values."""
    if not stretch or rank(stretch).of(LABEL_OF[asked.intent]) < LIKE_IT:
        return False
    if asked.intent is Intent.ROLLBACK_APPLICATION:
        return says_version(stretch)
    return asked.slots is not None and replace(read_slots(asked.intent, [*stretch]), left=()) == asked.slots


def _said(items: tuple[Item, ...], start: int, end: int, intent: Intent) -> _Said:
    names = obstacles(items, start, end) - _TOLD_BESIDE
    stretch = items[start:end]
    if intent is Intent.ROLLBACK_APPLICATION:
        names -= _OF_EARLIER
        names -= frozenset() if "limit conditional" in names else {"tag in if"}  # "the one before"
    if intent is Intent.AUTOSCALING and _waits_for_load(items[start:end]):
        names -= _OF_CONDITION
    if not any(item.word == "?" for item in items):
        names |= frozenset(_told(items[start:end]))
    told = tells_past(Clause(stretch)) and not _WISHES & said_words(stretch)
    if told or _is_wanted_by_another(items) or _is_done_by_another(stretch):
        names |= {"mode past told"}
    now = is_for_now(items[start:end])
    against = tuple(sorted(name for name in names if forbids(name, now=now)))
    return _Said(Frame(items, start, end, "", start, frozenset(), names), against)


_TELLING = frozenset({"is", "are", "has", "have", "had", "got", "went", "was", "were"})


def _told(stretch: tuple[Item, ...]) -> Iterator[str]:
    """ "cart has LOG_LEVEL=debug", "the quota of shop is 20 cores": how it is; "has to be" is no such thing."""
    for before, one, two in zip((None, *stretch), stretch, stretch[1:], strict=False):
        if one.word == "have" and before is not None and before.word in _INFINITE:
            continue  # "good to have cart rolled back", "should not have more than 40 pods"
        if one.word in _TELLING and not one.mention and two.word not in ("to", "rolled", "set", "put", "it"):
            yield f"tells {one.word}"


def _is_wanted_by_another(items: tuple[Item, ...]) -> bool:
    """ "bob wants cart rolled back"; not "cart wants its old version back"."""
    return any(two.word in ("wants", "wanted") and not (one.mention or one.is_mark) for one, two in pairwise(items))


_WISHES = word_set("like want love good nice great lovely")
_INFINITE = word_set("to should must not")
_OTHERS = word_set("somebody someone anybody anyone nobody everybody he she they")


def _is_done_by_another(items: tuple[Item, ...]) -> bool:
    """ "somebody put LOG_LEVEL=debug on cart", "cart runs with it", "cart scales by itself from 2 to 8"."""
    said = [item for item in items if not (item.is_mark or item.tags & {"polite", "greet"})]
    if said and said[0].word in _OTHERS:
        return True
    return tells_of_it(said)


def _waits_for_load(stretch: tuple[Item, ...]) -> bool:
    """ "up to 15 when cpu passes 50 %": what an autoscaler does by itself."""
    after = [item for one, item in pairwise(stretch) if one.word in ("when", "if", "once", "as")]
    return bool(after) and all(item.tags & _LOADED for item in after)


def is_of_one_setting(understandings: tuple[Understanding, ...]) -> bool:
    """Parts of one setting, none planned: "let cart autoscale between 2", "8 pods"."""
    intents = {one.intent for one in understandings}
    unplanned = not any(one.is_planned for one in understandings)
    settings = intents & SETTING_INTENTS
    return (
        len(understandings) > 1
        and unplanned
        and len(settings) == 1
        and intents - settings <= _COUNTED_IN[next(iter(settings))]
    )


_COUNTED_IN = {
    **dict.fromkeys(SETTING_INTENTS, frozenset[Intent]()),
    Intent.AUTOSCALING: frozenset({Intent.SCALE_APPLICATION}),
    Intent.UPDATE_QUOTA: frozenset({Intent.SCALE_APPLICATION}),
}
"""What the counts of a setting are like, apart from the rest of it."""
