"""Yes to the change that was spoken of last, in other words than "yes": "lgtm, ship it", "carry it out", "go 4 it".

A message agrees when nothing but such words stands in it: one that counts, names or asks anything is read for itself.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, Intent
from hexaops.assistant.understanding.model import Dialogue, Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.recalled import spoken_last

_AGREES = word_set(
    "go proceed ahead confirm confirmed yes y yep yup yeah sure approved apply execute send ship submit bet roger run "
    "affirmative agreed approve accepted deal lgtm fire aye works"
)
_PHRASES = (("do", "so"), ("carry", "out"), ("carry", "on"), ("push", "it"), ("roll", "it"), ("green", "light"))
_BESIDE = word_set(
    "ok okay fine alright all right good great perfect please pls it that this for on then now lets let us and so well "
    "thanks thx do make out away with you may the plan change i me am by happy looks sounds is"
)
_PLAINLY = _AGREES | _BESIDE | frozenset(word for phrase in _PHRASES for word in phrase)


def agreed_to(clauses: Sequence[Clause], dialogue: Dialogue) -> Understanding | None:
    """ "go", "alright proceed", "looks right, apply it": yes to the change that was spoken of last."""
    last = spoken_last(dialogue).intent
    if last not in set(Intent) or Intent(last) not in CHANGE_INTENTS | LATER_CHANGES:
        return None
    if any(clause.is_question for clause in clauses):
        return None
    words = {word for clause in clauses for item in clause.items if not item.is_mark for word in item.word.split()}
    agrees = words & _AGREES or any({*phrase} <= words for phrase in _PHRASES)
    return Understanding(Intent.CONFIRM, 0.9) if agrees and words <= _PLAINLY else None
