"""Whether a further kind of change is asked for now, and with which values.

The same three layers as for the other changes: nothing in the message takes the "now" away, the ranker likes the kind,
and target and values are complete. Otherwise it is only spoken of, or what is missing is asked.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.english import BASE, NOUN, PAST, PROGRESSIVE, THIRD, parts_of_speech
from hexaops.assistant.understanding.holding import holds_off
from hexaops.assistant.understanding.intents import SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.items import Item, are_listed, said_words
from hexaops.assistant.understanding.labels import LABEL_OF
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.model import Resolved, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking, rank
from hexaops.assistant.understanding.slots import Slots, bounds_of, merged, read_slots
from hexaops.assistant.understanding.speech import skip_opening

LEAST, LEAST_AFTER = 0.6, 0.4
"""How sure the ranker must be; and after talk of the same kind of change, or where an autoscaler's bounds are said."""
_FORBIDDEN = word_set(
    "who what when where why how which whether maybe perhaps think guess wonder if unless until not never nor "
    "say says said tell tells told asks asked someone somebody myself ourselves"
)
_PAST = word_set("did does was were yesterday already been ago")
"""These forbid only where they stand: "it was better before, put the old version back" asks."""
_NOT_NOW = frozenset({Mode.NEGATED, Mode.CONDITIONAL, Mode.REPORTED, Mode.HOWTO})
_INVERTED = word_set("should were had")
"""First in a clause they make it a condition: "should the error rate rise, …"."""
_BY_ITSELF = word_set("hpa automatic automatically automate itself own alone elastic elastically dynamic dynamically")
_HELD = word_set("keep hold let float vary range stay move swing breathe min max minimum maximum")
_ASKING = word_set("want prefer give")
_WISHES = word_set("should needs need let want like must")
_ASKED_OR_TOLD = word_set("is are was were does do did has have")
_FINITE = word_set("is are has had am")


def with_settings(
    asked: Understanding, items: Sequence[Item], clauses: Sequence[Clause], whole: Ranking, before: Spoken | None = None
) -> Understanding:
    """The request with its values and what it lacks; as it is where it is none.

    `before` is what was spoken of last: the same kind of request is completed or changed by this message.
    """
    if asked.intent not in SETTING_INTENTS:
        return asked
    slots = read_slots(asked.intent, [*items])
    makes_one = _makes_one(items, slots)
    told = (before is not None and before.intent == asked.intent) or makes_one
    if whole.of(LABEL_OF[asked.intent]) < (LEAST_AFTER if told else LEAST):
        return asked
    before = before if before is not None and before.slots is not None and before.intent == asked.intent else None
    if any(holds_off(clause) is not None for clause in clauses):
        return asked
    if asked.mode in _NOT_NOW or not _is_asked_for(items, clauses, LABEL_OF[asked.intent]):
        return asked
    rolls_back = asked.intent is Intent.ROLLBACK_APPLICATION and before is None
    if rolls_back and (not says_version(items) or asks_to_see(items)):
        return asked
    asked = replace(asked, unknown_names=tuple(n for n in asked.unknown_names if not _is_value(n.mention, slots)))
    says_so = makes_one or says_autoscaling(items, slots)
    if asked.intent is Intent.AUTOSCALING and before is None and not says_so:
        return asked
    if asked.intent is Intent.UPDATE_QUOTA:
        known = asked.parameters.namespace if _points(items) or before is not None else None
        asked = replace(asked, parameters=replace(asked.parameters, namespace=project_of(items) or known))
    vague = before is not None and not slots.says_something and (_is_same(asked, before) or _says_a_value(items))
    if before is not None and before.slots is not None:
        slots = merged(before.slots, slots)
        place = asked.parameters.namespace or before.parameters.namespace
        asked = replace(asked, parameters=replace(asked.parameters, namespace=place))
    missing = ("setting",) if vague else missing_of(asked, slots, items)
    if not missing and joins_another(items):
        missing = ("project" if asked.intent is Intent.UPDATE_QUOTA else "application",)
    return replace(asked, mode=Mode.REQUEST, slots=slots, missing=missing)


def _makes_one(items: Sequence[Item], slots: Slots) -> bool:
    """ "web-app hpa?", "create one with 3 to 9": said after talk of it, whole by its bounds."""
    words = [item.word for item in items if not item.is_mark][:4]
    made = bool(words) and words[0] in ("create", "make", "add", "set") and "one" in words
    return made and slots.min_replicas is not None and slots.max_replicas is not None


def _is_value(mention: str, slots: Slots) -> bool:
    """Whether what reads like a name is a value that was said: "mail2.internal", "4-12"."""
    values = {value for _, value in (*slots.env, *slots.hard)} | {slots.image or ""}
    bounds = bounds_of(mention)
    return mention in values or (bool(bounds) and bounds == (slots.min_replicas, slots.max_replicas))


