"""Messages that only carry on: "and the database?", "no, to 5", "same for cart", "the other one", "and yesterday?".

What was meant last is a frame: an intent, its targets and its values. A message without a word of its own changes a
slot of that frame and leaves the rest; anything with content is read afresh, and only borrows the targets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.filters import read_filters
from hexaops.assistant.understanding.frame import read_frame
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.labels import LABEL_OF
from hexaops.assistant.understanding.model import Dialogue, Parameters, Resolved, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS, time_unit_seconds
from hexaops.assistant.understanding.roles import read_numbers
from hexaops.assistant.understanding.settings import carried
from hexaops.assistant.understanding.speech import limits_of_request
from hexaops.assistant.understanding.targets import Found, find_targets

_LONGEST = 9
_CARRYING = word_set(
    "no nah nope not never sorry wait hm hmm uh oh ups oops actually same too also instead rather other others one "
    "ones both then what about how only just mean meant was wrong first second third last and or of for to but even "
    "either plus minus make enough please pls right well ah okay more less fewer now same thing still exactly would "
    "please be the that this it on in at from with by there as well many was correction leave drop without skip back "
    "course typo typed"
)
_CORRECTS = word_set("no nah nope sorry actually mean meant wrong instead rather oops ups wait correction typo")
_PERIODS = word_set(
    "yesterday today tonight morning evening week weeks month months day days hour hours year last past"
)
_WHY = (("why",), ("why", "is", "that"), ("how", "come"), ("but", "why"), ("and", "why"), ("why", "that"))
_ASKS = (("what", "about"), ("how", "about"))
_MORE = word_set("tell show me more details detail please again and some i want to see it go on continue the")
_SAYS_MORE = word_set("more details detail again continue")
_STATED = word_set("has had have is are runs")
_LEAVES = word_set("leave drop without skip")
_SAYS_NOTHING = frozenset({"talk", "oos", "help"})
_USAGE = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE})
_SCALES = frozenset({Intent.SCALE_APPLICATION})


@dataclass(frozen=True, slots=True)
class _Said:
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
    suspects: bool = False
    """ "is it the database?"."""


def last_frame(dialogue: Dialogue) -> Spoken | None:
    """What was meant last; of a session of an older version, what it remembers."""
    if dialogue.spoken is not None or not dialogue.last_intent:
        return dialogue.spoken
    known = dialogue.last_intent in set(Intent)
    return Spoken(dialogue.last_intent, dialogue.last_entities) if known else None


def label_before(dialogue: Dialogue) -> str:
    """The ranker's label of what was meant last, empty where nothing was; small talk between is passed over."""
    last = last_frame(dialogue)
    label = LABEL_OF.get(Intent(last.intent), "") if last is not None else ""
    return "" if label in _SAYS_NOTHING else label


def place_before(dialogue: Dialogue) -> str | None:
    """The namespace that was spoken of last."""
    last = last_frame(dialogue)
    return last.parameters.namespace if last is not None else None


