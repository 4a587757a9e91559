"""Questions whether something goes on by itself: "is web-app restarting?", "does it restart a lot?".

The subject of the verb is what is asked about, so nobody speaks of making the change; "is restarting web-app safe?" has
no such subject.
"""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.normalise import word_set

_BE = word_set("is are was were isn't aren't")
_DO = word_set("does do did")
_BEFORE_SUBJECT = word_set("the my our any some all of these those")
_BETWEEN = word_set("still now currently again constantly always just even really actually being often ever keep keeps")


def going_on(clause: Clause, at: int) -> Intent | None:
    """The intent of a question whether the verb at this place happens to its subject, else None."""
    items = clause.items
    first = next((place for place, item in enumerate(items) if not item.is_mark), 0)
    opens = items[first].word
    if at <= first or opens not in _BE | _DO:
        return None
    subject = first + 1
    while subject < at and items[subject].word in _BEFORE_SUBJECT:
        subject += 1
    if subject >= at or not (items[subject].mention or "pod" in items[subject].tags or items[subject].word == "it"):
        return None
    between = items[subject + 1 : at]
    if any(item.word not in _BETWEEN and "pod" not in item.tags for item in between):
        return None
    told = items[at].word.endswith("ing") or any(item.word == "being" for item in between)
    if not (told if opens in _BE else "base" in items[at].forms):
        return None
    of_pods = "pod" in items[subject].tags or any("pod" in item.tags for item in between)
    return Intent.POD_STATUS if of_pods or opens in _DO else Intent.STATUS_QUERY