def _is_no_range(slots: Slots) -> bool:
    """ "min -1", "between 5 and 2": no autoscaler has such bounds."""
    low, high = slots.min_replicas, slots.max_replicas
    return any(bound is not None and bound < 1 for bound in (low, high)) or (
        low is not None and high is not None and low > high
    )


_EARLIER = word_set("old older earlier before previous last former prior downgrade")
_EARLIER_THAN = word_set("version release revision build one")
_VERSIONS = word_set("roll rolled version release revision rev build deploy deployment image")


def says_version(items: Sequence[Item]) -> bool:
    """ "put A back to work" is no rollback: an earlier version, or a verb of going back to one, must be said."""
    undoes = any("undo" in item.tags and item.lemma not in ("bring", "put", "turn", "take") for item in items)
    words = said_words(items)
    before = any(first.word in _EARLIER_THAN and second.word == "before" for first, second in pairwise(items))
    numbered = any(first.word in ("revision", "rev") and second.number for first, second in pairwise(items))
    return undoes or before or numbered or bool(_EARLIER & words) or ("back" in words and bool(_VERSIONS & words))


def asks_to_see(items: Sequence[Item]) -> bool:
    """ "I want to know the previous revision", "give me the previous version": shown; "… back" is not."""
    shown = any(item.tags & {"show", "how_many", "number_noun", "log", "history"} for item in items)
    return shown and not any(item.word == "back" or "undo" in item.tags for item in items)


def _points(items: Sequence[Item]) -> bool:
    """ "the quota there", "its quota": the project spoken of before."""
    return any(item.word in ("there", "its", "it", "their") for item in items)


def carried(
    intent: Intent, before: Spoken, targets: tuple[Resolved, ...], place: str | None, items: Sequence[Item]
) -> Understanding:
    """The request of before with another target or other values: "same for shop", "and max 12"."""
    assert before.slots is not None
    now = read_slots(intent, [*items])
    slots = merged(before.slots, now)
    parameters = replace(before.parameters, namespace=place or before.parameters.namespace)
    asked = Understanding(intent, 0.9, Mode.REQUEST, targets=targets, parameters=parameters, slots=slots)
    if not now.says_something and (before.is_open or _is_same(asked, before) or _says_a_value(items)):
        return replace(asked, missing=("setting",))  # "typo, 3.2.1 I mean": the old value is not what is wanted
    return replace(asked, missing=missing_of(asked, slots, items))


def _is_same(asked: Understanding, before: Spoken) -> bool:
    """Whether it is of the same application or project: then only a value can be what the message is about."""
    own = {target.entity.id for target in asked.targets} <= {*before.targets}
    return own and asked.parameters.namespace in (None, before.parameters.namespace)


def _says_a_value(items: Sequence[Item]) -> bool:
    """ "32 please", "web-app back to info": another value, and not said of what."""
    return any(item.mention is None and (item.number or item.word in ("to", "back", "with")) for item in items)


def _is_asked_for(items: Sequence[Item], clauses: Sequence[Clause], label: str) -> bool:
    words = said_words(items)
    if any(item.quoted for item in items) or _FORBIDDEN & words or limits_of_request(tuple(items), counts=True):
        return False
    if any(tells_past(clause) for clause in clauses) and not any(_asks_by_itself(clause, label) for clause in clauses):
        return False
    if any(_asks_whether(clause) for clause in clauses):
        return False
    if _PAST & words and not any(_asks_by_itself(clause, label) for clause in clauses):
        return False
    if any(clause.words[:1] and clause.words[0] in _INVERTED for clause in clauses):
        return False
    if any(clause.is_question for clause in clauses):
        return any(_asks_politely(clause.words) for clause in clauses)
    told = bool(_FINITE & words) or tells_of_it(items)
    return bool(_WISHES & words or not told) or any(_is_imperative(clause) for clause in clauses)


def tells_of_it(items: Sequence[Item]) -> bool:
    """ "cart runs with LOG_LEVEL=debug", "cart scales by itself from 2 to 8"; not "cart needs LOG_LEVEL=debug"."""
    behind = [two for one, two in pairwise(items) if one.mention and two.word.endswith("s") and not two.mention]
    finite = [item.word for item in behind if not item.tags & {"pod", "replicas_word", "app"}]
    if any(one.word == "has" and two.word == "to" for one, two in pairwise(items)):
        return False  # "cart has to be rolled back"
    if any(one.word == "with" and "assignment" in two.tags for one, two in pairwise(items)):
        return True  # "so much noise with LOG_LEVEL=debug on cart"
    return any(word not in _WISHING and parts_of_speech(word) & THIRD for word in finite)


_WISHING = word_set("needs wants gets deserves this its")


