"""Messages that only carry on: "and the database?", "no, to 5", "same for cart", "the other one", "and yesterday?".

What was meant last is a frame: an intent, its targets and its values. A message without a word of its own changes a
slot of that frame and leaves the rest; anything with content is read afresh, and only borrows the targets.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from hexaops.assistant.understanding.adding import adds_to_it, makes_one, more_on_it, rather
from hexaops.assistant.understanding.carrying import (
    carries,
    compares,
    loosely,
    means_else,
    narrows,
    tells,
)
from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.model import Dialogue, Parameters, Resolved, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import (
    pieces_of,
    pieces_spoken_of,
    prefer,
    resolved,
)
from hexaops.assistant.understanding.said import OF_INTENT, SCALES, USAGE, Said, read_said
from hexaops.assistant.understanding.setting import last_frame
from hexaops.assistant.understanding.settings import carried
from hexaops.assistant.understanding.targets import find_targets

_LONGEST = 9
_REASONS = word_set("why reason come because")
_WHY = word_set(
    "why how come reason what is was that the it so this and but any idea are they then not high much many low do does "
    "them really though there now of"
)
_ASKS = (("what", "about"), ("how", "about"))
_MORE = word_set("tell show me more details detail please again and some i want to see it go on continue the")
_SAYS_MORE = word_set("more details detail again continue")
_HOW_FAR = word_set("status progress state so and any the what is its now please")
_PUTS = word_set("put bring take set")
_RETURNS = word_set("question return returning go going us look check ask again applies holds")
_LOOKS = word_set("show list display see want i look looking") | {"want to see", "like to see"}
_SINCE = word_set(
    "since when how long and is are was has have it that this they been so like the case doing already now exactly"
)
_LASTING = frozenset(
    {Intent.POD_STATUS, Intent.NODE_STATUS, Intent.PERFORMANCE_ANALYSIS, Intent.DIAGNOSE, Intent.ROOT_CAUSE}
    | {Intent.ALERT_QUERY, Intent.EVENT_QUERY, Intent.HIGH_USAGE, Intent.ANOMALY_QUERY, Intent.SECURITY_QUERY}
)
_REVERSES = word_set("direction way reverse versa opposite")
_ASKING = word_set("does is are will would should shall can could did has have")
_OWN_NUMBERS = frozenset({Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, *SETTING_INTENTS})
"""A bare number after these is another number of theirs."""


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
    asks = intent not in CHANGE_INTENTS and base.slots is None
    if {"same", "back"} & set(plain) and asks:
        light = light | _RETURNS
    if {"only", "just"} & set(plain) and asks:
        light = light | _LOOKS
    known = light | pieces | OF_INTENT.get(intent, frozenset()) | index.namespaces
    strange = [item for item in words if not (carries(item, known) or narrows(item, intent))]
    meant = loosely(strange, plain, index)
    changes = intent in CHANGE_INTENTS or base.slots is not None
    if len(strange) > len(meant) or (changes and (tells(set(plain)) or means_else(items))):
        return _which_is_meant(intent, base, items, index) if changes and compares(items) else None
    said = read_said(items, dialogue, index, base, meant)
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
    if words <= _SINCE and intent in _LASTING and ({"since", "when"} <= words or {"how", "long"} <= words):
        return Understanding(intent, 0.8, targets=resolved(base.targets, index), parameters=base.parameters)
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
    intent: Intent, base: Spoken, said: Said, index: NameIndex, items: tuple[Item, ...]
) -> Understanding | None:
    """The question, or the request for a further kind of change, with what is said of it now."""
    if base.slots is not None and not limits_of_request(items, counts=True):
        project = next((t.entity.name for t in said.found.targets if t.entity.kind == "project"), None)
        again = carried(intent, base, _targets(base, said, index), said.parameters.namespace or project, items)
        return replace(again, replaces=said.corrects)
    counts = not said.names or any(item.word == "to" and after.number for item, after in pairwise(items))
    if said.numbers and counts and intent not in _OWN_NUMBERS:
        return None  # "ok, grafana to 1" after a question about costs
    return _question(intent, base, said, index)


def _changed(
    intent: Intent, base: Spoken, said: Said, index: NameIndex, *, asks: bool, items: tuple[Item, ...]
) -> Understanding | None:
    """What a message that only carries on means after a request for a change."""
    words = said_words(items)
    if asks:
        return Understanding(Intent.STATUS_QUERY, 0.7, targets=said.found.targets, ambiguous=said.found.ambiguous)
    if "back" in words and not said.numbers and _told_before(base) is None:
        return Understanding(Intent.ROLLBACK_ACTION, 0.9, Mode.REQUEST, targets=_targets(base, said, index))
    counts = said.corrects or said.excludes or "at" not in words
    told = _told_before(base)
    if told is Mode.NEGATED and said.numbers and not (said.found.targets or said.pointed):
        told = None  # "no", "5 then"
    limit = told or limits_of_request(items, counts=counts)
    if limit:
        return _put_off(intent, base, said, index, limit)
    return _change(_turned_round(intent, items), base, said, index)


_ON_AGAIN, _OFF_AGAIN = word_set("on up again please now both"), word_set("off down again please now both")


def _turned_round(intent: Intent, items: tuple[Item, ...]) -> Intent:
    """ "both on again" after a stop, "and that one off" after a start."""
    words = [word for item in items if not item.is_mark for word in item.word.split()][-3:]
    ends = [word for word in words if word in ("on", "up", "off", "down")]
    if intent is Intent.STOP_APPLICATION and {"on", "up"} & {*ends} and words[-1] in _ON_AGAIN:
        return Intent.START_APPLICATION
    if intent is Intent.START_APPLICATION and {"off", "down"} & {*ends} and words[-1] in _OFF_AGAIN:
        return Intent.STOP_APPLICATION
    return intent


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


_REASON_OF = {
    **dict.fromkeys(USAGE, Intent.HIGH_USAGE),
    **dict.fromkeys((Intent.COST_ANALYSIS, Intent.COST_BREAKDOWN), Intent.COST_BREAKDOWN),
    Intent.PERFORMANCE_ANALYSIS: Intent.PERFORMANCE_ANALYSIS,
}


def _why(base: Spoken, targets: tuple[Resolved, ...]) -> Understanding:
    intent = _REASON_OF.get(Intent(base.intent), Intent.DIAGNOSE)
    place = Parameters(namespace=base.parameters.namespace, status_filter=base.parameters.status_filter)
    return Understanding(intent, 0.8, targets=targets, parameters=place)


def _targets(base: Spoken, said: Said, index: NameIndex) -> tuple[Resolved, ...]:
    if said.found.targets:
        return said.found.targets
    if said.found.ambiguous:
        return ()
    return resolved(said.pointed or base.targets, index)


def _question(intent: Intent, base: Spoken, said: Said, index: NameIndex) -> Understanding:
    parameters = replace(
        base.parameters,
        namespace=said.parameters.namespace or base.parameters.namespace,
        time_range_seconds=said.parameters.time_range_seconds or base.parameters.time_range_seconds,
        metric=said.parameters.metric or base.parameters.metric,
        log_level=said.parameters.log_level or base.parameters.log_level,
        limit=said.parameters.limit or base.parameters.limit,
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
        unknown_names=said.found.unknown, parameters=parameters, replaces=said.corrects, carries=True,
    )  # fmt: skip


def _without(base: Spoken, said: Said, index: NameIndex) -> tuple[Resolved, ...]:
    """ "leave minio out", "not the second one": the others of those spoken of."""
    named = {target.entity.id for target in (*said.found.targets, *said.found.excluded)} | set(said.pointed)
    return resolved(tuple(identity for identity in base.targets if identity not in named), index)


_CAUSES = frozenset({Intent.DIAGNOSE, Intent.ROOT_CAUSE})
_OF_SEVERAL = frozenset({Intent.CONNECTIVITY, Intent.PERFORMANCE_ANALYSIS, Intent.DASHBOARD_CREATE})


def _beside(base: Spoken, said: Said, index: NameIndex) -> tuple[Resolved, ...]:
    """The other end of a connection, the suspect beside the slow one, one more on a dashboard."""
    new, before = said.found.targets[0], resolved(base.targets, index)
    if any(target.entity.id == new.entity.id for target in before):
        return (new,)
    if base.intent == Intent.CONNECTIVITY:
        return (new, before[-1]) if said.begins and before else (*before[:1], new)
    if base.intent == Intent.DASHBOARD_CREATE:
        return (*before, new) if said.adds else (new,)
    return (*before, new) if said.suspects else (new,)


def _put_off(intent: Intent, base: Spoken, said: Said, index: NameIndex, limit: Mode) -> Understanding:
    """ "tonight, I mean": the change is not for now any more."""
    return Understanding(
        Intent.ACTION_QUESTION,
        0.9,
        limit,
        targets=_targets(base, said, index),
        parameters=base.parameters,
        about=intent,
    )


def _left_out(intent: Intent, base: Spoken, said: Said, named: set[str], index: NameIndex) -> Understanding | None:
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


def _change(intent: Intent, base: Spoken, said: Said, index: NameIndex) -> Understanding | None:
    """The same change with another target or another number; None where nothing fits."""
    named = {target.entity.id for target in said.found.targets} | set(said.pointed)
    if said.excludes and (not said.numbers or (named and named < set(base.targets))):
        return _left_out(intent, base, said, named, index)
    if not (said.numbers or said.names or said.corrects):
        return None
    parameters = base.parameters
    if intent is Intent.RESTART_FAILING and said.found.targets and not said.numbers:  # "no, only cart"
        intent, parameters = Intent.RESTART_APPLICATION, Parameters(reason=parameters.reason)
    if said.parameters.namespace and not said.found.targets and intent is Intent.RESTART_FAILING:
        return Understanding(  # "only in backend"
            intent, 0.9, Mode.REQUEST, parameters=replace(parameters, namespace=said.parameters.namespace)
        )
    if intent is Intent.STOP_APPLICATION and said.numbers and base.parameters.replicas == 0:
        intent = Intent.SCALE_APPLICATION  # "scale it to 0", "no, 10"
    if said.numbers:
        if intent not in SCALES:
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
        adds=said.adds and bool(named) and not named & set(base.targets),
    )  # fmt: skip


def _corrected(before: Parameters, said: Said) -> Parameters:
    """The new number in the old role: after "one more", "make that two" is two more."""
    now = replace(said.parameters, reason=before.reason, namespace=before.namespace, everything=before.everything)
    if now.replicas_factor is not None and before.replicas_delta is not None:
        step = before.replicas_delta * now.replicas_factor  # "add 4", "half of that"
        whole = int(step) if step == int(step) else None
        return replace(now, replicas_delta=whole, replicas_factor=None, direction=before.direction)
    if now.replicas_factor is not None and before.replicas is not None:
        half = before.replicas * now.replicas_factor  # of the number that was said
        whole = int(half) if half == int(half) else None
        return replace(now, replicas=whole, replicas_factor=None)
    counts_on = not (said.restricts or said.found.targets)  # "no just one more" is one more than there are
    if now.replicas_delta is not None and before.replicas is not None and counts_on:
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
