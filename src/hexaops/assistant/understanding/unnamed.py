"""Complaints about something of ours that has no such name here: "my checkout is slow"."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec.structs import replace

from hexaops.assistant.understanding import names
from hexaops.assistant.understanding.english import NOUN, parts_of_speech
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Understanding, UnknownName
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking

SURE_OF_OTHERS = 0.95
"""From here on it is about something else: "my laptop is slow"."""
_OURS = word_set("my our")
_TELLING = word_set("is are was seems looks gets got has keeps feels became")
_ILL = frozenset({"slow", "failing", "unhealthy", "pending", "not_ready", "fail"})


def _lost_node(items: Sequence[Item]) -> str | None:
    """ "what would happen if the node worker-9 dies?": the name of a node that is not there."""
    if not any("what_if" in item.tags for item in items):
        return None
    for before, item in pairwise(items):
        said, candidates = item.text.lower().split(), item.mention.candidates if item.mention else ()
        near = [one for one in candidates if one.entity.kind == "node"]
        if near and said[0] == "node" and len(said) == 2 and all(one.entity.name != said[1] for one in near):
            return item.text.split()[1]
        strange = (item.looks_like_name or item.is_unknown) and all(one.score < 1 for one in candidates)
        if "node" in before.tags and not before.mention and strange:
            return item.text
    return None


def with_unknown_name(
    parts: Sequence[Understanding], items: Sequence[Item], whole: Ranking, index: NameIndex
) -> Understanding:
    """The question with the name that nothing here has; as it is where the message complains of nothing of ours."""
    asked = parts[0]
    if len(parts) == 1 and not asked.targets and (lost := _lost_node(items)) is not None and not asked.wants_plan:
        unknown = UnknownName(lost, names.suggestions(index, lost))
        return replace(asked, intent=Intent.NODE_STATUS, confidence=0.6, unknown_names=(unknown,), ambiguous=())
    if len(parts) > 1 or asked.intent is not Intent.OUT_OF_SCOPE or whole.probability >= SURE_OF_OTHERS:
        return asked
    said = [item for item in items if not item.is_mark]
    for first, noun, after in zip(said, said[1:], said[2:], strict=False):
        tells = after.word.partition(" ")[0] in _TELLING or bool(after.tags & _ILL)
        named = noun.mention is None and (noun.is_unknown or bool(parts_of_speech(noun.word) & NOUN))
        if first.word in _OURS and named and tells and any(item.tags & _ILL for item in said):
            slow = any("slow" in item.tags for item in said)
            unknown = UnknownName(noun.text, names.suggestions(index, noun.text))
            intent = Intent.PERFORMANCE_ANALYSIS if slow else Intent.DIAGNOSE
            return replace(asked, intent=intent, confidence=0.5, unknown_names=(unknown,))
    return asked
