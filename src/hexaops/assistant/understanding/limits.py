"""What takes the "now" away from a request: a condition, a later time, an afterthought; and what only sounds like it.

"when you have a moment" is a courtesy, "at 6" may count, "it has not moved in an hour" is told.
"""

from __future__ import annotations

from hexaops.assistant.understanding.english import BASE, PAST, parts_of_speech
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item, words_at
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import time_unit_seconds
from hexaops.assistant.understanding.set_phrases import SetPhrases

KIND = word_set(
    "nice great good lovely cool kind helpful fine awesome appreciated happy glad grateful thankful delighted"
)
"""What is said of a wish: "a restart would be lovely"."""
_CONDITIONS_OF_COURTESY = SetPhrases(
    [
        "if you can",
        "if you could",
        "if possible",
        "if you would",
        "if you do not mind",
        "if you please",
        "if that is ok",
        "if that is okay",
        "when you can",
        "when you could",
        "when possible",
        "when you have a moment",
        "when you get a chance",
        "when you have a minute",
        "whenever you can",
        "once more",
        "if it is possible",
        "when ready",
        "when you read this",
        "when you see this",
        "when you have time",
        "until further notice",
        "if you do not mind",
        "if it is not too much trouble",
        "if it is no trouble",
        "if that is alright",
        "if that is fine",
        *(f"would be {kind} if" for kind in sorted(KIND)),
        "would appreciate it if",
        "appreciate it if",
    ]
)


def limits_of_request(items: tuple[Item, ...], *, counts: bool = False) -> Mode | None:
    """CONDITIONAL, SCHEDULED or NEGATED when what follows the verb takes the "now" away; None when it does not.

    `counts`: "at 6" gives a count, not a time of day.
    """
    position = 0
    while position < len(items):
        item = items[position]
        if courtesies := _CONDITIONS_OF_COURTESY.at(items, position):
            position += len(courtesies[0])
            continue
        if "if" in item.tags and not _is_no_condition(items, position):
            return Mode.CONDITIONAL
        if _is_ready_by(items, position):
            return Mode.SCHEDULED
        if "now" in item.tags and words_at(items, position + 1, 3) == ("and", "then"):
            return Mode.SCHEDULED  # now and then
        if _is_schedule(items, position) and not (counts and _is_count(items, position)):
            return Mode.SCHEDULED
        if "not" in item.tags and _negates_request(items, position):
            return Mode.NEGATED
        position += 1
    return None


_BEFORE_BEFORE = word_set("version one release revision build had ran")
""" "the release it had before today's deploy", "what ran before" it: an earlier one."""


def _is_no_condition(items: tuple[Item, ...], position: int) -> bool:
    """ "bounce it once", "until 7 replicas": how often, how many."""
    word, after = items[position].word, items[position + 1 : position + 3]
    if word == "before":
        ends = position + 1 == len(items) or items[position + 1].is_mark
        return ends or (position > 0 and items[position - 1].word in _BEFORE_BEFORE)
    if word == "once":
        return all(item.is_mark or item.tags & {"polite", "now", "thank"} for item in items[position + 1 :])
    counted = len(after) == 2 and after[0].number is not None and bool(after[1].tags & {"replica", "replicas_word"})
    return word == "until" and counted and any("increase" in item.tags for item in items[:position])


def courtesy_places(items: tuple[Item, ...]) -> frozenset[int]:
    """Where a condition of courtesy stands: "when you read this"."""
    return frozenset(
        place
        for start in range(len(items))
        for words in _CONDITIONS_OF_COURTESY.at(items, start)
        for place in range(start, start + len(words))
    )


def _is_ready_by(items: tuple[Item, ...], position: int) -> bool:
    """ "has to be up by 8", "up at 8": a time, where no replicas are counted."""
    states = ("up", "online", "live", "ready", "back", "running", "available", "down", "off")
    if items[position].word not in ("at", "by") or not position or items[position - 1].word not in states:
        return False
    after = items[position + 1] if position + 1 < len(items) else None
    being = any(item.word in ("be", "is", "are", "needed") for item in items[:position])
    return being and after is not None and after.number is not None and not any("replica" in i.tags for i in items)


def _negates_request(items: tuple[Item, ...], position: int) -> bool:
    """ "… not now", "… not yet", "… no", but neither "not A" nor "without downtime"."""
    after = items[position + 1] if position + 1 < len(items) else None
    return items[position].word in ("not", "never", "no") and (after is None or after.word in ("now", "yet", "today"))


def _is_count(items: tuple[Item, ...], position: int) -> bool:
    after = items[position + 1] if position + 1 < len(items) else None
    return (
        items[position].word == "at"
        and after is not None
        and after.number is not None
        and (after.number.kind == "count")
    )


def _is_schedule(items: tuple[Item, ...], position: int) -> bool:
    item = items[position]
    after = items[position + 1] if position + 1 < len(items) else None
    if "later" in item.tags and not item.mention:
        before = {other.word for other in items[max(0, position - 3) : position]}
        told = "this" in before and _tells(items[:position])  # "got a new secret this morning"
        return not (told or before & {"since", "last", "past", "until", "yesterday"})
    if after is None:
        return False
    if item.word == "this" and _tells(items[:position]):
        return False
    if item.word in ("every", "each", "next", "this"):
        return (
            time_unit_seconds(after.word) is not None or "later" in after.tags or after.word in ("night", "day", "hour")
        )
    if item.word == "at" and after.number:
        return True
    if item.word in ("in", "within", "after") and _is_span(items, position + 1) and not _tells(items[:position]):
        return True
    if item.word == "for" and any(other.word in ("has", "have", "been") for other in items[:position]):
        return False  # "has been up for 200 days"
    if item.word in ("in", "for", "after") and after.number:
        beyond = items[position + 2] if position + 2 < len(items) else None
        return after.number.kind == "time" or bool(beyond and time_unit_seconds(beyond.word))
    return False


_SOME = word_set("a an the next half about around roughly some few couple of maybe say another roughly little good")


def _tells(before: tuple[Item, ...]) -> bool:
    """ "it has not moved (in an hour)", "half of it fell over (within minutes)"."""
    if any("not" in item.tags or item.word in _TELLING for item in before):
        return True
    past = [p for p, item in enumerate(before) if _is_past(item.word)]
    return any(p and before[p - 1].word not in ("be", "get", "and") and not before[p - 1].mention for p in past)


_TELLING = word_set("got has have had was were did fell went came")


def _is_past(word: str) -> bool:
    said = parts_of_speech(word)
    return bool(said & PAST) and not said & BASE


def _is_span(items: tuple[Item, ...], start: int) -> bool:
    """ "(in) an hour or so", "(in) about half an hour", "(in) a bit"."""
    position = start
    while position < len(items) and (items[position].word in _SOME or items[position].number) and position < start + 5:
        position += 1
    if position == start or position >= len(items) or items[position].mention:
        return False
    word = items[position].word
    return time_unit_seconds(word) is not None or word in ("bit", "while", "jiffy", "moment")
