"""Changes of whatever is beyond a number: "restart all pods with more than 5 restarts". What is meant is counted and
named, and the change of exactly that is offered; a plan is made after a yes."""

from __future__ import annotations

import re
from collections.abc import Collection

from hexaops.assistant.answers import changes
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.offers import ask_to_confirm
from hexaops.assistant.answers.possible import EXECUTE
from hexaops.assistant.understanding.bounds import bound_in
from hexaops.assistant.understanding.intents import Intent, Mode
from hexaops.assistant.understanding.inventory import KnownEntity
from hexaops.assistant.understanding.model import Resolved, Understanding
from hexaops.features.chat.reading.resources import without_names

OFFERED_AT_ONCE = 20
_VERBS = {
    **dict.fromkeys(("restart", "bounce", "recycle", "reboot", "kill"), Intent.RESTART_APPLICATION),
    **dict.fromkeys(("stop", "shut down", "turn off", "switch off"), Intent.STOP_APPLICATION),
}
_DEED = re.compile(
    r"^\W*(?:(?:please|pls|now|ok(?:ay)?|hey|can you|could you|would you|i want you to|then|and),? )*"
    r"(?P<verb>restart|bounce|recycle|reboot|kill|stop|shut down|turn off|switch off) "
    r"(?:(?:all|every|each|any|only|just|the|those|these|of|our|my) )*"
    r"(?:pods?|containers?|apps?|applications?|services?|workloads?|deployments?|everything|anything|whatever|ones|"
    r"those|all)\b[^,;]{0,20}?\b(?:that|which|with|above|over|under|below|using|having|whose|where|costing|older|"
    r"younger|newer|more|less|at|beyond|exceeding)\b"
)
_CONDITION = re.compile(r"\b(?:if|when(?:ever)?|once|unless|until|except|but not|without)\b")


def deed_of_bound(message: str, asked: Understanding, facts: Facts) -> Intent | None:
    """The change that the message asks for of all that is beyond a number, and of nothing that it names."""
    named = asked.ambiguous or any(found.entity.kind in ("application", "pod") for found in asked.targets)
    if named or asked.parts or asked.mode in (Mode.NEGATED, Mode.HOWTO):
        return None
    text = without_names(message, facts.applications or ())
    found = _DEED.search(text)
    if found is None or _CONDITION.search(text) or bound_in(text) is None:
        return None
    return _VERBS[found["verb"]]


def offer_deed(deed: Intent, ids: Collection[str], facts: Facts, draft: Draft) -> None:
    """Ask whether the applications with these ids shall be changed; nothing is asked where there is none."""
    meant = [one for one in facts.applications or () if one.id in ids]
    if not meant:
        return
    draft.gap()
    if EXECUTE not in facts.permissions:
        changes.tell_forbidden(draft, facts)
        return
    if len(meant) > OFFERED_AT_ONCE:
        draft.fulfilled = False
        draft.say(f"I plan at most {OFFERED_AT_ONCE} applications at once: name them.")
        return
    targets = tuple(
        Resolved(KnownEntity(one.id, "application", one.name, one.project, one.kind), one.name, 1.0) for one in meant
    )
    if not ask_to_confirm(Understanding(deed, 1.0, mode=Mode.REQUEST, targets=targets), facts, draft):
        draft.fulfilled = False
        draft.say("None of these can be changed so now.")
