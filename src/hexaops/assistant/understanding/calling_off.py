"""What takes the last change back, or takes it up again: "no wait, none of that", "cancel it", "now the restart".

Before the change was agreed to, taking it back is a no; after that it is something to cancel.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, Intent, Mode
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Spoken, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import resolved, spoken_last

_LONGEST = 8
_SMALL = word_set(
    "no nah nope wait hm hmm ah oh oops sorry actually please pls now then ok okay it that this these those them of "
    "the all whole thing quick quickly fast asap immediately still yet rather better at once both everything so"
)
_STOPS = word_set("cancel abort stop halt interrupt")
_DROPS = word_set("none nothing drop forget scrap skip leave")
_NOUNS = {
    "restart": Intent.RESTART_APPLICATION,
    "reboot": Intent.RESTART_APPLICATION,
    "bounce": Intent.RESTART_APPLICATION,
    "scale": Intent.SCALE_APPLICATION,
    "scaling": Intent.SCALE_APPLICATION,
    "scale-up": Intent.SCALE_APPLICATION,
    "stop": Intent.STOP_APPLICATION,
    "shutdown": Intent.STOP_APPLICATION,
    "start": Intent.START_APPLICATION,
    "upgrade": Intent.CONFIG_UPDATE,
    "update": Intent.CONFIG_UPDATE,
    "deploy": Intent.CONFIG_UPDATE,
    "deployment": Intent.CONFIG_UPDATE,
    "rollback": Intent.ROLLBACK_APPLICATION,
    "delete": Intent.DELETE_APPLICATION,
    "deletion": Intent.DELETE_APPLICATION,
    "drain": Intent.NODE_MAINTENANCE,
    "quota": Intent.UPDATE_QUOTA,
}
_ON = word_set("now go proceed continue ahead finally do")
_ONWARDS = _SMALL | _ON | word_set("fine alright right great good thanks and on with to back do make well cool perfect")
_CHANGES = CHANGE_INTENTS | LATER_CHANGES


def called_off(clauses: Sequence[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """The message as a no, or as a cancellation of what was agreed to; None where it is neither."""
    if not _is_about_a_change(dialogue):
        return None
    said = [item for clause in clauses for item in clause.items if not item.is_mark]
    if not said or len(said) > _LONGEST or any(item.number for item in said):
        return None
    if not dialogue.agreed and _leaves_it(said):
        return Understanding(Intent.DENY, 0.9)
    tail = [item for item in clauses[-1].items if not item.is_mark]
    if _forgets(tail) and len(said) - len(tail) <= 3:
        return Understanding(Intent.DENY, 0.9)
    words = [word for item in said for word in item.word.split()]
    if not dialogue.agreed and _drops_the_last(words, dialogue):
        return Understanding(Intent.DENY, 0.9)
    if not all(item.tags & {"deny", "no", "polite"} or _is_small(item) for item in said):
        return None
    stops = bool(_STOPS & set(words))
    if dialogue.agreed and stops:
        change = dialogue.change or spoken_last(dialogue)
        return Understanding(Intent.CANCEL_ACTION, 0.9, Mode.REQUEST, targets=resolved(change.targets, index))
    denies = any(item.tags & {"deny", "no"} for item in said) or "wait" in words or "none" in words
    if denies and (stops or _DROPS & set(words)):
        return Understanding(Intent.DENY, 0.9)
    return None


_REFUSES = word_set("not cancel abort halt never hold")
_BESIDE_NO = word_set(
    "stop do off on bother mind plan change request yet needed longer any more anymore rather ugh omg argh gosh eh oj "
    "second thought thoughts after lets skip forget drop scrap scratch"
)


def _drops_the_last(words: Sequence[str], dialogue: Dialogue) -> bool:
    """ "better not", "hold off", "omg no, cancel": no to the change that was spoken of last, which runs not yet."""
    last = spoken_last(dialogue)
    if last.intent not in set(Intent) or Intent(last.intent) not in _CHANGES:
        return False
    plainly = all(word in _SMALL or word in _REFUSES or word in _BESIDE_NO or word in _STOPS for word in words)
    return plainly and bool(_REFUSES & {*words}) and "mind" not in words[:1]


_LEFT = word_set("be alone as is on off up down running stopped going it them that this like there are was were")


def _leaves_it(said: Sequence[Item]) -> bool:
    """ "no, leave it running", "leave them as they are"."""
    words = [word for item in said for word in item.word.split()]
    place = next((place for place, word in enumerate(words) if word in ("leave", "keep")), -1)
    if place < 0 or words[place + 1 : place + 2] not in (["it"], ["them"], ["that"]) or any(i.mention for i in said):
        return False
    rest = [*words[:place], *words[place + 1 :]]
    return len(rest) > 1 and all(word in _LEFT or word in _SMALL for word in rest)


def _is_about_a_change(dialogue: Dialogue) -> bool:
    last = spoken_last(dialogue).intent
    return dialogue.change is not None or (last in set(Intent) and Intent(last) in _CHANGES)


def _is_small(item: Item) -> bool:
    if item.mention:
        return False
    return all(word in _SMALL or word in _STOPS or word in _DROPS for word in item.word.split())


def _forgets(said: Sequence[Item]) -> bool:
    """ "no, forget the reboot"."""
    words = [item.word for item in said]
    drops = [place for place, word in enumerate(words) if word in ("forget", "drop", "scrap", "skip")]
    if not drops or any(item.mention for item in said):
        return False
    return all(word in _SMALL or word in _NOUNS for place, word in enumerate(words) if place not in drops)


def taken_up_again(clauses: Sequence[Clause], dialogue: Dialogue, index: NameIndex) -> Understanding | None:
    """ "fine, now the restart": the change that was spoken of before something else came between."""
    change = dialogue.change
    if change is None or any(clause.is_question for clause in clauses):
        return None
    if dialogue.agreed:
        return _turned_back(clauses, change, index)
    said = [item for clause in clauses for item in clause.items if not item.is_mark]
    words = [word for item in said for word in item.word.split()]
    if len(words) > _LONGEST or any(item.mention or item.number for item in said):
        return None
    nouns = [place for place, word in enumerate(words) if word in _NOUNS and place and words[place - 1] in _ARTICLES]
    named = nouns[0] if len(nouns) == 1 and _ON & {*words} else _verb_of_it(words, dialogue)
    rest = [word for place, word in enumerate(words) if place != named]
    if named < 0 or not all(word in _ONWARDS for word in rest):
        return None
    return _again(change, _NOUNS[words[named]], index)


_AROUND_AGAIN = _SMALL | word_set("again back stop down shut off and well fine alright right")


def _turned_back(clauses: Sequence[Clause], change: Spoken, index: NameIndex) -> Understanding | None:
    """ "stop it again" after a start that was agreed to: no mere cancellation."""
    words = [word for clause in clauses for item in clause.items if not item.is_mark for word in item.word.split()]
    stops = "again" in words and bool({"stop", "shut"} & {*words}) and all(word in _AROUND_AGAIN for word in words)
    if change.intent != Intent.START_APPLICATION or not stops or not {"it", "that", "them", "both"} & {*words}:
        return None
    targets = resolved(change.targets, index)
    return Understanding(Intent.STOP_APPLICATION, 0.9, Mode.REQUEST, targets=targets) if targets else None


def _verb_of_it(words: Sequence[str], dialogue: Dialogue) -> int:
    """Place of the verb of "ok, restart it then", where only questions about it came between; -1 where none is."""
    last, change = spoken_last(dialogue), dialogue.change
    verbs = [at for at, word in enumerate(words) if word in _NOUNS and words[at + 1 : at + 2] in (["it"], ["them"])]
    if change is None or last == change or len(verbs) != 1:
        return -1
    return verbs[0] if {*last.targets} <= {*change.targets} else -1


_ARTICLES = word_set("the that this")


def _again(change: Spoken, meant: Intent, index: NameIndex) -> Understanding | None:
    same = change.intent == meant.value
    asked = change.mode in (Mode.REQUEST.value, Mode.READ.value)
    if not (same and asked):
        return None
    intent = Intent(change.intent)
    mode = Mode.REQUEST if intent in CHANGE_INTENTS or change.slots is not None else Mode.READ
    return Understanding(
        intent, 0.9, mode, targets=resolved(change.targets, index), parameters=change.parameters, slots=change.slots
    )
