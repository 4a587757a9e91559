"""Which clauses of a message get an answer of their own.

A change that is asked for, or spoken of, always does. Questions do when the ranker is sure of each and they differ;
otherwise the message is one question and means what its words mean together. Greetings, background and noise beside a
request get none.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.intents import CHANGE_INTENTS, LATER_CHANGES, READ_INTENTS, Intent, Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.labels import INTENT_OF, LABEL_OF
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.reading import Reading
from hexaops.assistant.understanding.splitting import begins_clause, is_purpose

SURE, SURE_BESIDE_A_CHANGE, WHOLE = 0.6, 0.75, 0.97
SURE_OF_OTHERS = 0.9
CERTAIN = 0.95
LIKED, LIKED_AFTER_ALL = 0.6, 0.8
"""From here on all words together decide what a part that is no whole request means."""
_TALK = frozenset({Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.CONFIRM, Intent.DENY})
_NOTHING = frozenset({*_TALK, Intent.OUT_OF_SCOPE, Intent.UNCLEAR})
_UNDOES = frozenset({Intent.CANCEL_ACTION, Intent.ROLLBACK_ACTION, Intent.ROLLBACK_APPLICATION})
_ASKED_ABOUT = frozenset({Mode.ADVICE, Mode.HYPOTHETICAL, Mode.HOWTO, Mode.CONDITIONAL, Mode.SCHEDULED})
_OF_A_VERB = frozenset({Mode.HYPOTHETICAL, Mode.PAST})
""" "is web-app restarting?": the verb of a change, and nobody to make it."""
_SPOKEN_OF = frozenset({*CHANGE_INTENTS, Intent.ACTION_QUESTION, Intent.NO_ACTION})


class Part(Struct, frozen=True):
    """A clause with what it means."""

    reading: Reading
    understanding: Understanding


def keep(parts: list[Part], whole: Ranking) -> list[Part]:
    """The parts worth an answer, in order; one alone must agree with what all words together are like."""
    parts = _named_again([_as_said(part, place, parts) for place, part in enumerate(parts)])
    kept = _worth(parts, whole)
    return [_agreed(kept[0], whole, alone=len(parts) == 1)] if len(kept) == 1 else kept


OWN_WISH, OWN_QUESTION = 0.35, 0.5
"""How sure a clause that is not answered must be of something of its own to be named as left out."""


def left_out(parts: list[Part], kept: list[Part]) -> tuple[str, ...]:
    """Clauses that ask for something else than what is answered."""
    if all(part.understanding.intent in _NOTHING for part in kept):
        return ()
    answered = {_label(part) for part in kept} | {part.reading.ranking.best for part in kept}
    clauses = [part.reading.clause for part in kept]
    lost = [part for part in parts if part.reading.clause not in clauses]
    return tuple(
        " ".join(item.text for item in part.reading.clause.items)
        for part in lost
        if _asks_for_more(part) and part.reading.ranking.best not in answered
    )


def _asks_for_more(part: Part) -> bool:
    clause, ranking = part.reading.clause, part.reading.ranking
    if _asks_the_same(clause) or not begins_clause(clause.items):
        return False
    if ranking.best in ("talk", "oos"):
        return _is_foreign_question(part)
    content = [item for item in clause.items if not (item.is_mark or _says_nothing(item))]
    if len(content) < 2:
        return ranking.probability >= SURE_OF_OTHERS
    told = part.reading.mode is Mode.STATEMENT and clause.words[:2] != ("make", "sure")
    commands = not told and any("base" in item.forms for item in clause.items[:4])
    return ranking.probability >= (OWN_WISH if commands and clause.join != "start" else OWN_QUESTION)


def _says_nothing(item: Item) -> bool:
    return all(word in SMALL or word in LIGHT or word in _WH or word in _YOU for word in item.word.split())


def _agreed(part: Part, whole: Ranking, *, alone: bool) -> Part:
    """The part, read by the whole message where that is the surer reading; never as a request that it was not."""
    said, meant = part.understanding, INTENT_OF[whole.best]
    mine = LABEL_OF.get(said.about or said.intent, "")
    if said.intent in _TALK or mine == whole.best or whole.probability < LIKED or whole.best == "talk":
        return part
    asked_about = said.intent is Intent.ACTION_QUESTION and said.mode in _ASKED_ABOUT
    goes_on = said.intent in READ_INTENTS and said.mode in _OF_A_VERB and meant in CHANGE_INTENTS
    if asked_about or goes_on or all(item.mention or item.is_mark for item in part.reading.clause.items):
        return part
    if said.is_change_request and not said.left:
        return _narrowed(part, meant, whole, alone=alone)
    sure = LIKED_AFTER_ALL if said.intent is Intent.NO_ACTION else max(LIKED, said.confidence - 0.3)
    if whole.probability < sure or (said.intent is Intent.NO_ACTION and meant in CHANGE_INTENTS):
        return part
    about = meant if meant in CHANGE_INTENTS else None
    if said.is_change_request and about is not None:
        return part
    understanding = replace(
        said,
        intent=Intent.ACTION_QUESTION if about else meant,
        about=about,
        confidence=whole.probability,
        mode=_unasked_mode(said.mode) if about else Mode.READ,
        negated=False,
        left=(),
        resource_type="none",
    )
    return replace(part, understanding=understanding)


def _unasked_mode(mode: Mode) -> Mode:
    return Mode.STATEMENT if mode in (Mode.REQUEST, Mode.READ) else mode


def _narrowed(part: Part, meant: Intent, whole: Ranking, *, alone: bool) -> Part:
    """A whole request that the rest of the message makes another one: only what fails, or nothing that is ours."""
    said = part.understanding
    if meant is Intent.OUT_OF_SCOPE and whole.probability >= SURE_OF_OTHERS:
        refused = replace(said, intent=meant, mode=Mode.READ, confidence=whole.probability, targets=())
        return replace(part, understanding=refused)
    pods = any("pod" in item.tags for item in part.reading.clause.items)
    points = not said.targets and any("pronoun" in item.tags for item in part.reading.clause.items)
    if said.intent is Intent.RESTART_APPLICATION and meant is Intent.RESTART_FAILING and not (points and alone):
        named = bool(said.targets) and not pods
        spoken_of = any(target.source == "dialogue" for target in said.targets)
        if not spoken_of and whole.probability >= (LIKED_AFTER_ALL if named else LIKED):
            parameters = replace(said.parameters, status_filter="failing")
            return replace(part, understanding=replace(said, intent=meant, parameters=parameters))
    return part


def _worth(parts: list[Part], whole: Ranking) -> list[Part]:
    if len(parts) == 1:
        return parts
    changes = [part for part in parts if part.understanding.intent in _SPOKEN_OF and not _is_only_like_one(part)]
    asked = [part for part in parts if _asks(part)]
    requests = [part for part in parts if part.understanding.is_change_request and not _is_guess(part, whole)]
    changes = [part for part in changes if part in requests or not part.understanding.is_change_request]
    if any(part.understanding.intent in _UNDOES for part in requests):
        changes = requests
    elif requests:
        changes = [p for p in changes if p in requests or p.understanding.negated or is_purpose(p.reading.clause)]
    if not requests:
        changes = [part for part in changes if not _is_background(part, whole)] or changes
    if requests or (changes and not asked):
        known = {part.understanding.about or part.understanding.intent for part in changes}
        beside = [
            part
            for part in asked
            if (part.understanding.confidence >= SURE_BESIDE_A_CHANGE or _is_command(part))
            and part.understanding.intent not in known
            and (part.reading.about is None or part.reading.clause.is_question or not requests)
        ]
        beside += [part for part in parts if requests and _is_foreign_question(part)]
        return _distinct([part for part in parts if part in changes or part in beside])
    if whole.best == "oos" and whole.probability >= SURE_OF_OTHERS and not changes:
        foreign = replace(
            parts[0].understanding, intent=Intent.OUT_OF_SCOPE, confidence=whole.probability, mode=Mode.READ
        )
        return [replace(parts[0], understanding=foreign)]
    several = _distinct([part for part in asked if part.understanding.confidence >= SURE or _is_command(part)])
    differ = len({(part.understanding.intent, *_ids(part.understanding)) for part in several}) > 1
    if differ and _are_several(several, whole):
        return several
    return [_together(parts, asked, whole)]


def _are_several(parts: list[Part], whole: Ranking) -> bool:
    """Whether clauses that mean different things are asked for each, or all say one thing.

    The bounds are from sentences of the training voices, alone and joined two by two, read by models of the others.
    """
    own = [_own_chance(part) for part in parts]
    shares = [whole.of(_label(part)) for part in parts]
    if all(part.reading.clause.is_question and part.reading.clause.join in ("start", "hard") for part in parts):
        return min(own) >= LIKED_AFTER_ALL
    led = any(part.reading.clause.join == "colon" and not _is_own_question(part) for part in parts[1:])
    if led and whole.probability >= SURE:
        return False
    if max(own) <= CERTAIN and max(shares) > LIKED_AFTER_ALL:
        return False
    if min(own) >= SURE_OF_OTHERS:
        return True
    begun = [part for part in parts if begins_clause(part.reading.clause.items) or part is parts[0]]
    return whole.probability < WHOLE or len(begun) == len(parts)


def _is_own_question(part: Part) -> bool:
    """ "plus: does its disk last until friday"."""
    return begins_clause(part.reading.clause.items) and _own_chance(part) >= SURE_OF_OTHERS


def _label(part: Part) -> str:
    return LABEL_OF.get(part.understanding.about or part.understanding.intent, "")


def _own_chance(part: Part) -> float:
    return part.reading.ranking.of(_label(part))


def _is_foreign_question(part: Part) -> bool:
    """ "restart cart, and what is the weather in Oslo": the answer says that the second is none of its business."""
    foreign = part.understanding.intent is Intent.OUT_OF_SCOPE and part.understanding.confidence >= SURE_OF_OTHERS
    return foreign and any(item.tags & {"wh"} or "show" in item.tags for item in part.reading.clause.items[:2])


def _is_only_like_one(part: Part) -> bool:
    """Words like those of a change, without a verb of one: "orders-db replicas, show me …"."""
    said = part.understanding
    return said.intent is Intent.ACTION_QUESTION and said.mode is Mode.READ and not part.reading.verb


def _is_guess(part: Part, whole: Ranking) -> bool:
    """A request that is not understood, in a message that is like something else."""
    guessed = part.understanding.confidence < SURE or bool(part.understanding.left)
    guessed = guessed and _own_chance(part) < LIKED_AFTER_ALL
    return guessed and whole.probability >= SURE_OF_OTHERS and INTENT_OF[whole.best] not in CHANGE_INTENTS


def _is_background(part: Part, whole: Ranking) -> bool:
    """ "the on-call got woken up …": told beside a question about something else."""
    told = part.reading.mode in (Mode.STATEMENT, Mode.PAST)
    return told and whole.probability >= SURE and INTENT_OF[whole.best] not in CHANGE_INTENTS


_LEAST = 0.5


def _is_command(part: Part) -> bool:
    """ "then upgrade it", "tell me how cart is": a verb first, sure enough to be something of its own."""
    clause = part.reading.clause
    return clause.join != "start" and _own_chance(part) >= _LEAST and begins_clause(clause.items)


def _as_said(part: Part, place: int, parts: list[Part]) -> Part:
    """The part, where only the clause before makes it plain what is asked."""
    clause, said = part.reading.clause, part.understanding
    if said.intent in _UNDOES and said.mode is Mode.CONDITIONAL and clause.words[:2] in _ANSWERED:
        spoken_of = replace(said, intent=Intent.ACTION_QUESTION, about=said.intent)
        return replace(part, understanding=spoken_of)
    changed = any(before.understanding.intent in _CHANGED for before in parts[:place])
    if changed and _tells_when_done(clause):
        return replace(part, understanding=replace(said, intent=Intent.ACTION_STATUS, confidence=0.9, mode=Mode.READ))
    measures = any(item.tags & {"cpu", "memory"} for item in clause.items)
    unsure = said.intent is Intent.UNCLEAR or (said.intent in _USAGE and said.confidence < SURE)
    if place and unsure and measures and len(clause.words) <= 5:
        understanding = replace(said, intent=Intent.USAGE_QUERY, confidence=0.7, alternatives=())
        return replace(part, understanding=understanding)
    return part


_USAGE = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE})
_CHANGED = CHANGE_INTENTS | LATER_CHANGES
_TELLS = word_set("tell let ping notify report inform say message call")
_DONE = word_set("done finished complete completed ready up over through finishes completes there")


def _tells_when_done(clause: Clause) -> bool:
    """ "… and tell me when that is done"."""
    words = [word for text in clause.words for word in text.split()]
    led = {"me", "us"} & set(words) and {"when", "once", "if", "as"} & set(words)
    return bool(led and _TELLS & set(words[:3]) and _DONE & set(words[-2:])) and not any(
        i.mention for i in clause.items
    )


def _named_again(parts: list[Part]) -> list[Part]:
    """ "logs and events of cart": what the second is about is what the first is about, too."""
    done = [*parts]
    for place, (one, other) in enumerate(pairwise(parts)):
        bare = len(one.reading.clause.words) <= 2 and not _ids(one.understanding) and not _is_wide(one)
        reads = {one.understanding.mode, other.understanding.mode} == {Mode.READ}
        joined = other.reading.clause.join == "soft" and not begins_clause(other.reading.clause.items)
        if bare and reads and joined and other.reading.found.targets and one.understanding.intent not in _NOTHING:
            targets = other.understanding.targets
            done[place] = replace(one, understanding=replace(one.understanding, targets=targets))
    return done


def _is_wide(part: Part) -> bool:
    return part.understanding.parameters.everything or part.understanding.intent is Intent.COST_ANALYSIS


def _asks(part: Part) -> bool:
    """A question or a command; not background, a condition or small talk."""
    if part.understanding.intent in _NOTHING or part.understanding.intent in CHANGE_INTENTS:
        return False
    if part.understanding.intent is Intent.ACTION_STATUS and _tells_when_done(part.reading.clause):
        return True
    same = part.reading.about is None and _asks_the_same(part.reading.clause)
    if same or (_is_only_like_one(part) and _own_chance(part) < SURE_OF_OTHERS):
        return False
    return part.reading.about is not None or not (part.reading.is_statement or _only_colours(part.reading))


_WH = word_set("how why which who when where what so and")
_YOU = word_set("you i me")


def _asks_the_same(clause: Clause) -> bool:
    """ "… which?", "… how", "you know what I mean", "do you see it too?": nothing of its own after a question."""
    words = clause.words
    bare = all(word in _WH for word in words)
    content = [i for i in clause.items if not (i.is_mark or all(w in SMALL or w in LIGHT for w in i.word.split()))]
    named = any(item.mention for item in clause.items)
    to_me = (
        not named
        and bool(_YOU & set(words))
        and all(item.tags <= {"say", "show", "wh", "filler", "everyday"} for item in content)
    )
    return clause.join != "start" and (bare or to_me)


_ANSWERED = (("if", "yes"), ("if", "so"), ("if", "not"), ("if", "no"))


def _only_colours(reading: Reading) -> bool:
    """ "as soon as the deploy is done, …", "in staging, …": a condition or place of what is joined to it."""
    if reading.clause.words[:2] in _ANSWERED and len(reading.clause.words) > 2:
        return False  # "is it ready? if yes, uncordon it"
    is_place = reading.found.namespace is not None and not reading.found.targets and len(reading.clause.words) <= 4
    sure = reading.ranking.probability >= SURE_OF_OTHERS
    is_place = is_place and not sure
    begun = begins_clause(reading.clause.items) or sure
    own = reading.confidence >= SURE_BESIDE_A_CHANGE and begun
    return is_place or (not own and reading.mode in (Mode.CONDITIONAL, Mode.SCHEDULED, Mode.REPORTED))


def _together(parts: list[Part], asked: list[Part], whole: Ranking) -> Part:
    """One question: the intent of all words together, with the names of all clauses."""
    real = asked or [part for part in parts if part.understanding.intent not in _NOTHING]
    if not real:
        best = max(parts, key=lambda p: (p.understanding.intent in _TALK, p.understanding.confidence))
        foreign = [
            p for p in parts if p.understanding.intent is Intent.OUT_OF_SCOPE and p.understanding.confidence >= SURE
        ]
        return (foreign or [best])[0]
    intent = INTENT_OF[whole.best]
    base = next((part for part in real if part.understanding.intent is intent), real[0])
    if intent in _NOTHING or intent in CHANGE_INTENTS:
        intent = base.understanding.intent
    targets = {target.entity.id: target for part in parts for target in part.understanding.targets}
    for part in parts:  # "cool. cpu of A now?": what small talk borrows is not asked about
        if part not in real and part.understanding.intent in _NOTHING:
            borrowed = {t.entity.id for t in part.understanding.targets if t.source == "dialogue"}
            own = {t.entity.id for other in real for t in other.understanding.targets}
            targets = {one: target for one, target in targets.items() if one in own or one not in borrowed}
    sure = max(
        whole.of(LABEL_OF.get(intent, "")), base.understanding.confidence if base.understanding.intent is intent else 0
    )
    merged = replace(base.understanding, intent=intent, confidence=sure, targets=tuple(targets.values()))
    if intent is not base.understanding.intent:
        merged = replace(merged, mode=Mode.READ, about=None, negated=False, left=(), resource_type="none")
    return replace(base, understanding=merged)


def _distinct(parts: list[Part]) -> list[Part]:
    """Without what only says the same again."""
    kept: list[Part] = []
    for part in parts:
        last = kept[-1].understanding if kept else None
        same = last is not None and (last.intent, last.about) == (part.understanding.intent, part.understanding.about)
        other = part.reading.found.targets and part.understanding.intent in LATER_CHANGES | CHANGE_INTENTS
        if same and part.understanding.intent not in CHANGE_INTENTS and not other:
            continue
        if not any(_says_the_same(part.understanding, earlier.understanding) for earlier in kept):
            kept.append(part)
    return kept


def _says_the_same(one: Understanding, other: Understanding) -> bool:
    return (one.intent, one.about, one.parameters, _ids(one)) == (
        other.intent, other.about, other.parameters, _ids(other)
    )  # fmt: skip


def _ids(understanding: Understanding) -> tuple[str, ...]:
    named = (target.entity.id for target in understanding.targets)
    unclear = (said.mention for said in understanding.ambiguous)
    unknown = (said.mention for said in understanding.unknown_names)
    return (*named, *unclear, *unknown)