def carry_on(clauses: list[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """The frame spoken of last with what this message changes in it, or None when the message stands for itself."""
    base = last_frame(dialogue)
    items = tuple(item for clause in clauses for item in clause.items)
    words = [item for item in items if not item.is_mark]
    if base is None or not words or len(words) > _LONGEST:
        return None
    plain = tuple(word for item in words for word in item.word.split())
    if plain in _WHY:
        return _why(base, index)
    if set(plain) <= _MORE and set(plain) & _SAYS_MORE and Intent(base.intent) not in CHANGE_INTENTS:
        return Understanding(
            Intent(base.intent), 0.8, targets=_resolved(base.targets, index), parameters=base.parameters
        )
    if any(not _carries(item) for item in words):
        return None
    if Intent(base.intent) in CHANGE_INTENTS and _STATED & set(plain) and not {"should", "must", "to"} & set(plain):
        return None  # "it has 5", said of how it is
    said = _read(items, dialogue, index, base)
    if said is None:
        return None
    intent = Intent(base.intent)
    if intent in CHANGE_INTENTS and (plain[:2] in _ASKS or any(clause.is_question for clause in clauses)):
        return Understanding(Intent.STATUS_QUERY, 0.7, targets=said.found.targets, ambiguous=said.found.ambiguous)
    if intent in CHANGE_INTENTS and "back" in plain and not said.numbers and _told_before(base) is None:
        return Understanding(Intent.ROLLBACK_ACTION, 0.9, Mode.REQUEST, targets=_targets(base, said, index))
    if intent in CHANGE_INTENTS:
        limit = _told_before(base) or limits_of_request(items, counts=said.corrects or "at" not in plain)
        return _put_off(intent, base, said, index, limit) if limit else _change(intent, base, said, index)
    if base.slots is not None and not limits_of_request(items, counts=True):
        project = next((t.entity.name for t in said.found.targets if t.entity.kind == "project"), None)
        return carried(intent, base, _targets(base, said, index), said.parameters.namespace or project, items)
    return None if said.numbers and not said.names else _question(intent, base, said, index)


def _told_before(base: Spoken) -> Mode | None:
    """How the change was spoken of, where it was no request: "how do I restart A", then "and B"."""
    return None if base.mode in (Mode.REQUEST.value, Mode.READ.value) else Mode(base.mode)


def _carries(item: Item) -> bool:
    if item.mention or item.number or item.tags & {"replica", "twice", "half", "polite", "except", "more", "less"}:
        return True
    if time_unit_seconds(item.word) or item.word in _PERIODS or item.word in ORDINALS:
        return True
    words = item.word.split()
    kind = bool(item.tags & {"app", "pod", "node", "project"}) and len(words) == 1
    return kind or all(word in _CARRYING or (word in SMALL and word not in LIGHT) for word in words)


def _read(items: tuple[Item, ...], dialogue: Dialogue, index: NameIndex, base: Spoken) -> _Said | None:
    """What is named; None when that is nothing."""
    words = [word for item in items for word in item.word.split()]
    found = find_targets(items, index, for_change=Intent(base.intent) in CHANGE_INTENTS)
    among = () if found.targets or found.ambiguous else pointed(words, dialogue)
    if sibling := _sibling(items, base, index):
        found, among = replace(found, targets=sibling), ()
    frame = read_frame(items, "assign", -1)
    filters = read_filters(Clause(items), set(), found)
    numbers = (
        not sibling and any(n.role in ("absolute", "relative", "factor", "percent") for n in frame.numbers)
    ) or bool(frame.parameters.replicas_factor)
    period = filters.time_range_seconds is not None
    named = bool(found.targets or found.ambiguous or found.excluded or found.namespace or among)
    same = "same" in words
    if not (named or numbers or period or same):
        return None
    parameters = replace(frame.parameters, time_range_seconds=filters.time_range_seconds, namespace=found.namespace)
    corrects = bool(_CORRECTS & set(words)) or words[:1] == ["not"]
    excludes = words[:1] == ["not"] or bool(found.excluded and not found.targets) or bool(_LEAVES & set(words))
    return _Said(
        found,
        among,
        parameters,
        numbers and not period,
        named or same,
        corrects,
        excludes,
        begins="from" in words,
        adds=bool({"also", "too", "well", "add", "plus"} & set(words)),
        suspects=bool({"is", "be"} & set(words[:3])) and "it" in words[:3],
    )


def _sibling(items: tuple[Item, ...], base: Spoken, index: NameIndex) -> tuple[Resolved, ...]:
    """ "I meant 3" after worker-2, "and the 18?" after ip-10-0-1-17: the name of the same kind with that number."""
    numbers = [n.text for n in read_numbers(items) if n.role == "absolute"]
    known = index.by_id.get(base.targets[-1]) if base.targets else None
    if len(numbers) != 1 or known is None or known.kind == "application" or base.intent in _SCALES:
        return ()
    stem = known.name.rstrip("0123456789")
    alike = [e for e in index.by_id.values() if e.kind == known.kind and e.name == stem + numbers[0]]
    return tuple(Resolved(entity, entity.name, 0.9) for entity in alike) if stem != known.name else ()


def pointed(words: Sequence[str], dialogue: Dialogue) -> tuple[str, ...]:
    """ "the second one", "the other one", "both": among those named before."""
    named, base = dialogue.named, last_frame(dialogue) or Spoken("")
    if "both" in words and len(named) >= 2:
        return named[-2:]
    if "other" in words or "others" in words:
        rest = tuple(identity for identity in named if identity not in base.targets)
        return rest if len(rest) == 1 or "others" in words else ()
    for word in words:
        if word in ORDINALS and (words[-1] == word or {"one", "the"} & set(words)) and word != "last":
            place = ORDINALS[word]
            return (named[place],) if -len(named) <= place < len(named) else ()
    return ()


def _why(base: Spoken, index: NameIndex) -> Understanding:
    intent = Intent.HIGH_USAGE if Intent(base.intent) in _USAGE else Intent.DIAGNOSE
    place = Parameters(namespace=base.parameters.namespace)
    return Understanding(intent, 0.8, targets=_resolved(base.targets, index), parameters=place)


def _resolved(identities: tuple[str, ...], index: NameIndex) -> tuple[Resolved, ...]:
    known = (index.by_id.get(identity) for identity in identities)
    return tuple(Resolved(entity, entity.name, 0.9, "dialogue") for entity in known if entity is not None)


def _targets(base: Spoken, said: _Said, index: NameIndex) -> tuple[Resolved, ...]:
    if said.found.targets:
        return said.found.targets
    if said.found.ambiguous:
        return ()
    return _resolved(said.pointed or base.targets, index)


def _question(intent: Intent, base: Spoken, said: _Said, index: NameIndex) -> Understanding:
    parameters = replace(
        base.parameters,
        namespace=said.parameters.namespace or base.parameters.namespace,
        time_range_seconds=said.parameters.time_range_seconds or base.parameters.time_range_seconds,
    )
    placed = said.parameters.namespace is not None and not said.found.targets
    targets = () if placed else _targets(base, said, index)
    if said.excludes and len(base.targets) > 1:
        targets = _without(base, said, index)
    elif intent in _OF_SEVERAL and len(said.found.targets) == 1:
        targets = _beside(base, said, index)
    return Understanding(
        intent, 0.8, targets=targets, excluded=said.found.excluded, ambiguous=said.found.ambiguous,
        unknown_names=said.found.unknown, parameters=parameters,
    )  # fmt: skip


def _without(base: Spoken, said: _Said, index: NameIndex) -> tuple[Resolved, ...]:
    """ "leave minio out", "not the second one": the others of those spoken of."""
    named = {target.entity.id for target in (*said.found.targets, *said.found.excluded)} | set(said.pointed)
    return _resolved(tuple(identity for identity in base.targets if identity not in named), index)


_OF_SEVERAL = frozenset({Intent.CONNECTIVITY, Intent.PERFORMANCE_ANALYSIS, Intent.DASHBOARD_CREATE})


def _beside(base: Spoken, said: _Said, index: NameIndex) -> tuple[Resolved, ...]:
    """The other end of a connection, the suspect beside the slow one, one more on a dashboard."""
    new, before = said.found.targets[0], _resolved(base.targets, index)
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


def _change(intent: Intent, base: Spoken, said: _Said, index: NameIndex) -> Understanding | None:
    """The same change with another target or another number; None where nothing fits."""
    if said.excludes and not said.numbers:
        excluded = said.found.excluded or said.found.targets
        wide = base.parameters.everything or intent is Intent.RESTART_FAILING
        if not wide and len(base.targets) > 1 and (excluded or said.pointed):
            return Understanding(
                intent, 0.9, Mode.REQUEST, targets=_without(base, said, index), parameters=base.parameters
            )
        if not wide:
            return None
        return Understanding(intent, 0.9, Mode.REQUEST, excluded=excluded, parameters=base.parameters)
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
    if not targets and not said.found.ambiguous and not base.parameters.everything:
        return Understanding(intent, 0.8, Mode.REQUEST, parameters=parameters, missing=("application",))
    return Understanding(
        intent, 0.9, Mode.REQUEST, targets=targets, ambiguous=said.found.ambiguous,
        unknown_names=said.found.unknown, parameters=parameters,
    )  # fmt: skip


def _corrected(before: Parameters, said: _Said) -> Parameters:
    """The new number in the old role: after "one more", "make that two" is two more."""
    now = replace(said.parameters, reason=before.reason, namespace=before.namespace, everything=before.everything)
    bare = now.replicas is not None and said.corrects
    if bare and before.replicas_delta is not None and now.replicas is not None and not said.found.targets:
        step = now.replicas if before.replicas_delta > 0 else -now.replicas
        return replace(now, replicas=None, replicas_delta=step, direction=before.direction)
    if now.replicas_delta is not None and before.direction == "down" and said.parameters.direction is None:
        return replace(now, replicas_delta=-abs(now.replicas_delta), direction="down")
    return now


def borrows(clause: Clause, found: Found, dialogue: Dialogue) -> bool:
    """Whether a question without a name of its own is about what was spoken of: "show me the logs"."""
    if last_frame(dialogue) is None or not (dialogue.last_entities or place_before(dialogue)):
        return False
    if found.targets or found.ambiguous or found.unknown or found.namespace:
        return False
    words = {word for item in clause.items for word in item.word.split()}
    if clause.items[0].word in ("what", "how") and words & {"can", "you"} == {"can", "you"}:
        return False
    wide = any(item.tags & {"everything", "platform", "workspace"} for item in clause.items) or words & {
        "apps", "applications", "anything", "nodes", "projects", "total", "we", "all", "namespaces", "services",
    }  # fmt: skip
    return not wide and len(words) <= 10
