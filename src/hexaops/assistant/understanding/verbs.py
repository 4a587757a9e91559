"""Which change a verb makes where it stands: phrasal verbs, verbs that need a count, words that are nouns here."""

from __future__ import annotations

from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import time_unit_seconds

WEAK = ("increase", "decrease", "add", "remove", "assign")
"""Verbs of which the count of replicas makes a change."""
_NOT_REPLICAS = frozenset({"cpu", "memory", "request_noun", "config", "autoscale", "alert", "policy", "dashboard"})
_PHRASAL = word_set("shut turn switch power spin fire bring take wind put dial")
_AFTER_COUNT = word_set(
    "to for of on in and from as since because then instead again x % please now up down by more less fewer strong , -"
)
_BEFORE_COUNT = word_set("to by = at from another it that")
_BESIDE_COUNT = word_set(
    "app pronoun replica replicas_word up down more less number_noun polite half twice factor percent "
    "how_many scale instead now again because if later"
)


def counts_replicas(items: tuple[Item, ...], position: int) -> bool:
    """The verb at `position` is about a count of replicas: it names them, or gives an application a plain count."""
    rest = items[position:]
    if any(item.tags & _NOT_REPLICAS or (item.number and item.number.kind == "quantity") for item in items):
        return any("replica" in item.tags for item in items) and _has_plain_count(items)
    if any("replicas_word" in item.tags for item in items):
        return _has_plain_count(items) or not items[position].tags & {"assign"}
    named = any(item.mention or "pronoun" in item.tags or "app" in item.tags for item in rest)
    return named and _has_plain_count(rest, directed=True) and all(_fits_count(item) for item in rest[1:])


def _fits_count(item: Item) -> bool:
    """Nothing else is counted there: "increase the timeout of A to 5" is not about replicas."""
    plain = (not item.tags - {"filler"} and not item.is_unknown) or item.word == "strong"
    return item.is_mark or bool(item.mention or item.number or item.tags & _BESIDE_COUNT) or plain


def _has_plain_count(items: tuple[Item, ...], *, directed: bool = False) -> bool:
    """A number that counts nothing else ("5 users"); `directed`: after "to", "by", "="."""
    for position, item in enumerate(items):
        if item.tags & {"half", "twice"}:
            return True
        if item.number is None or item.number.kind not in ("count", "factor"):
            continue
        after = items[position + 1] if position + 1 < len(items) else None
        before = items[position - 1].word if position else ""
        if after is not None and (time_unit_seconds(after.word) or not _may_follow_count(after)):
            continue
        if after is not None and (after.word == "strong" or "replicas_word" in after.tags):
            return True
        if not directed or before in _BEFORE_COUNT or item.number.kind == "factor" or _goes_to_name(items, position):
            return True
    return False


def _may_follow_count(after: Item) -> bool:
    beside = {"replicas_word", "more", "less", "polite", "factor", "percent", "because", "if", "now", "later", "app"}
    return bool(after.is_mark or after.mention or after.number or after.tags & beside or after.word in _AFTER_COUNT)


def _goes_to_name(items: tuple[Item, ...], position: int) -> bool:
    """ "add 2 to A"."""
    after = items[position + 1 : position + 3]
    return len(after) == 2 and after[0].word in ("to", "from") and after[1].mention is not None


def change_verb(items: tuple[Item, ...], position: int) -> str | None:
    """The kind of change that the verb at `position` makes, or None."""
    item = items[position]
    if item.mention or not item.forms:
        return None
    if "particle" in item.tags or "assign" in item.tags:
        particle = _particle(items, position)
        if particle:
            return particle
        if "particle" in item.tags and counts_replicas(items, position):
            return "assign"
    for tag in (
        "restart",
        "scale_up",
        "scale_down",
        "scale",
        "cancel",
        "undo",
        "double",
        "triple",
        "quadruple",
        "halve",
    ):
        if tag in item.tags:
            return tag
    for tag in ("start", "stop"):
        if tag in item.tags and not (item.tags & {"light", "respond"}):
            return "add" if tag == "start" and _more_replicas(items[position + 1 :]) else tag
    for tag in WEAK:
        if tag in item.tags and counts_replicas(items, position):
            return tag
    return None


def _more_replicas(rest: tuple[Item, ...]) -> bool:
    """ "spin up two extra web-app instances", "fire up another replica of web-app"."""
    counted = any(item.number for item in rest[:2]) or any(item.word == "another" for item in rest[:1])
    more = any("more" in item.tags for item in rest[:3])
    return counted and more and any("replicas_word" in item.tags for item in rest)


def _particle(items: tuple[Item, ...], position: int) -> str | None:
    """ "shut A down", "turn it off", "bring A back up"."""
    if items[position].lemma not in {
        "shut",
        "turn",
        "switch",
        "power",
        "spin",
        "fire",
        "bring",
        "take",
        "wind",
        "put",
        "dial",
    }:
        return None
    rest = items[position + 1 :]
    if items[position].lemma == "bring" and _to_a_stop(rest):
        return "stop"
    for offset, item in enumerate(rest):
        if item.number or item.is_mark:
            return None
        if (moved := _moves_count(rest, offset)) is not None:
            return moved or None
        if item.tags & {"off", "down", "stopped"}:
            return "decrease" if _is_single_replica(rest[offset + 1 :]) else _after_off(rest[offset + 1 :])
        if item.word in ("up", "on", "online", "live"):
            return None if items[position].lemma == "shut" else "start"  # "shut it up" silences
        if item.word == "back" and not any(i.word in ("up", "on", "online") for i in items[position:]):
            named = any(i.mention for i in rest[:offset])
            return "start" if named and items[position].lemma == "bring" else "undo"
    return None


