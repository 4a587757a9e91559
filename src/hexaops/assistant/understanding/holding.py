"""What holds a change back though its words read whole: "hold off on A", "they want", "the last one only if you must".

Each rule is a class of its own, and a match only ever turns a plan into a question.
"""

from __future__ import annotations

from itertools import pairwise

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.speech import skip_opening

_HOLDS = {"hold": word_set("off back fire on"), "hang": word_set("fire on back"), "stand": word_set("by down")}
_LEAVES = word_set("leave keep")
_STATES = word_set("off down up on offline online stopped running alone paused")
_OF_ONE = frozenset(ORDINALS) | {"other"}
_DOUBTING = word_set(
    "only not maybe perhaps rather wait waits later stay stays if unless after until tonight tomorrow optional careful "
    "possibly probably skip leave never"
)
_PEOPLE = word_set("team everyone someone somebody bob alice he she they boss manager colleague")
_LEADS = word_set("well but the and oh so")


def holds_off(clause: Clause) -> int | None:
    """Where "hold off on A", "hang fire on A", "leave A off" begins, or None: to wait is no stop."""
    position, _ = skip_opening(clause.items)
    words = [item.word for item in clause.items[position : position + 2]]
    if len(words) < 2:
        return None
    stays = words[0] in _LEAVES and any(
        one.mention and two.word in _STATES for one, two in pairwise(clause.items[position:])
    )
    return position if stays or words[1] in _HOLDS.get(words[0], ()) else None


def backs_up_another(before: Clause, clause: Clause) -> bool:
    """ "turn A off and back up B": switched off and on again, or a backup of B?"""
    words = [word for item in clause.items if not item.is_mark for word in item.word.split()]
    return clause.join == "soft" and before.words[-1:] == ("off",) and words[:2] == ["back", "up"]


def tells_of_a_text(clause: Clause) -> bool:
    """ "the ticket: A must be restarted", "from the runbook:": another's words follow the colon."""
    return any("tell_kind" in item.tags and item.word not in _PEOPLE for item in clause.items)


def doubts_one(clause: Clause) -> bool:
    """ "the last one only if you must", "the latter rather not", after several were named."""
    items = [item for item in clause.items if not item.is_mark]
    while items and (items[0].word in _LEADS or items[0].tags & {"greet"}):
        items = items[1:]
    words = [word for item in items for word in item.word.split()]
    points = bool(_OF_ONE & set(words[:1])) or (bool(_DOUBTING & set(words[:1])) and bool(_OF_ONE & set(words[1:4])))
    named = bool(items) and items[0].mention is not None and words[-1:] == ["not"]
    return (points or named) and bool(_DOUBTING & set(words)) and len(words) <= 14


_DOUBTS = word_set(
    "or what if but without right think not unless maybe perhaps guess wonder how why should would could "
    "looks seems shows appears question stopped down off offline restarting gone dead silent unreachable "
    "need needs want wants know sure used uses using depend depends rely relies answer"
)
_TELLING = word_set("it they users customers clients we people the its our my nobody")


def tells_why(clause: Clause) -> bool:
    """ "(could A be stopped,) it mails the wrong customers": a reason, neither asked nor doubted."""
    words = [word for item in clause.items if not item.is_mark for word in item.word.split()]
    plain = clause.join in ("soft", "hard") and not clause.is_question and len(words) > 2
    return plain and words[0] in _TELLING and not _DOUBTS & set(words)
