"""What becomes of a message that the grammar reads in one way and the encoder hears in another.

Both must agree before a change is planned that somebody may not have asked for: the grammar's plan is only named where
the encoder surely hears none, or another one. What only the encoder hears is planned where it is sure and nothing in
the message may limit it, else named: "Shall I …?".
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from enum import Enum
from itertools import pairwise

from hexaops.assistant.understanding.encoder import Heard
from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.evidence import LOOKS
from hexaops.assistant.understanding.heard_names import differ, tells_of_others, without_asides
from hexaops.assistant.understanding.hearing import contradicts
from hexaops.assistant.understanding.intents import PLANNED_INTENTS, SETTING_INTENTS, Intent, Mode
from hexaops.assistant.understanding.items import Item, are_listed, said_words
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.settings import says_version

HOLDS, OFFERS, PLANS, SURE, CERTAIN, BEYOND = -1.0, 0.0, 5.5, 6.0, 7.75, 8.25
"""From the second margin of the encoder on a change that the grammar does not read is named. The others are of the
margin with a share of the linear model's log odds: below the first a change that the grammar reads is only named; from
the third on one that it does not read is planned; from the fourth on though it sees some obstacle; from the fifth on
though it sees a condition, a time, somebody's own doing, or another application that is told of; from the last on
though it begins like a question, an afterthought puts it off, or something beside it is denied or asked."""
LIKELY = 1.0
"""From which sum on a change is named though the grammar finds something against it: not for "can I restart A?"."""
SHARE = 0.4
"""How much the log odds of the linear model count beside the margin: both fitted to authors that neither had learnt."""
_LIMITING = frozenset({Mode.REPORTED, Mode.PAST, Mode.ADVICE})
_TELLING = _LIMITING | {Mode.STATEMENT}
_PUT_OFF = frozenset({Mode.CONDITIONAL, Mode.SCHEDULED, Mode.HYPOTHETICAL, Mode.HOWTO})
_OWN = frozenset({"advice", "own", "turned", "opinion", "begins", "subject", "supposed", "asks", "ability", "number"})
"""Kinds of obstacles that speak of what somebody might do: "would it help to …", "is it ok to …"."""
_SHELL = frozenset({"&", "&&", "|", "||"})
_FURTHER = word_set("other others third rest remaining everything depends dependencies")


class Verdict(Enum):
    """What is done with the change that the grammar reads, or with the one that is heard."""

    KEEP = "as the grammar reads it"
    HOLD = "the grammar's change is only named"
    HEARD_INSTEAD = "the one that is heard is named instead of the grammar's"
    OFFER = "the one that is heard is named"
    PLAN = "the one that is heard is planned"


def is_open_to_change(found: Understanding) -> bool:
    """No part asks for something else that is done, such as a backup; what else is told may be the reason."""
    return not any(part.intent in _DONE_BESIDE for part in found.parts)


_DONE_BESIDE = frozenset(
    {
        Intent.ALERT_ACKNOWLEDGE,
        Intent.ALERT_CREATE,
        Intent.BACKUP,
        Intent.DASHBOARD_CREATE,
        Intent.DELETE_APPLICATION,
        Intent.DEPLOY_APPLICATION,
        Intent.DIAGNOSTICS,
        Intent.NODE_MAINTENANCE,
    }
)
"""What is done and no encoder hears: beside it a change is read by the grammar alone."""


def judge_plan(
    found: Understanding, change: Understanding | None, heard: Heard, items: tuple[Item, ...], score: float
) -> Verdict:
    """Of what the grammar plans; `score` is what the linear model makes of the message (`asked`), infinite where the
    message is plain."""
    if contradicts(heard, change, found, items):
        return Verdict.HEARD_INSTEAD
    parts = [part for part in found.parts or (found,) if part.is_planned]
    sure = heard.margin + SHARE * score
    if change is not None and change.intent is Intent.START_APPLICATION and _is_told_down(parts) and sure >= PLANS:
        return Verdict.PLAN
    planned = {target.entity.id for part in parts for target in part.targets}
    out = {target.entity.id for part in parts for target in part.excluded}
    several = bool(found.parts)
    plainly = several and math.isinf(score)  # "scale A to 3 and stop B": the encoder hears one of the two
    other = heard.margin >= OFFERS and not plainly and differ(items, heard, planned, out, several=several)
    return Verdict.KEEP if (several or sure >= HOLDS) and not other else Verdict.HOLD


def _is_told_down(parts: Sequence[Understanding]) -> bool:
    """ "A is down at zero. get it up": read as to stop and to start it."""
    if [part.intent for part in parts] != [Intent.STOP_APPLICATION, Intent.START_APPLICATION]:
        return False
    stopped, started = ({target.entity.id for target in part.targets} for part in parts)
    return stopped == started


def judge_heard(
    found: Understanding,
    change: Understanding | None,
    heard: Heard,
    items: tuple[Item, ...],
    against: Collection[str],
    score: float,
) -> Verdict:
    """Of what only the encoder hears; `against` is what the grammar finds against any change, by name (`vetoes`)."""
    if change is None:
        return Verdict.KEEP
    modes = {part.mode for part in found.parts or (found,)}
    total = heard.margin + SHARE * score
    sure = total >= _bound(modes, against, told=_is_told_of_others(modes, heard, items))
    several = len({part.intent for part in found.parts} & (PLANNED_INTENTS | SETTING_INTENTS)) > 1
    several = several or _is_part_of(change, found) or (bool(found.parts) and _asks_more(items))
    beyond = total >= BEYOND and not tells_of_others(items, heard)
    clear = beyond or not _is_doubtful(found, modes, heard, items)
    if sure and clear and not (several or _may_be_more(change, heard, items)):
        return Verdict.PLAN
    likely = not found.parts and (total >= LIKELY or not against)
    return Verdict.OFFER if sure or likely else Verdict.KEEP


def _is_part_of(change: Understanding, found: Understanding) -> bool:
    """ "A off, B on": the encoder hears one of two changes."""
    asked = [part for part in found.parts if part.intent is Intent.ACTION_QUESTION]
    named = {target.entity.id for part in asked for target in part.targets}
    return len(asked) > 1 and not named <= {target.entity.id for target in change.targets}


def _is_doubtful(found: Understanding, modes: Collection[Mode], heard: Heard, items: tuple[Item, ...]) -> bool:
    """Where something is denied, asked beside it, only possible, or said of others."""
    beside_a_question = bool(found.parts) and any(asks(item) for item in items if not item.mention)
    words = said_words(items)
    back = heard.label in ("rollback_app", "start_app") and "back" in words
    if back and not (says_version(items) or words & _ON or words & _ROLLS):
        return True  # "put A back": to work, or to what it was
    looks = any("go ahead" in item.word and _goes_to_look(items[place + 1 :]) for place, item in enumerate(items))
    further = any(item.word in _FURTHER and not item.mention for item in items)
    return Mode.NEGATED in modes or beside_a_question or looks or further or _suggests(items)


def _is_told_of_others(modes: Collection[Mode], heard: Heard, items: tuple[Item, ...]) -> bool:
    """ "I forgot to restart A, restart B", "set LOG_LEVEL=warn on A, it is what B has"."""
    telling = not _TELLING.isdisjoint(modes) or heard.label == "update_config"
    return telling and tells_of_others(items, heard)


def _bound(modes: Collection[Mode], against: Collection[str], *, told: bool) -> float:
    kinds = {name.partition(" ")[0] for name in against}
    behind = any(name.split()[1:2] == ["after"] for name in against) or not _GIVEN_UP.isdisjoint(against)
    if behind or "begins" in kinds:
        return BEYOND
    if told or "beside there" in against or not _PUT_OFF.isdisjoint(modes) or not _OWN.isdisjoint(kinds):
        return CERTAIN
    limited = bool(against) and not _LIMITING.isdisjoint(modes)
    return SURE if limited or "tells" in kinds else PLANS


_GIVEN_UP = frozenset({"tells will", "word in wanted"})
"""What somebody else will do, or what one wanted: "I wanted to stop A, restart B"."""


def _may_be_more(change: Understanding, heard: Heard, items: tuple[Item, ...]) -> bool:
    """Where a target may be missed, or words are of another language: the encoder has learnt none."""
    if len(change.targets) > 1 and not are_listed(without_asides(items, heard)):
        return True
    if any(
        item.word == "the" and after.number and after.number.value != len(change.targets)
        for item, after in pairwise(items)
    ):
        return True  # "A, B and C are slow, restart the two"
    return items[0].text == ">" or _is_foreign(items) or any(item.text in _SHELL for item in items)


def _suggests(items: tuple[Item, ...]) -> bool:
    """ "we could go with 4", "can anyone restart A", "I was told to …", "get 2 pods of A", "we need 3 but have 4":
    possible, thought of, somebody's wish, shown, or told."""
    contrasts = any(item.word == "but" for item in items)
    for one, two in pairwise(items):
        said = (one.word in _WE and two.word in _MIGHT) or (one.word in _MAY and two.word in _ANYONE)
        shown = bool(two.number) and (one.word == "get" or (contrasts and one.word in _HAVE))
        if said or shown or (one.word in _WAS and two.word in _TOLD):
            return True
    return False


