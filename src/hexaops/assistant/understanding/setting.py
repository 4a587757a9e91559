"""What a clause is read against, and what it takes from there: "its pods", "them", "restart the bad ones"."""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.inventory import KnownEntity, NameIndex
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.labels import LABEL_OF
from hexaops.assistant.understanding.model import Dialogue, Parameters, Resolved, Spoken
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.recalled import PLURALS, pointed, resolved
from hexaops.assistant.understanding.targets import Found, context_of, focus_of, from_context, points_back

_SAYS_NOTHING = frozenset({"talk", "oos", "help"})
_FAILS = frozenset({"failing", "unhealthy", "pending"})
_OF_IT = word_set("ones one pod pods only just")


class Setting(Struct, frozen=True):
    """What a clause is read against: names, dialogue, and the clauses before it in the message."""

    index: NameIndex
    dialogue: Dialogue
    previous_mode: Mode | None = None
    before: tuple[Resolved, ...] = ()
    previous_verb: str = ""
    namespace: str | None = None
    """Said in the clause before, alone: "in staging, …"."""
    whole: Ranking | None = None
    """Of all clauses together."""
    told: tuple[Item, ...] = ()
    """Numbers that a clause before told of something that may be no replicas."""
    previous_best: str = ""
    """The label that the clause before is most like."""
    vague: bool = False
    """The names before say a kind of thing, or fit several: "the store"."""
    failing_pods: bool = False
    """The clause before told of pods of it that fail: "these" are those."""
    explained: bool = False
    """The next clause tells why."""
    pressed: bool = False
    """The next clause says "do it", "go ahead"."""
    seen: tuple[Resolved, ...] = ()
    """What the clauses before are about, nodes too: what a question points at."""


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


def spoken_of(items: tuple[Item, ...], setting: Setting) -> tuple[KnownEntity, ...]:
    """What was spoken of; of "them" and "both" all of which the same was asked one after the other."""
    context = context_of(setting.dialogue, setting.index, setting.before)
    several = any(word in PLURALS for item in items for word in item.word.split())
    if not several or setting.before or not context or not {one.id for one in context} < {*setting.dialogue.series}:
        return context
    return tuple(one.entity for one in resolved(setting.dialogue.series, setting.index))


def that_fail(
    intent: Intent, items: tuple[Item, ...], found: Found, said: Parameters, setting: Setting
) -> tuple[Intent, Found, Parameters]:
    """ "restart those" after "which pods are failing"; "restart the bad ones" after talk of one application."""
    same, last = (intent, found, said), last_frame(setting.dialogue)
    if last is None or setting.before or found.targets or found.ambiguous or found.unknown or found.namespace:
        return same
    if intent is Intent.RESTART_APPLICATION:
        state = last.parameters.status_filter
        if state not in _FAILS or setting.dialogue.last_entities or points_back(items) is None or said.everything:
            return same
        narrowed = replace(said, status_filter=state, namespace=last.parameters.namespace)
        return Intent.RESTART_FAILING, found, narrowed
    if any(item.word == "there" for item in items) and last.parameters.namespace:
        return intent, found, replace(said, namespace=last.parameters.namespace)
    wide = said.everything or any(item.tags & {"everything", "app", "whole"} for item in items)
    if wide or not _OF_IT & said_words(items):
        return same
    context = context_of(setting.dialogue, setting.index, ())
    known = tuple(Resolved(one, one.name, 0.9, "dialogue") for one in context if one.kind == "application")
    place = None if known else last.parameters.namespace
    return intent, replace(found, targets=known), replace(said, namespace=place)


def tells_of_failing_pods(clause: Clause) -> bool:
    """ "web-app has 2 pods in error"."""
    tags = {tag for item in clause.items for tag in item.tags}
    return "replicas_word" in tags and bool(tags & {"failing", "unhealthy", "problem", "not_ready", "pending"})


def those_pods(items: tuple[Item, ...], found: Found, setting: Setting) -> bool:
    """ "(web-app has 2 pods in error,) recycle these"."""
    said = said_words(items)
    own = any(target.source == "name" and target.mention for target in found.targets) and any(i.mention for i in items)
    return setting.failing_pods and len(setting.before) == 1 and bool(said & {"these", "those", "them"}) and not own


