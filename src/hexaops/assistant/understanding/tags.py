"""What a clause holds, as tags: those of its words, and those that depend on the whole of it."""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.english import ADJECTIVE, BASE, NOUN, PAST, parts_of_speech
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import time_unit_seconds

_AUXILIARIES = word_set("is are was were does do did has have had will can could should not")
_SUBJECTS = word_set("i we it they he she this that there the my our your these those users customers people someone")


def has_finite_verb(clause: Clause) -> bool:
    """ "users complain", "web-app is slow": told, where "errors of web-app please" asks."""
    words = [item for item in clause.items if not item.is_mark and not item.tags & {"greet", "yes", "thank"}]
    if not words or not (words[0].mention or words[0].word in _SUBJECTS):
        return False
    if words[0].word in ("i", "we") and len(words) > 1 and words[1].word.partition(" ")[0] in ("need", "want", "would"):
        return False
    bare = {"base"} if words[0].mention else set()  # "minio disk forecast"
    return any(
        "aux" in i.tags or i.forms - bare or _AUXILIARIES & {*i.word.split()} or _only_past(i) for i in words[1:]
    )


def _only_past(item: Item) -> bool:
    """ "went", "broke": nothing else than a verb of the past."""
    kinds = 0 if item.mention else parts_of_speech(item.word)
    return bool(kinds & PAST) and not kinds & (BASE | NOUN | ADJECTIVE)


TALK = (
    (Intent.DENY, "deny", 0.95),
    (Intent.DENY, "no", 0.93),
    (Intent.CONFIRM, "yes", 0.93),
    (Intent.THANKS, "thank", 0.96),
    (Intent.GOODBYE, "bye", 0.95),
    (Intent.GREETING, "greet", 0.95),
)


def clause_tags(clause: Clause, *, after_change: bool = False) -> set[str]:
    """All tags of the clause, with those that depend on the whole of it."""
    tags: set[str] = set()
    items = [item for item in clause.items if not item.is_mark]
    for item in items:
        if not item.quoted or item.mention:
            tags |= item.tags | _own_tags(item)
    if clause.is_question or (items and items[0].tags & {"wh", "aux", "how_to", "how_is", "how_many", "any"}):
        tags.add("?")
    if items and items[0].word in ("could", "would", "will", "can", "should"):
        tags.add("aux_first")
    tags |= {item.word for item in items if item.word in ("why", "where")}
    if _counts_restarts(items, tags):
        tags.add("restart_count")
    if any(item.word in ("need", "needs") for item in items):
        tags.add("need")
    if "action_noun" in tags and _names_action(clause):
        tags.add("action_named")
    if sum(1 for item in items if "filler" not in item.tags) <= 2:
        tags.add("brief")
    if tags & {"recent", "recently"} or any(time_unit_seconds(word) or word == "today" for word in clause.words):
        tags.add("period")
    if after_change:
        tags.add("after_change")
    return tags | _lead_tags(clause)


def _own_tags(item: Item) -> set[str]:
    """Tags that an item has by what it is: a named entity, a quantity, a progressive form."""
    tags = {f"@{candidate.entity.kind}" for candidate in item.mention.candidates[:3]} if item.mention else set()
    if item.number and item.number.kind == "quantity":
        tags.add("quantity")
    if "ing" in item.forms:
        tags.add("progressive")
    return tags


def _counts_restarts(items: list[Item], tags: set[str]) -> bool:
    """ "restarts of A", "how many restarts", "which pods restarted most": the containers' own, nobody's change."""
    for position, item in enumerate(items):
        if item.word == "restarts":
            after = items[position + 1].word if position + 1 < len(items) else ""
            return "how_many" in tags or "most" in tags or (position < 2 and after in ("of", "for", "per"))
        if "restart" in item.tags and {"most", "pod", "wh"} <= tags:
            return "base" not in item.forms
    return False


def _names_action(clause: Clause) -> bool:
    items = clause.items
    articles = ("the", "my", "that", "this", "last", "a", "current", "previous", "running")
    return any(
        "action_noun" in item.tags and (position and items[position - 1].word in articles)
        for position, item in enumerate(items)
    )


def _lead_tags(clause: Clause) -> set[str]:
    """`deploy_lead` and its kind: the verb that the clause begins with, apart from openings."""
    for item in clause.items:
        if item.mention:
            return set()
        if item.tags & {"wh", "aux", "how_to"} and item.word not in ("can", "could", "would", "will"):
            return set()
        if "base" in item.forms and item.tags - {"say", "filler", "change", "use", "complete", "yes", "go"}:
            return {f"{tag}_lead" for tag in item.tags}
    return set()


def score_talk(clause: Clause, tags: set[str]) -> dict[Intent, float]:
    """Greetings, thanks, yes and no: only where the clause says nothing else."""
    items = clause.items
    others = [item for item in items if not item.is_mark and item.says_platform and not item.tags & _TALK_TAGS]
    if others:
        return {}
    words = clause.words
    scores = {intent: strength for intent, tag, strength in TALK if tag in tags}
    if words and words[0] in _ASKING:
        scores = {intent: s for intent, s in scores.items() if intent not in (Intent.CONFIRM, Intent.DENY)}
    if clause.is_question and any(item.mention for item in items):  # "fluent-bit alright?"
        scores = {intent: s for intent, s in scores.items() if intent not in (Intent.CONFIRM, Intent.DENY)}
    if {"?", "everything", "healthy"} <= tags:  # "hey, everything fine?"
        scores.pop(Intent.GREETING, None)
    if words in (("wait",), ("hold", "on")):
        scores[Intent.DENY] = 0.8
    if words in (("do", "not"), ("not", "now"), ("stop", "that"), ("do", "not", "do", "it")):
        scores[Intent.DENY] = 0.9
    foreign = sum(1 for item in clause.items if item.is_foreign)
    if set(scores) <= {Intent.THANKS, Intent.GREETING, Intent.GOODBYE} and foreign <= 1 and len(words) <= 5:
        return scores
    if foreign or len(words) > 7:
        scores = {intent: strength * 0.5 for intent, strength in scores.items()}
    return scores


_ASKING = frozenset({"is", "are", "was", "does", "do", "did", "has", "have", "what", "which", "who", "why", "how"})
_TALK_TAGS = frozenset({"deny", "no", "yes", "thank", "bye", "greet"})
