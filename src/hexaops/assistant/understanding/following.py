"""Messages that only carry on: "and the database?", "no, to 5", "same for cart", "the other one", "and yesterday?".

What was meant last is a frame: an intent, its targets and its values. A message without a word of its own changes a
slot of that frame and leaves the rest; anything with content is read afresh, and only borrows the targets.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.adding import adds_to_it, makes_one, more_on_it, rather
from hexaops.assistant.understanding.carrying import (
    PERIODS,
    carries,
    compares,
    is_letter,
    loosely,
    means_else,
    narrows,
    tells,
)
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import SMALL
from hexaops.assistant.understanding.filters import State, read_filters, status_filter
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Parameters, Resolved, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.recalled import (
    PLURALS,
    beside_a_database,
    named_by_a_word,
    pieces_of,
    pieces_spoken_of,
    pointed,
    prefer,
    resolved,
    sibling,
)
from hexaops.assistant.understanding.roles import read_numbers
from hexaops.assistant.understanding.setting import last_frame
from hexaops.assistant.understanding.settings import carried
from hexaops.assistant.understanding.speech import limits_of_request
from hexaops.assistant.understanding.targets import Found, find_targets

_LONGEST = 9
_CORRECTS = word_set(
    "no nah nope sorry actually mean meant wrong instead rather oops ups wait correction typo better enough"
)
_REASONS = word_set("why reason come because")
_WHY = word_set(
    "why how come reason what is was that the it so this and but any idea are they then not high much many low do does "
    "them really though there now of"
)
_ASKS = (("what", "about"), ("how", "about"))
_MORE = word_set("tell show me more details detail please again and some i want to see it go on continue the")
_SAYS_MORE = word_set("more details detail again continue")
_HOW_FAR = word_set("status progress state so and any the what is its now please")
_LEAVES = word_set("leave drop without skip keep stays stay remains")
_PUTS = word_set("put bring take set")
_REVERSES = word_set("direction way reverse versa opposite")
_ASKING = word_set("does is are will would should shall can could did has have")
_BEFORE_ONE = word_set("wrong that this other the same another which")
_METRICS = word_set("cpu memory ram mem disk disks storage network bandwidth gpu gpus io traffic")
_BOUNDS = word_set("min max minimum maximum least most as between floor ceiling cap")
_STAYS = word_set("stays stay remains")
_TOTAL = word_set("total altogether overall")
_ASIDE = word_set("typo typed sorry oops ups oh ah hm hmm uh um nah nope correction wait")
_USAGE = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE})
_OF_METRICS = frozenset({*_USAGE, Intent.FORECAST_QUERY})
_SCALES = frozenset({Intent.SCALE_APPLICATION})
_OF_INTENT = {
    **dict.fromkeys(_OF_METRICS, _METRICS),
    Intent.AUTOSCALING: _BOUNDS,
    Intent.LOG_QUERY: word_set("error errors warning warnings exception exceptions fatal info debug lines"),
}
"""Words that carry on only after these."""
_OWN_NUMBERS = frozenset({Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, *SETTING_INTENTS})
"""A bare number after these is another number of theirs."""


class _Said(Struct, frozen=True):
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


def carry_on(clauses: list[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """The frame spoken of last with what this message changes in it, or None when the message stands for itself."""
    base = last_frame(dialogue)
    items = tuple(item for clause in clauses for item in clause.items)
    words = [item for item in items if not item.is_mark]
    if base is None or not words or len(words) > _LONGEST:
        return None
    plain = tuple(word for item in words for word in item.word.split())
    base = _task_again(base, dialogue, plain, counts=any(item.number for item in words))
    intent = Intent(base.intent)
    if whole := _as_a_whole(clauses, base, plain, dialogue, index):
        return whole
    pieces = pieces_of(index) if {"other", "others"} & set(plain) else pieces_spoken_of(dialogue, index)
    light = _PUTS if "back" in plain else frozenset()
    if {"mean", "meant"} & set(plain):
        light = light | {"stop", "hold", "on"}  # "no stop, I meant cart"
    known = light | pieces | _OF_INTENT.get(intent, frozenset()) | index.namespaces
    strange = [item for item in words if not (carries(item, known) or narrows(item, intent))]
    meant = loosely(strange, plain, index)
    changes = intent in CHANGE_INTENTS or base.slots is not None
    if len(strange) > len(meant) or (changes and (tells(set(plain)) or means_else(items))):
        return _which_is_meant(intent, base, items, index) if changes and compares(items) else None
    said = _read(items, dialogue, index, base, meant)
    if said is None:
        return None
    asks = any(clause.is_question for clause in clauses) or plain[0] in _ASKING
    asks = asks or (any(pair in _ASKS for pair in pairwise(plain)) and "same" not in plain)
    if base.slots is not None and asks:
        return None
    if intent in CHANGE_INTENTS:
        return _changed(intent, base, said, index, asks=asks, items=items)
    return _asked_again(intent, base, said, index, items)


def _as_a_whole(
    clauses: list[Clause], base: Spoken, plain: tuple[str, ...], dialogue: Dialogue, index: NameIndex
) -> Understanding | None:
    """Messages that mean one thing by all their words: "why so much", "tell me more", "the other way round"."""
    intent, words = Intent(base.intent), set(plain)
    if words <= _WHY and ("why" in plain or _REASONS & set(plain[-2:])):
        return _why(base, resolved(base.targets, index))
    items = tuple(item for clause in clauses for item in clause.items if not item.is_mark)
    named = [item for item in items if item.mention]
    if "why" in words and len(named) == 1 and all(item.mention or item.word in _WHY for item in items):
        found = prefer(find_targets(items, index, for_change=False), dialogue, index)
        return _why(base, found.targets) if found.targets else None
    if words <= _MORE and words & _SAYS_MORE and intent not in CHANGE_INTENTS:
        return Understanding(intent, 0.8, targets=resolved(base.targets, index), parameters=base.parameters)
    if dialogue.task == base and words <= _HOW_FAR and words & {"status", "progress"}:
        return Understanding(Intent.ACTION_STATUS, 0.8, targets=resolved(base.targets, index))
    if intent is Intent.DASHBOARD_CREATE and adds_to_it(clauses, plain):
        return more_on_it(tuple(item for clause in clauses for item in clause.items), base, dialogue, index)
    if "back" in plain and plain[plain.index("back") + 2 : plain.index("back") + 3] == ("up",):
        return Understanding(Intent.BACKUP, 0.8, targets=resolved(base.targets, index))
    if intent is Intent.CONNECTIVITY and _REVERSES & words:
        turned = resolved(base.targets, index)[::-1]
        return Understanding(intent, 0.8, targets=turned, parameters=base.parameters)
    return makes_one(clauses, base, dialogue, index) or rather(clauses, base, index)


def _asked_again(
    intent: Intent, base: Spoken, said: _Said, index: NameIndex, items: tuple[Item, ...]
) -> Understanding | None:
    """The question, or the request for a further kind of change, with what is said of it now."""
    if base.slots is not None and not limits_of_request(items, counts=True):
        project = next((t.entity.name for t in said.found.targets if t.entity.kind == "project"), None)
        again = carried(intent, base, _targets(base, said, index), said.parameters.namespace or project, items)
        return replace(again, replaces=said.corrects)
    if said.numbers and not said.names and intent not in _OWN_NUMBERS:
        return None
    return _question(intent, base, said, index)


def _changed(
    intent: Intent, base: Spoken, said: _Said, index: NameIndex, *, asks: bool, items: tuple[Item, ...]
) -> Understanding | None:
    """What a message that only carries on means after a request for a change."""
    words = {word for item in items for word in item.word.split()}
    if asks:
        return Understanding(Intent.STATUS_QUERY, 0.7, targets=said.found.targets, ambiguous=said.found.ambiguous)
    if "back" in words and not said.numbers and _told_before(base) is None:
        return Understanding(Intent.ROLLBACK_ACTION, 0.9, Mode.REQUEST, targets=_targets(base, said, index))
    counts = said.corrects or said.excludes or "at" not in words
    told = _told_before(base)
    if told is Mode.NEGATED and said.numbers and not (said.found.targets or said.pointed):
        told = None  # "no", "5 then"
    limit = told or limits_of_request(items, counts=counts)
    return _put_off(intent, base, said, index, limit) if limit else _change(intent, base, said, index)


def _which_is_meant(intent: Intent, base: Spoken, items: tuple[Item, ...], index: NameIndex) -> Understanding:
    """What compares with another is asked about: neither its number nor its name is plain."""
    left = tuple(item.text for item in items if not item.is_mark)
    targets = resolved(base.targets, index)
    if base.slots is not None:
        return Understanding(intent, 0.6, Mode.REQUEST, targets=targets, slots=base.slots, missing=("setting",))
    mode = _told_before(base) or Mode.REQUEST
    about = None if mode is Mode.REQUEST else intent
    intent = intent if about is None else Intent.ACTION_QUESTION
    return Understanding(intent, 0.6, mode, targets=targets, left=left, about=about)


def _task_again(base: Spoken, dialogue: Dialogue, plain: tuple[str, ...], *, counts: bool) -> Spoken:
    """ "ready yet?", "kafka as well": what was asked for, not how it is going; also after a question between."""
    if dialogue.task is None or Intent(base.intent) in CHANGE_INTENTS:
        return base
    same = "same" in plain and bool({"do", "need", "needs", "wants"} & set(plain))
    now = plain[:2] == ("and", "now") and Intent(dialogue.task.intent) not in CHANGE_INTENTS
    joins = base.intent == Intent.ACTION_STATUS and (now or bool({"too", "also", "well", "same"} & set(plain)))
    scaled = dialogue.task.intent in (Intent.SCALE_APPLICATION, Intent.STOP_APPLICATION)
    again = scaled and counts and {"back", "to"} <= set(plain)
    return dialogue.task if same or joins or again else base


def _told_before(base: Spoken) -> Mode | None:
    """How the change was spoken of, where it was no request: "how do I restart A", then "and B"."""
    return None if base.mode in (Mode.REQUEST.value, Mode.READ.value) else Mode(base.mode)


def _read(
    items: tuple[Item, ...], dialogue: Dialogue, index: NameIndex, base: Spoken, meant: tuple[Resolved, ...]
) -> _Said | None:
    """What is named; None when that is nothing."""
    words = [word for item in items for word in item.word.split()]
    items = tuple(item for item in items if item.mention or item.word not in _ASIDE)
    found, among = _named(items, dialogue, index, base)
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
    of_it = bool(_OF_INTENT.get(Intent(base.intent), frozenset()) & set(words))
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
    )
    not_it = words[:1] == ["not"]
    excludes = (not_it and not _other_than_it(items, found)) or bool(found.excluded and not found.targets)
    return _Said(
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
    )


def _state(items: tuple[Item, ...]) -> State | None:
    return status_filter(Clause(items), {tag for item in items for tag in item.tags if item.word not in SMALL})


def _other_than_it(items: tuple[Item, ...], found: Found) -> bool:
    """ "not that one, cart": cart instead, where "not cart" leaves it out."""
    said = [item for item in items if not item.is_mark]
    return bool(found.targets) and len(said) > 2 and said[1].word in ("that", "this", "it")


def _named(
    items: tuple[Item, ...], dialogue: Dialogue, index: NameIndex, base: Spoken
) -> tuple[Found, tuple[str, ...] | None]:
    """The names, and what is pointed at; None where something is pointed at that cannot be told."""
    words = {word for item in items for word in item.word.split()}
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
    return before.mention is not None or before.word in _BEFORE_ONE or before.word in ORDINALS


def _sibling(items: tuple[Item, ...], base: Spoken, index: NameIndex) -> tuple[Resolved, ...]:
    """ "I meant 3" after worker-2, "and the 18?" after ip-10-0-1-17, "b?" after gpu-a."""
    numbers = [n.text for n in read_numbers(items) if n.role == "absolute"]
    if base.intent in _SCALES:
        return ()
    if len(numbers) == 1:
        return sibling(numbers[0], base, index)
    letters = [item.text for item in items if is_letter(item)]
    return sibling(letters[0], base, index) if len(letters) == 1 else ()


_REASON_OF = {
    **dict.fromkeys(_USAGE, Intent.HIGH_USAGE),
    **dict.fromkeys((Intent.COST_ANALYSIS, Intent.COST_BREAKDOWN), Intent.COST_BREAKDOWN),
    Intent.PERFORMANCE_ANALYSIS: Intent.PERFORMANCE_ANALYSIS,
}


def _why(base: Spoken, targets: tuple[Resolved, ...]) -> Understanding:
    intent = _REASON_OF.get(Intent(base.intent), Intent.DIAGNOSE)
    place = Parameters(namespace=base.parameters.namespace, status_filter=base.parameters.status_filter)
    return Understanding(intent, 0.8, targets=targets, parameters=place)


def _targets(base: Spoken, said: _Said, index: NameIndex) -> tuple[Resolved, ...]:
    if said.found.targets:
        return said.found.targets
    if said.found.ambiguous:
        return ()
    return resolved(said.pointed or base.targets, index)


def _question(intent: Intent, base: Spoken, said: _Said, index: NameIndex) -> Understanding:
    parameters = replace(
        base.parameters,
        namespace=said.parameters.namespace or base.parameters.namespace,
        time_range_seconds=said.parameters.time_range_seconds or base.parameters.time_range_seconds,
        metric=said.parameters.metric or base.parameters.metric,
        status_filter=said.parameters.status_filter or base.parameters.status_filter,
    )
    placed = said.parameters.namespace is not None and not said.found.targets
    targets = () if placed else _targets(base, said, index)
    if said.excludes and len(base.targets) > 1:
        targets = _without(base, said, index)
    elif (intent in _OF_SEVERAL or (said.suspects and intent in _CAUSES)) and len(said.found.targets) == 1:
        targets = _beside(base, said, index)
    elif intent is Intent.CONNECTIVITY and len(said.pointed) == 1:
        targets = (*resolved(base.targets[:1], index), *targets)
    return Understanding(
        intent, 0.8, targets=targets, excluded=said.found.excluded, ambiguous=said.found.ambiguous,
        unknown_names=said.found.unknown, parameters=parameters, replaces=said.corrects,
    )  # fmt: skip


def _without(base: Spoken, said: _Said, index: NameIndex) -> tuple[Resolved, ...]:
    """ "leave minio out", "not the second one": the others of those spoken of."""
    named = {target.entity.id for target in (*said.found.targets, *said.found.excluded)} | set(said.pointed)
    return resolved(tuple(identity for identity in base.targets if identity not in named), index)


_CAUSES = frozenset({Intent.DIAGNOSE, Intent.ROOT_CAUSE})
_OF_SEVERAL = frozenset({Intent.CONNECTIVITY, Intent.PERFORMANCE_ANALYSIS, Intent.DASHBOARD_CREATE})


def _beside(base: Spoken, said: _Said, index: NameIndex) -> tuple[Resolved, ...]:
    """The other end of a connection, the suspect beside the slow one, one more on a dashboard."""
    new, before = said.found.targets[0], resolved(base.targets, index)
    if any(target.entity.id == new.entity.id for target in before):
        return (new,)
    if base.intent == Intent.CONNECTIVITY:
        return (new, before[-1]) if said.begins and before else (*before[:1], new)
    if base.intent == Intent.DASHBOARD_CREATE:
        return (*before, new) if said.adds else (new,)
    return (*before, new) if said.suspects else (new,)


def _put_off(intent: Intent, base: Spoken, said: _Said, index: NameIndex, limit: Mode) -> Understanding:
    """ "tonight, I mean": the change is not for now any more."""
    return Understanding(
        Intent.ACTION_QUESTION,
        0.9,
        limit,
        targets=_targets(base, said, index),
        parameters=base.parameters,
        about=intent,
    )


def _left_out(intent: Intent, base: Spoken, said: _Said, named: set[str], index: NameIndex) -> Understanding | None:
    """The same change without what is excluded; None where that is nothing of it."""
    excluded = said.found.excluded or said.found.targets
    wide = base.parameters.everything or intent is Intent.RESTART_FAILING
    if not wide and len(base.targets) > 1 and (excluded or said.pointed):
        return Understanding(intent, 0.9, Mode.REQUEST, targets=_without(base, said, index), parameters=base.parameters)
    if not wide and named and not named & set(base.targets) and _told_before(base) is None and said.stays:
        return Understanding(  # "stop A", "B stays"
            intent, 0.9, Mode.REQUEST, targets=resolved(base.targets, index), parameters=base.parameters
        )
    if not wide:
        return None
    return Understanding(intent, 0.9, Mode.REQUEST, excluded=excluded, parameters=base.parameters)


def _change(intent: Intent, base: Spoken, said: _Said, index: NameIndex) -> Understanding | None:
    """The same change with another target or another number; None where nothing fits."""
    named = {target.entity.id for target in said.found.targets} | set(said.pointed)
    if said.excludes and (not said.numbers or (named and named < set(base.targets))):
        return _left_out(intent, base, said, named, index)
    if not (said.numbers or said.names or said.corrects):
        return None
    parameters = base.parameters
    if said.parameters.namespace and not said.found.targets and intent is Intent.RESTART_FAILING:
        return Understanding(  # "only in backend"
            intent, 0.9, Mode.REQUEST, parameters=replace(parameters, namespace=said.parameters.namespace)
        )
    if intent is Intent.STOP_APPLICATION and said.numbers and base.parameters.replicas == 0:
        intent = Intent.SCALE_APPLICATION  # "scale it to 0", "no, 10"
    if said.numbers:
        if intent not in _SCALES:
            return None
        parameters = _corrected(base.parameters, said)
    elif intent in (Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION):
        return None
    targets = _targets(base, said, index)
    if any(target.entity.kind not in ("application", "pod") for target in targets):
        return None  # "on worker-3"
    if not targets and not said.found.ambiguous and not base.parameters.everything:
        return Understanding(intent, 0.8, Mode.REQUEST, parameters=parameters, missing=("application",))
    return Understanding(
        intent, 0.9, Mode.REQUEST, targets=targets, ambiguous=said.found.ambiguous,
        unknown_names=said.found.unknown, parameters=parameters, replaces=said.corrects,
    )  # fmt: skip


def _corrected(before: Parameters, said: _Said) -> Parameters:
    """The new number in the old role: after "one more", "make that two" is two more."""
    now = replace(said.parameters, reason=before.reason, namespace=before.namespace, everything=before.everything)
    if now.replicas_factor is not None and before.replicas is not None:
        half = before.replicas * now.replicas_factor  # of the number that was said
        whole = int(half) if half == int(half) else None
        return replace(now, replicas=whole, replicas_factor=None)
    if now.replicas_delta is not None and before.replicas is not None and not said.found.targets:
        return replace(now, replicas=max(0, before.replicas + now.replicas_delta), replicas_delta=None)
    bare = now.replicas is not None and said.corrects
    if now.replicas is not None and said.in_total:
        return now
    if bare and before.replicas_delta is not None and now.replicas is not None and not said.found.targets:
        step = now.replicas if before.replicas_delta > 0 else -now.replicas
        return replace(now, replicas=None, replicas_delta=step, direction=before.direction)
    if now.replicas_delta is not None and before.direction == "down" and said.parameters.direction is None:
        return replace(now, replicas_delta=-abs(now.replicas_delta), direction="down")
    return now
