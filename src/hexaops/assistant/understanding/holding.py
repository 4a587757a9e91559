"""What holds a change back though its words read whole: "hold off on A", "they want", "the last one only if you must".

Each rule is a class of its own, and a match only ever turns a plan into a question.
"""

from __future__ import annotations

from itertools import pairwise

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.setting import last_frame
from hexaops.assistant.understanding.speech import skip_opening
from hexaops.assistant.understanding.targets import Found
from hexaops.assistant.understanding.verbs import WEAK

_HOLDS = {"hold": word_set("off back fire on"), "hang": word_set("fire on back"), "stand": word_set("by down")}
_OTHERS = word_set("they he she people everyone everybody someone somebody")
_WANTING = word_set("want wants wanted say says said ask asks asked insist insists demand demands told think thinks")
_OF_ONE = frozenset(ORDINALS) | word_set("latter former last other")
_DOUBTING = word_set(
    "only not maybe perhaps rather wait waits later stay stays if unless after until tonight tomorrow optional careful "
    "possibly probably skip leave never"
)
_PEOPLE = word_set("team everyone someone somebody bob alice he she they boss manager colleague")
_STATES = frozenset({"pending", "failing", "fail", "running", "not_ready"})
_LEADS = word_set("well but the and oh so")


def holds_off(clause: Clause) -> int | None:
    """Where "hold off on A", "hang fire on A" begins, or None: to wait is no stop."""
    position, _ = skip_opening(clause.items)
    words = [item.word for item in clause.items[position : position + 2]]
    if len(words) < 2:
        return None
    return position if words[1] in _HOLDS.get(words[0], ()) else None


def others_want(items: tuple[Item, ...], at: int) -> tuple[str, ...]:
    """ "scale A to 5, they want": the wish of others, said behind the request."""
    return tuple(
        after.text
        for before, after in pairwise(items[max(at, 0) :])
        if before.word in _OTHERS and after.word in _WANTING
    )


def sets_a_variable(items: tuple[Item, ...]) -> tuple[str, ...]:
    """ "set A=1 on web-app": a variable with the name of a small word is no count."""
    return tuple(
        before.text
        for before, sign, value in zip(items, items[1:], items[2:], strict=False)
        if sign.word == "=" and value.number and before.mention is None and len(before.text) == 1
    )


def backs_up_another(before: Clause, clause: Clause) -> bool:
    """ "turn A off and back up B": switched off and on again, or a backup of B?"""
    words = [word for item in clause.items if not item.is_mark for word in item.word.split()]
    return clause.join == "soft" and before.words[-1:] == ("off",) and words[:2] == ["back", "up"]


def pauses_rollouts(items: tuple[Item, ...], at: int) -> tuple[str, ...]:
    """ "pause deployments of A": new versions of A, not A."""
    pauses = at >= 0 and items[at].lemma in ("pause", "halt", "suspend")
    return (
        tuple(i.text for i in items if i.word in ("deployments", "deploys", "rollouts", "releases")) if pauses else ()
    )


def begins_to_do(items: tuple[Item, ...], at: int) -> tuple[str, ...]:
    """ "start looking at A", "stop logging to A": what is begun or ended is said behind the verb."""
    after = items[at + 1] if 0 <= at < len(items) - 1 else None
    begins = after is not None and items[at].lemma in ("start", "begin", "stop", "resume", "continue")
    return (after.text,) if after and begins and _is_gerund(after) else ()


def _is_gerund(item: Item) -> bool:
    return item.mention is None and not item.tags & _STATES and item.text.lower().split()[0].endswith("ing")


def tells_of_a_text(clause: Clause) -> bool:
    """ "the ticket: A must be restarted", "from the runbook:": another's words follow the colon."""
    return any("tell_kind" in item.tags and item.word not in _PEOPLE for item in clause.items)


def of_which(items: tuple[Item, ...], verb: str, found: Found, dialogue: Dialogue) -> tuple[str, ...]:
    """ "scale A to 4", "what does B run?", "make that 5": the number of A, or of B?"""
    last, change = last_frame(dialogue), dialogue.change
    if change is None or last is None or change.intent != Intent.SCALE_APPLICATION or verb not in WEAK:
        return ()
    if last.intent == change.intent or any(item.mention for item in items):
        return ()
    meant = {target.entity.id for target in found.targets}
    return tuple(item.text for item in items if item.number) if meant and meant != set(change.targets) else ()


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
