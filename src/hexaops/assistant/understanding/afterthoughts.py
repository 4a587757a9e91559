"""What a later clause does to the request before it: takes it back, leaves something out, or limits it."""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, Intent, Mode
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.reading import Reading

_RETRACTS = frozenset({"deny", "no", "not"})
_LEADS_TO_LIMIT = word_set("but and only just or so then maybe though")
_LIMITING = word_set("in at on every each next this for not")


def takes_back(clause: Clause, understanding: Understanding) -> bool:
    """ "… no wait, don't", "actually, never mind": said after a request, it is not one any more."""
    if understanding.intent is Intent.DENY:
        return True
    said = [item for item in clause.items if not item.is_mark]
    words = [word for item in said for word in item.word.split() if word not in ("or", "oh", "hm", "no", "but", "ah")]
    if words[:1] == ["wait"] or words[:2] == ["hold", "on"]:
        return understanding.intent not in CHANGE_INTENTS
    return len(said) <= 4 and any(item.tags & _RETRACTS for item in said) and not any(i.mention for i in said)


def leaves_out(clause: Clause) -> bool:
    """ "restart everything. Not database-app": which are left is asked."""
    items = [item for item in clause.items if not item.is_mark]
    begins = bool(items) and (items[0].word in ("not", "but", "only", "keep", "leave") or "except" in items[0].tags)
    return begins and any(item.mention for item in items)


def limit_after(clause: Clause, reading: Reading) -> Mode | None:
    """ "…, but only if nobody is checking out", "…, tomorrow": takes the "now" away from the clause before."""
    if clause.join not in ("soft", "contrast") or reading.mode is Mode.REQUEST:
        return None
    if _takes_distance(clause):
        return Mode.REPORTED
    words = [item for item in clause.items if not item.is_mark and item.word not in _LEADS_TO_LIMIT]
    if not words or not (words[0].tags & {"if", "later"} or words[0].word in _LIMITING):
        return None
    return limits_of_request(clause.items)


_SAYING = word_set("say says said want wants wanted ask asks asked told think thinks suggest suggested")
_DISTANCE = word_set(
    "joke joking kidding said says against already yesterday mistake plan planned idea "
    "deciding asking considering discussing debating"
)


def _takes_distance(clause: Clause) -> bool:
    """ "…, they said", "…, that was yesterday's plan", "…, nobody wants that": no reason to do it."""
    words = [item for item in clause.items if not item.is_mark]
    told = len(words) <= 4 and any(item.word in _SAYING for item in words[1:])
    return told or any(item.word in _DISTANCE for item in words)