def _asks_whether(clause: Clause) -> bool:
    """ "is LOG_LEVEL=debug on web-app", "I will set it", whatever polite word is put before."""
    position, _ = skip_opening(clause.items)
    words = [word for item in clause.items[position:] if not item.is_mark for word in item.word.split()]
    return bool(words and words[0] in _ASKED_OR_TOLD) or words[:2] in (["i", "will"], ["we", "will"])


def tells_past(clause: Clause) -> bool:
    """ "we rolled web-app back", "bob changed LOG_LEVEL to debug": a subject, then a verb of the past."""
    position, _ = skip_opening(clause.items)
    words = [item for item in clause.items[position:] if not item.is_mark]
    for place, item in enumerate(words[:4]):
        said = parts_of_speech(item.word.partition(" ")[0])
        if place and said & PAST and not said & BASE and item.mention is None:
            return words[place - 1].word not in ("be", "get", "have", "need", "needs", "want", "to", "the", "a", "my")
    return False


def _asks_politely(words: tuple[str, ...]) -> bool:
    """ "could you …?", "can web-app have …?"; not "can I …?", "would it help …?"."""
    first, second = (*words, "", "")[:2]
    if first == "would":
        return second in ("you", "someone", "somebody") or words[1:4] == ("it", "be", "possible")
    return first == "please" or (
        first in ("could", "can") and second not in ("i", "it", "this", "that", "there", "one")
    )


def _asks_by_itself(clause: Clause, label: str) -> bool:
    """ "… was better, put the old version back": the clause is the request, and tells nothing."""
    words = said_words(clause.items)
    asks = _is_imperative(clause) or bool((_WISHES | _ASKING) & words)
    undoes = label == LABEL_OF[Intent.ROLLBACK_APPLICATION] and any("undo" in item.tags for item in clause.items)
    like = undoes or (len(clause.words) > 2 and rank(clause.items).of(label) >= LEAST)
    return asks and not _PAST & words and like and not tells_past(clause)


def _is_imperative(clause: Clause) -> bool:
    position, _ = skip_opening(clause.items)
    if position >= len(clause.items):
        return False
    item = clause.items[position]
    first = item.word.partition(" ")[0]
    undoes = "undo" in item.tags and "base" in item.forms
    return item.mention is None and (undoes or bool(parts_of_speech(first) & BASE))


def joins_another(items: Sequence[Item]) -> bool:
    """ "the quota of production and staging", of which only one is known."""
    for before, joint, after in zip(items, items[1:], items[2:], strict=False):
        plain = not (
            after.mention or after.number or after.is_mark or after.forms or after.tags - {"everyday", "foreign"}
        )
        if (
            before.mention
            and joint.word in ("and", "&", "plus")
            and plain
            and parts_of_speech(after.word) & (NOUN | PROGRESSIVE)
        ):
            return True
    return False


def says_autoscaling(items: Sequence[Item], slots: Slots) -> bool:
    """ "at most 4 replicas", "scale it to 80 % CPU" alone may mean something else."""
    bounded = slots.min_replicas is not None and slots.max_replicas is not None
    named = any("autoscale" in item.tags or item.word in _BY_ITSELF or "autoscal" in item.word for item in items)
    named = named or any(item.word in ("minreplicas", "maxreplicas") for item in items)
    words = said_words(items)
    range_only = "between" in words and not _HELD & words  # "down to between 1 and 2": any count of these
    return named or (bounded and not range_only)


def project_of(items: Sequence[Item]) -> str | None:
    """The one project that is named; None where it is none or several."""
    named = {
        candidate.entity.name
        for before, item in zip((None, *items), items, strict=False)
        if item.mention and not (before is not None and before.word == "not")
        for candidate in item.mention.candidates
        if candidate.entity.kind == "project"
    }
    return named.pop() if len(named) == 1 else None


_TOGETHER = 5
"""Applications that one message may set alike."""


def missing_of(asked: Understanding, slots: Slots, items: Sequence[Item]) -> tuple[str, ...]:
    """What must be asked before it can be planned."""
    of_project = asked.intent is Intent.UPDATE_QUOTA
    known = bool(asked.parameters.namespace) if of_project else _are_meant(asked, slots, items)
    missing = () if known else ("project" if of_project else "application",)
    if _is_no_range(slots):
        return (*missing, "setting")
    said = slots.says_something or asked.intent is Intent.ROLLBACK_APPLICATION
    return missing if said and not slots.left else (*missing, "setting")


def _are_meant(asked: Understanding, slots: Slots, items: Sequence[Item]) -> bool:
    """One application, or several in one list; of these none has an image or a revision of its own."""
    kinds = {target.entity.kind for target in asked.targets}
    if kinds != {"application"} or asked.excluded:
        return False
    together = slots.image is None and slots.revision is None and len(asked.targets) <= _TOGETHER
    together = together and not any(item.tags & {"not", "except"} or item.word in ("no", "or") for item in items)
    return len(asked.targets) == 1 or (together and are_listed(items))
