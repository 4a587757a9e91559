"""What a message asks for as a whole, where no stretch of it is a whole request (`evidence`).

"I'd love to see cart restarted", "kafka is wedged, a kick would do it good": the ranker is sure of the change, the
names are known, one value is said and nothing forbids it; only the words between are not understood. Whether such a
message asks for it the model of `asked` says, from a score of its own on.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec.structs import replace

from hexaops.assistant.understanding.acts import LOOKING, VERB_OF, acts_of, is_feeling
from hexaops.assistant.understanding.asked import BY_GIST, Frame
from hexaops.assistant.understanding.clauses import CHANGE_TAGS, Clause
from hexaops.assistant.understanding.evidence import (
    LARGE,
    LIKE_A_CODE,
    LONGEST,
    LOOKS,
    Proposal,
    beside,
    doubts_of,
    is_object,
    nearest,
    order,
    stretches,
    with_obstacles,
)
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.items import Item, are_listed
from hexaops.assistant.understanding.labels import INTENT_OF
from hexaops.assistant.understanding.lexicon import KEEPS_FAILING
from hexaops.assistant.understanding.model import Parameters
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.reading import Reading
from hexaops.assistant.understanding.setting import Setting, label_before
from hexaops.assistant.understanding.speech import Act
from hexaops.assistant.understanding.targets import Found, find_targets
from hexaops.assistant.understanding.vetoes import names_another

SURE, SURE_OF_STRETCH = 0.8, 0.85
"""How sure the ranker must be of the whole message; and of a stretch with a name, where the whole is like no change."""
_SETTINGS = frozenset({"variable", "assignment", "image_ref", "version_ref", "config"})
"""Tags of values that are no replicas."""


def proposed(
    items: tuple[Item, ...], whole: Ranking, setting: Setting, modes: frozenset[Mode] = frozenset()
) -> Proposal | None:
    """The change that a message may ask for: by one stretch of it, else as a whole."""
    return nearest(items, whole, setting, modes) or by_gist(items, whole, setting, modes)


def by_gist(
    items: tuple[Item, ...], whole: Ranking, setting: Setting, modes: frozenset[Mode] = frozenset()
) -> Proposal | None:
    """The change that the whole message is like, with its names and its one value; `modes` as for `nearest`."""
    said = [item for item in items if not item.is_mark]
    if len(said) > LONGEST or any(item.tags & _SETTINGS for item in items):
        return None
    label = _label(items, whole, setting)
    named = named_in(items, setting) if label else None
    if named is None or not _fits(named, label) or (label == "restart_failing" and not _selects(items)):
        return None
    found = [read for one in _readings(items, label, whole, named) if (read := beside(items, one)) is not None]
    spoken = frozenset(f"mode {mode.value}" for mode in modes)
    found = [with_obstacles(one, spoken, selects=label == "restart_failing") for one in found]
    return min(found, key=lambda one: order(one.frame), default=None)


def _label(items: tuple[Item, ...], whole: Ranking, setting: Setting) -> str:
    if whole.best in VERB_OF:
        return whole.best if whole.probability >= SURE else ""
    for start, end in stretches(items):
        stretch = items[start:end]
        if end - start == len(items) or not any(item.mention for item in stretch) or not _may_change(stretch):
            continue
        ranking = rank(stretch, label_before(setting.dialogue))
        if ranking.best in VERB_OF and ranking.probability >= SURE_OF_STRETCH:
            return ranking.best
    return ""


def _may_change(stretch: Sequence[Item]) -> bool:
    """A verb of change or a number is said."""
    return any(not item.mention and (item.number or item.tags & CHANGE_TAGS) for item in stretch)


def _readings(items: tuple[Item, ...], label: str, whole: Ranking, named: Found) -> Iterator[Proposal]:
    acts = [(start, end, act) for start, end in _trimmed(items) for act in acts_of(items[start:end], label)]
    acts = acts or [(start, end, Act(Mode.REQUEST, VERB_OF[label], -1)) for start, end in _trimmed(items)]
    for start, end, act in acts:
        stretch = items[start:end]
        read = read_frame(stretch, act.verb, act.at)
        left = frozenset(item.text for item in stretch if item.text in read.left and not is_feeling(item))
        if not (_is_plain(left, stretch) and _has_value(read.parameters, label, stretch)):
            continue
        parameters = replace(read.parameters, namespace=named.namespace)
        if label == "restart_failing":
            parameters = replace(parameters, status_filter="failing")
        reading = Reading(
            Clause(stretch), Mode.REQUEST, INTENT_OF[label], whole.of(label), whole, named, parameters, verb=act.verb,
            numbers=read.numbers,
        )  # fmt: skip
        against = frozenset((BY_GIST, *doubts_of(stretch, act, label, spoken=True)))
        yield Proposal(reading, Frame(items, start, end, act.verb, act.at, left, against))


def _trimmed(items: tuple[Item, ...]) -> Iterator[tuple[int, int]]:
    for start, end in stretches(items):
        first = next((place for place in range(start, end) if not items[place].is_mark), end)
        if first < end:
            yield first, end


def named_in(items: tuple[Item, ...], setting: Setting) -> Found | None:
    """The applications of the whole message; what is only alike, beside an exact name, is no name."""
    exact = any(_is_exact(item) for item in items)
    plain = tuple(item for item in items if not (exact and item.mention and not (_is_exact(item) or _is_place(item))))
    found = find_targets(plain, setting.index, for_change=True)
    if found.ambiguous or found.unknown or found.excluded:
        return None
    return found if len(found.targets) < 2 or are_listed(plain) else None


def _is_exact(item: Item) -> bool:
    """The name of an application, or so like one that it can be nothing else."""
    if item.mention is None:
        return False
    best = item.mention.candidates[0]
    return best.entity.kind == "application" and (best.score >= 1 or "-" in item.text)


def _is_place(item: Item) -> bool:
    return item.mention is not None and item.mention.candidates[0].entity.kind == "project"


def _fits(found: Found, label: str) -> bool:
    if any(target.entity.kind != "application" for target in found.targets):
        return False
    return bool(found.targets) != (label == "restart_failing")


_FAILING = frozenset({"failing", "unhealthy", "not_ready", "fail", "pending", "problem"})


def _selects(items: tuple[Item, ...]) -> bool:
    """A state is said; "restart them all" alone selects nothing."""
    return any(item.tags & _FAILING or item.word in KEEPS_FAILING for item in items)


def _is_plain(left: frozenset[str], stretch: tuple[Item, ...]) -> bool:
    """No number, name or code is left over, nothing that is only looked at, and no other object of the verb."""
    if any(item.word in LOOKS or item.tags & LOOKING or item.word == "get" for item in stretch):
        return False
    return not any(
        item.text in left and (item.number or item.mention or names_another(item) or is_object(stretch, place))
        for place, item in enumerate(stretch)
    )


def _has_value(said: Parameters, label: str, stretch: Sequence[Item]) -> bool:
    """One count, step or factor for a scaling, and none for the rest."""
    if INTENT_OF[label] is not Intent.SCALE_APPLICATION:
        return all(n.number.value == 1 or n.number.value >= LIKE_A_CODE for n in stretch if n.number and not n.mention)
    if said.invalid or (said.replicas or 0) > LARGE:
        return False
    return said.replicas is not None or said.replicas_delta is not None or said.replicas_factor is not None