def _to_a_stop(rest: tuple[Item, ...]) -> bool:
    """ "bring A to a stop", "bring A and B to a halt"."""
    words = [item.word for item in rest]
    place = next((p for p in range(1, len(words)) if words[p] == "to" and rest[p - 1].mention), 0)
    return bool(place) and words[place + 1 : place + 3] in (["a", "stop"], ["a", "halt"])


def _moves_count(rest: tuple[Item, ...], offset: int) -> str | None:
    """ "take A down by 2", "bring A up to 6", "put A on 4": a count goes somewhere; "" for "put A on hold"."""
    word = rest[offset].word
    if word not in ("up", "down", "on", "back", "off") or offset + 1 >= len(rest):
        return None
    after = [item for item in rest[offset + 1 : offset + 5] if item.word not in ("a", "just", "only")][:3]
    if not after:
        return None
    count = after[0].number or (len(after) > 1 and after[0].word in ("by", "to", "with", "at") and after[1].number)
    if count:
        return {"down": "decrease", "off": "remove", "up": "increase"}.get(word, "assign")
    return None


def _is_single_replica(rest: tuple[Item, ...]) -> bool:
    """ "bring A down to a single pod"."""
    words = [item.word for item in rest[:4]]
    return words[:1] == ["to"] and "single" in words and any("replicas_word" in item.tags for item in rest[:4])


def _after_off(rest: tuple[Item, ...]) -> str:
    """ "turn A off and on again" restarts, "take A down to 2" scales, else it is a stop."""
    words = [item.word for item in rest[:2]]
    if [item.word for item in rest[:3]] == ["and", "back", "on"]:
        return "restart"
    if words[:1] == ["to"] and len(rest) > 1 and rest[1].number:
        return "decrease"
    return "restart" if words in (["and", "on"], ["and", "up"], ["then", "on"]) else "stop"


def is_noun_use(items: tuple[Item, ...], position: int) -> bool:
    """ "restart count", "restart failed", "start of the outage": the word is no verb there."""
    after = items[position + 1] if position + 1 < len(items) else None
    if after is None or after.mention or "base" not in items[position].forms:
        return False
    beyond = items[position + 2] if position + 2 < len(items) else None
    if items[position].tags & {"start", "stop"} and after.word in ("with", "by", "at", "from", "over", "off"):
        return True
    counted = "number_noun" in after.tags and not (
        beyond is not None and beyond.word == "of" and "scale" in items[position].tags
    )
    nouns = after.tags & {"history", "how_many", "status", "policy", "metric", "event", "test", "aux", "past_aux"}
    return (
        counted
        or bool(nouns)
        or after.word in ("of", "loop", "loops")
        or ("fail" in after.tags and "past" in after.forms and beyond is None)
    )


def caused_verb(items: tuple[Item, ...], position: int, *, wanted: bool = False) -> str | None:
    """ "get A running again", "have A restarted", `wanted`: "I'd like A restarted": the change that is to be made."""
    start = position if wanted else position + 1
    if start >= len(items) or not (wanted or items[position].word in ("get", "have", "bring")):
        return None
    rest = [item for item in items[start:] if item.word not in ("the", "my", "our")]
    named = _selected(rest)
    if not named or any(item.number and not item.mention for item in rest[:named]):
        return None
    for place, item in enumerate(rest[named : named + 3], named):
        if "past" in item.forms and (
            found := next((t for t in ("restart", "scale", "start", "stop") if t in item.tags), None)
        ):
            return found
        if item.word in ("come", "start") and any(other.word in ("fresh", "afresh", "anew") for other in rest[place:]):
            return "restart"
        if item.word == "back" and any(other.word == "feet" for other in rest[place:]):
            return (
                None if any(_is_application(other) for other in rest) else "restart"
            )  # "get the bad ones back on their feet"
        if item.word in ("running", "going", "started") and not wanted:
            return "assign" if item.word == "running" and _runs_with(rest[place + 1 :]) else "start"
        if item.word in ("up", "online", "back", "live", "down", "off", "offline") and not _counts(rest[place:]):
            return "stop" if item.word in ("down", "off", "offline") else "start"
        if item.is_mark:
            return None
    return None


def _is_application(item: Item) -> bool:
    return item.mention is not None and any(one.entity.kind == "application" for one in item.mention.candidates)


def _runs_with(rest: list[Item]) -> bool:
    """ "get A running with just 2"."""
    words = [item for item in rest if item.word not in ("just", "only")]
    return len(words) > 1 and words[0].word in ("with", "on", "at") and words[1].number is not None


def _selected(rest: list[Item]) -> int:
    """How many items name or select the applications; a state after a name is none of them."""
    for place, item in enumerate(rest):
        if not _selects(item) or (item.forms and any(other.mention for other in rest[:place])):
            return place
    return len(rest)


def _selects(item: Item) -> bool:
    """A name, or what selects applications: "all unhealthy pods"."""
    states = {"failing", "unhealthy", "pending", "not_ready", "stopped", "everything", "app", "pod", "pronoun"}
    return item.mention is not None or bool(item.tags & states) or item.word in ("and", "ones", "both", "the")


def _counts(rest: list[Item]) -> bool:
    return any(item.number for item in rest[:4])
