"""Requests in one sentence that become plans of actions which change nothing in a cluster: alerts, diagnostics.

The understanding names the kind; whether it is asked for now is told here from the words before the condition ("alert
me **when** it is not ready" is a request). A question, a report or a refusal plans nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from hexaops.assistant.answers.draft import Draft, Suggestion
from hexaops.assistant.understanding import Intent
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.normalise import word_set
from hexaops.features.chat.planning import Request, Wanted
from hexaops.features.chat.reading.asking import Reading

PROPOSED = frozenset({Intent.ALERT_CREATE, Intent.ALERT_ACKNOWLEDGE, Intent.CONNECTIVITY, Intent.DIAGNOSTICS})
"""Intents whose answers may hold a plan though the understanding sees no change of the cluster in them."""
MOST_PLANS = 5
_NOT_NOW = frozenset({Mode.NEGATED, Mode.REPORTED, Mode.PAST, Mode.HOWTO, Mode.HYPOTHETICAL, Mode.ADVICE})
_CONDITION = re.compile(r"\b(?:when|whenever|if|once|as soon as)\b")
_QUESTION = word_set(
    "who what when where why how which whether did does do was were is are has have had should shall may might suppose "
    "imagine"
)
_TAKEN_BACK = word_set(
    "don't dont not no never without nobody said says told asked yesterday already wonder cancel nevermind cannot "
    "can't won't"
)
_WORD = re.compile(r"[a-z']+")


def asks_now(message: str, mode: Mode) -> bool:
    """Whether the sentence asks for it, rather than about it."""
    text = message.casefold().replace("’", "'")
    if mode in _NOT_NOW or '"' in text or "“" in text:
        return False
    said = _CONDITION.split(text, maxsplit=1)[0]
    words = _WORD.findall(said)
    if not words:  # "when web-app is down, alert me"
        return not _TAKEN_BACK.intersection(_WORD.findall(text.rpartition(",")[2]))
    return words[0] not in _QUESTION and not _TAKEN_BACK.intersection(words)


async def propose(reading: Reading, wanted: Sequence[Wanted], draft: Draft) -> None:
    """Plan these, at most five, each told with how to confirm it."""
    if reading.planner is None:
        draft.fulfilled = False
        draft.say("Changes are planned only when the user asks for them.")
        draft.suggest(Suggestion(wanted[0].action, f"Plan to {wanted[0].what}", reading.message[:200]))
        return
    request = Request(reading.caller, reading.session_id, reading.asked, reading.facts)
    await reading.planner.propose(request, wanted[:MOST_PLANS], draft)
    if len(wanted) > MOST_PLANS:
        draft.say(f"I plan at most {MOST_PLANS} at once: {len(wanted) - MOST_PLANS} more were left out.")