_HAVE = word_set("have has had see only are is")
_WE, _MIGHT = word_set("we i one they you he she"), word_set("could might")
_WAS, _TOLD = word_set("was were been"), word_set("told asked")
_MAY, _ANYONE = word_set("can could may might"), word_set("anyone anybody")


_ROLLS = word_set("roll rolled rolling")
_ON = word_set("up on online running run runs alive life work service operation going start started")


def _goes_to_look(after: tuple[Item, ...]) -> bool:
    """ "…, go ahead and find out why"."""
    return len(after) > 1 and after[0].word == "and" and (after[1].word in LOOKS or bool(after[1].tags & LOOKING))


def asks(item: Item) -> bool:
    """A question mark, or a verb of looking."""
    return item.word == "?" or bool(item.tags & LOOKING)


def _asks_more(items: tuple[Item, ...]) -> bool:
    """Something to be looked at, or a question before the end: the change alone would leave it unanswered."""
    looks = any(
        two.tags & _LOOKS_AT and "base" in two.forms and (one.is_mark or one.word in _BEFORE_LOOKING)
        for one, two in pairwise((_START, *items))
        if not two.mention
    )
    return looks or any(item.word == "?" for item in items[:-1])


_START = Item("", "", is_mark=True)
_BEFORE_LOOKING = word_set("and then please also first so")
_LOOKS_AT = frozenset({"show", "search", "diagnose", "analyze"})
LOOKING = _LOOKS_AT | {"wh"}


def _is_foreign(items: tuple[Item, ...]) -> bool:
    """Whether a third of the words are not English: the encoder has learnt no other language."""
    words = [item for item in items if not (item.is_mark or item.mention or item.number) and item.text.isalpha()]
    unknown = sum(not (item.tags - {"foreign"} or is_english(item.word)) for item in words)
    return len(words) > 1 and unknown * 3 >= len(words)