def borrows(clause: Clause, found: Found, dialogue: Dialogue, *, changes: bool = False) -> bool:
    """Whether a question without a name of its own is about what was spoken of: "show me the logs"."""
    if last_frame(dialogue) is None or not (dialogue.last_entities or place_before(dialogue)):
        return False
    if found.targets or found.ambiguous or found.namespace or any(not u.mention[0].isdigit() for u in found.unknown):
        return False
    words = said_words(clause.items)
    if clause.items[0].word in ("what", "how") and words & {"can", "you"} == {"can", "you"}:
        return False
    wide = words & {
        "apps", "applications", "anything", "nodes", "projects", "total", "all", "namespaces", "services",
        "else", "overall", "altogether",
    }  # fmt: skip
    of_all = any(item.tags & {"everything", "platform", "workspace"} for item in clause.items)
    of_all = of_all or (not changes and ("we" in words or _chooses(clause.items)))
    return not (wide or of_all) and len(words) <= 10


def _chooses(items: tuple[Item, ...]) -> bool:
    """ "which node is the busiest", "is there any app without", "top 3 by cpu": about all, whatever was named."""
    for item, after in pairwise(items):
        kind = after.tags & {"app", "node", "project"} and not after.mention
        if item.word in _WHICH and (kind or (item.word == "which" and "alert" in after.tags)):
            return True
        if item.word in _FIRST and (item.word != "most" or after.word not in _RECENT):
            return True
    return items[-1].word in _FIRST


_WHICH = word_set("which what any some another")
_FIRST = word_set(
    "top busiest highest biggest largest heaviest hungriest worst slowest most least cheapest priciest loudest"
)
_RECENT = word_set("recent recently often")


_VERSIONS = word_set("version release revision rev image build deploy deployment before previous older")


def of_a_change(items: tuple[Item, ...], setting: Setting) -> bool:
    """ "revert this" after a change of this conversation; "revert to the version before" is of the application."""
    return setting.dialogue.change is not None and not any(item.word in _VERSIONS for item in items)


def in_order(items: tuple[Item, ...], setting: Setting) -> tuple[Resolved, ...]:
    """ "the second one", "both", "the other": by the order in which they were named."""
    return resolved(pointed(items, setting.dialogue, setting.index), setting.index)


_WHOLE = word_set("workspace cluster environment platform lot")


def _names_the_whole(items: tuple[Item, ...], pointer: str) -> bool:
    """ "in this workspace", "how's it looking overall": the word points at no application."""
    following = [after.word for item, after in pairwise(items) if item.word == pointer]
    overall = any(item.word in ("overall", "altogether") for item in items)
    return overall or (bool(following) and all(word in _WHOLE for word in following))


_BEING = word_set("is are was were be any")


def points_at_a_place(items: tuple[Item, ...]) -> bool:
    """ "which apps there …", "anything broken there?"; not "what is there", "are there nodes"."""
    words = [item for item in items if not item.is_mark]
    return any(
        item.word == "there"
        and place > 0
        and words[place - 1].word not in _BEING
        and not (place + 1 < len(words) and words[place + 1].word in _BEING)
        for place, item in enumerate(words)
    )


def begun_by(items: tuple[Item, ...], setting: Setting) -> tuple[Resolved, ...]:
    """ "can it reach B": the near end is what was spoken of."""
    words = [item for item in items if not item.is_mark][:4]
    place = next((place for place, item in enumerate(words) if item.word == "it"), -1)
    named = next((place for place, item in enumerate(words) if item.mention), len(words))
    context = context_of(setting.dialogue, setting.index, setting.before)
    if not 0 < place < named or not context or (len(context) > 1 and not last_of_connection(setting.dialogue)):
        return ()
    return (Resolved(context[0], "it", 0.9, "dialogue"),)


def last_of_connection(dialogue: Dialogue) -> bool:
    """ "can A reach B", then "so why is it slow": the one that was to reach the other."""
    last = last_frame(dialogue)
    return last is not None and last.intent == Intent.CONNECTIVITY


def pointed_at(items: tuple[Item, ...], found: Found, setting: Setting) -> Found:
    """For readings: "its pods", "is it ok" point at what was spoken of last."""
    if found.targets or found.ambiguous or found.unknown:
        return found
    if known := in_order(items, setting):
        return replace(found, targets=known)
    pointer = points_back(items)
    if pointer is None or _names_the_whole(items, pointer):
        return found
    seen = setting.before or setting.seen
    context = spoken_of(items, setting if setting.before or not seen else replace(setting, before=seen))
    if pointer in ("it", "its") and not seen and last_of_connection(setting.dialogue) and len(context) > 1:
        context = context[:1]
    if not context and (focus := focus_of(setting.dialogue, setting.index)):
        return replace(found, targets=tuple(Resolved(entity, pointer, 0.8, "focus") for entity in focus))
    place = place_before(setting.dialogue) if pointer in ("it", "its", "that") and not context else None
    found = replace(found, namespace=found.namespace or place)  # "make it cheaper", of a project
    return replace(found, targets=from_context("them", context, mention=pointer).targets)
