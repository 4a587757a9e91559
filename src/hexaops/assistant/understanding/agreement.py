"""What becomes of a message that the grammar reads in one way and the encoder hears in another.

Both must agree before a change is planned that somebody may not have asked for: the grammar's plan is only named where
the encoder surely hears none, or another one. What only the encoder hears is planned where it is sure and nothing in
the message may limit it, else named: "Shall I …?".
"""

from __future__ import annotations

from collections.abc import Collection
from enum import Enum
from itertools import pairwise

from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.evidence import LOOKS, is_object
from hexaops.assistant.understanding.hearing import contradicts, without_asides
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item, are_listed, said_words
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.settings import says_version

HOLDS, OFFERS, PLANS, CERTAIN, SURELY = -2.0, 0.0, 2.5, 5.0, 6.5
"""Margins of the encoder: below the first a change that the grammar reads is only named; from the second on one that
it does not read is named, from the third on planned; from the fourth on though the grammar sees a condition, a time, a
report, an opinion or some other obstacle, and from the last on though it sees both."""
LEAST = -1.0
"""The log odds of the linear model below which nothing is planned that only the encoder hears."""
_LIMITING = frozenset(
    {Mode.NEGATED, Mode.REPORTED, Mode.HYPOTHETICAL, Mode.CONDITIONAL, Mode.SCHEDULED, Mode.PAST, Mode.ADVICE}
)
_ONLY_READS = LOOKS | {"get"}
_TURNS = frozenset({"turned", "begins"})
"""Kinds of obstacles that no margin outweighs: "would it help to …", "is it ok to …"."""
_SHELL = frozenset({"&", "&&", "|", "||"})
_FURTHER = word_set("other others third rest remaining everything depends dependencies")


class Verdict(Enum):
    """What is done with the change that the grammar reads, or with the one that is heard."""

    KEEP = "as the grammar reads it"
    HOLD = "the grammar's change is only named"
    HEARD_INSTEAD = "the one that is heard is named instead of the grammar's"
    OFFER = "the one that is heard is named"
    PLAN = "the one that is heard is planned"


def agree(
    found: Understanding,
    change: Understanding | None,
    heard: Heard,
    items: tuple[Item, ...],
    against: Collection[str],
    score: float,
) -> Verdict:
    """The verdict; `against` is what the grammar finds against any change, by name (`vetoes`), `score` what the linear
    model makes of it (`asked`)."""
    if any(part.would_change or part.would_set for part in found.parts or (found,)):
        if contradicts(heard, change, found):
            return Verdict.HEARD_INSTEAD
        return Verdict.HOLD if heard.margin < HOLDS else Verdict.KEEP
    if change is None:
        return Verdict.KEEP
    if heard.margin >= PLANS and score >= LEAST and not _is_held_back(found, change, heard, items, against):
        return Verdict.PLAN
    return Verdict.OFFER


def _is_held_back(
    found: Understanding, change: Understanding, heard: Heard, items: tuple[Item, ...], against: Collection[str]
) -> bool:
    """Beside a question, with a condition or a time, of another object, or where a target may be missed."""
    modes = {part.mode for part in found.parts or (found,)}
    if heard.margin < _least(modes, against) or _TURNS & {name.partition(" ")[0] for name in against}:
        return True
    if Mode.NEGATED in modes or _suggests(items) or (items[0].word in _WHY and not items[0].mention):
        return True
    if any(not item.mention and (item.word in _ONLY_READS or (found.parts and asks(item))) for item in items):
        return True
    if len(change.targets) > 1 and not are_listed(without_asides(items, heard)):
        return True
    if heard.label in _OF_THE_WHOLE and any(_is_of_another(items, place) for place in range(len(items))):
        return True
    words = said_words(items)
    if heard.label in ("rollback_app", "start_app") and "back" in words and not (says_version(items) or words & _ON):
        return True  # "put A back": to work, or to what it was
    return _is_foreign(items) or any(
        item.text in _SHELL or (item.word in _FURTHER and not item.mention) for item in items
    )


_ON = word_set("up on online running run runs alive life work service operation going start started")


def _least(modes: Collection[Mode], against: Collection[str]) -> float:
    """The margin from which on it is planned whatever the grammar sees."""
    limited = not _LIMITING.isdisjoint(modes)
    if against and (limited or any(name.startswith("tells ") for name in against)):
        return SURELY
    return CERTAIN if against or limited else PLANS


def _suggests(items: tuple[Item, ...]) -> bool:
    """ "we could go with 4", "can anyone restart A": what is possible, or thought of."""
    pairs = [(one.word, two.word) for one, two in pairwise(items)]
    return any((one in _WE and two in _MIGHT) or (one in _MAY and two in _ANYONE) for one, two in pairs)


_WHY = word_set("why how what when where who which whose")
_WE, _MIGHT = word_set("we i one they you he she"), word_set("could might")
_MAY, _ANYONE = word_set("can could may might"), word_set("anyone anybody")


def asks(item: Item) -> bool:
    """A question mark, or a verb of looking."""
    return item.word == "?" or bool(item.tags & LOOKING)


LOOKING = frozenset({"show", "search", "diagnose", "analyze", "wh"})
_OF_THE_WHOLE = frozenset({"restart_app", "start_app", "stop_app", "scale_app"})
_OWN = frozenset({"replica", "replicas_word", "pod", "app", "node", "project", "platform", "number_noun"})


def _is_of_another(items: tuple[Item, ...], place: int) -> bool:
    """ "restart the cache of A"; not "restart the pods of A"."""
    item = items[place]
    return not (item.mention or item.is_mark or item.tags & _OWN or item.number) and is_object(items, place)


def _is_foreign(items: tuple[Item, ...]) -> bool:
    """Whether a third of the words are not English: the encoder has learnt no other language."""
    words = [item for item in items if not (item.is_mark or item.mention or item.number) and item.text.isalpha()]
    unknown = sum(not (item.tags - {"foreign"} or is_english(item.word)) for item in words)
    return len(words) > 1 and unknown * 3 >= len(words)
