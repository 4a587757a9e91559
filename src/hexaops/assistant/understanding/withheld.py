"""Whole messages that read like a request and are none: titles, agendas, figures, jokes, threats, orders to others.

Each rule is a class of its own, and a match only ever turns a plan into a question.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from hexaops.assistant.understanding.clauses import Clause, is_only_a_time
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS

_TITLE = re.compile(
    r"\s*(?:(?:feat|fix|chore|docs|ci|refactor|revert|build|perf|test|style|hotfix|release|merge)(?:\([^)]*\))?!?\s?:"
    r"|(?:re|fwd?|subject|title|topic|todo|fixme|agenda|ticket|pr|mr|commit|changelog|summary|draft)\s?:"
    r"|\[[\w #-]{2,24}\]|merge (?:pull|branch)\b"
    r"|\d{1,4}[/.-]\d{1,2}(?:[/.-]\d{2,4})?\s?[:-]|\d{1,2}[:.]\d\d\s?(?:[ap]m\s?)?[:–-]"
    r"|(?:mon|tue|wed|thu|fri|sat|sun)(?:day|s|sday|nesday|rs|rsday|urday)?\s?[:–-])",
    re.IGNORECASE,
)
"""Beginnings of commit messages, subjects, diaries and lists of what is to be done."""
_ADDRESSED = re.compile(
    r"\s*(?:hey |hi |ok |yo )?@(?!hexaops\b|bot\b|here\b|channel\b|all\b|assistant\b)[a-z][\w.-]*", re.IGNORECASE
)
_ASKS_BACK = re.compile(
    r"[,.;–-]\s*(?:right|correct|innit|eh|huh|or (?:not|what)|isn'?t it|aren'?t (?:we|they)|can'?t i|don'?t you think)"
    r"\s*[?!.]*\s*$",
    re.IGNORECASE,
)
_MISPLACED = re.compile(
    r"\b(?:sorry|oops|whoops|ups|my bad|argh|damn|wrong)\b[^.!?]{0,40}"
    r"\b(?:window|chat|channel|tab|person|thread|terminal|bot|room|cluster|env(?:ironment)?|paste|buffer|not for you)\b"
    r"|\b(?:disregard|strike that|belay that|not (?:meant )?for you|(?:hit|pressed) (?:paste|enter|send)"
    r"|by (?:accident|mistake)"
    r"|ignore (?:the|this|that|my|last|previous|what)|meant for (?:someone|somebody|another|the other))\b",
    re.IGNORECASE,
)
_JOKES = re.compile(
    r"\b(?:yeah,? right|as if|what could (?:possibly )?go wrong|would (?:just )?love that|good luck with|oh,? great"
    r"|sure,? (?:why not|because|and then)|(?:great|brilliant|genius|wonderful|fantastic) (?:idea|plan)"
    r"|over my dead body|famous last words|the (?:answer|solution|cure) (?:to|for) (?:everything|all)|solves everything"
    r"|thanks?(?: you)?(?: so much| a lot)? for (?:the |nothing|(?:\w+ )?\w+ing\b))",
    re.IGNORECASE,
)
"""Also thanks for what was done."""
_RETRACTED = re.compile(
    r".{4,}\b(?:(?:scratch|strike|forget|cancel|ignore) (?:that|it|this)\b"
    r"|(?:let me|i'?ll|i will|i (?:need|have|want) to|we (?:need|have) to|gotta|should) (?:first )?"
    r"(?:ask|check|confirm|talk|verify|think|double[- ]?check|discuss|clear (?:it|this|that))\b)",
    re.IGNORECASE | re.DOTALL,
)
"""After something else was said."""
_ONE_OF_SEVERAL = re.compile(
    r"\b(?:(?:any|either|some|just|only)? ?one of (?:them|these|those|the)|either of|some of)\b", re.IGNORECASE
)
_IDIOMS = re.compile(
    r"\b(?:run|walk|talk) \S+(?: \S+)? (?:by|past|through) (?:me|us|him|her|them|the team)\b", re.IGNORECASE
)
_WARNS = re.compile(
    r"\b(?:mistake|bad idea|not a good idea|unwise|stupid|foolish|crazy|madness|insane|reckless|premature|irresponsible"
    r"|dangerous|risky|shame|pity|waste) (?:to|if)\b",
    re.IGNORECASE,
)
_ANYTHING_BUT = re.compile(
    r"\b(?:anything|whatever|everything|all|nothing) (?:you (?:like|want) )?(?:but|except|other than|short of) (?:to )?"
    r"(?:\w+ )?(?:re-?start|stop|scal|kill|boun|shut|delet|roll|turn)",
    re.IGNORECASE,
)
_LISTS = re.compile(
    r"[^\n:]*\b(?:did|done|tried|ran|steps|executed|history|log|transcript|output|so far|yesterday|today)\b"
    r"[^\n:]*:\s*\n",
    re.IGNORECASE,
)
"""The heading of lines that tell what was done."""
_CHANGES = frozenset({"restart", "scale", "scale_up", "scale_down", "start", "stop", "cancel", "undo"})
_DETERMINED = word_set("the that this these those our your his her their its last next first")
_TEXTS = word_set(
    "message comment comments note line log output yaml readme wiki ticket text sentence title command script snippet "
    "paste example prompt translation below above translate rephrase explain spell print echo type write read grep "
    "search quote summarize proofread meaning means steps did"
)
"""Before a colon: what follows is a text."""
_CONTROLS = word_set(
    "button link icon menu tab dialog option checkbox form field dropdown page screen switch time date count policy "
    "loop reason order script command history interval window schedule signal hook factor test plan budget"
)
"""Behind a change they make a noun of it."""
_PLACES = frozenset(ORDINALS) | {"other"}
_RECENTLY = word_set("just already finally recently")
_SUBJECTS = word_set("we you i it they users customers everything everyone everybody nobody people that this")
_OUTCOMES = word_set(
    "is are will would lose loses die dies break breaks get gets go goes have has might may could can fail fails crash "
    "crashes"
)
_WELL = word_set("good done fine set happy happier ok okay golden back ready sorted better all through")
_STRUCK = word_set("scratch strike forget skip minus not without except omit")
_MAY, _STAYING = word_set("can may should must shall will has have needs"), word_set("stay remain keep rest wait")


def is_no_request(text: str, clauses: Sequence[Clause]) -> bool:
    """Whether the whole message tells that its order is none."""
    return any(found(text) for found in _OF_TEXT) or any(rule(clauses) for rule in _OF_CLAUSES)


def _said(clause: Clause) -> list[Item]:
    return [item for item in clause.items if not item.is_mark]


def _has_heading(clauses: Sequence[Clause]) -> bool:
    return len(clauses) > 1 and clauses[1].join == "colon" and not any(item.mention for item in clauses[0].items)


def _is_on_an_agenda(clauses: Sequence[Clause]) -> bool:
    """ "on friday: the kafka upgrade, restart of orders-api"."""
    return _has_heading(clauses) and any("later" in item.tags for item in clauses[0].items)


def _is_for_a_time(clauses: Sequence[Clause]) -> bool:
    """ "at 22:00 in the night, please restart A"."""
    return len(clauses) > 1 and is_only_a_time(clauses[0].items)


def _counts_what_happened(clauses: Sequence[Clause]) -> bool:
    """ "restarts: trainer 4, model-server 0"."""
    if not _has_heading(clauses) or len(clauses[0].items) > 3 or not clauses[0].items[-1].word.endswith("s"):
        return False
    counted = [one for clause in clauses[1:] for one, two in pairwise(clause.items) if one.mention and two.number]
    return len(counted) > 1


def _only_names_a_change(clauses: Sequence[Clause]) -> bool:
    """ "the restart of stream-processor": of which nothing is said."""
    items = _said(clauses[0])
    begins = len(clauses) == 1 and 3 <= len(items) <= 6 and items[0].word in _DETERMINED
    named = begins and bool(items[1].tags & _CHANGES) and items[2].word in ("of", "for", "on", "from")
    return named and not any(item.tags & {"polite", "now"} for item in items)


def _tells_what_was_done(clauses: Sequence[Clause]) -> bool:
    """ "just restarted. cart up again": without a subject, and nothing else is asked."""
    words = [item for item in _said(clauses[0]) if item.word not in ("i", "we", "have", "ok", "so")]
    told = len(words) > 1 and words[0].word in _RECENTLY
    done = told and "past" in words[1].forms and "base" not in words[1].forms and bool(words[1].tags & _CHANGES)
    rest = [item for clause in clauses[1:] for item in clause.items]
    return done and not any(i.tags & {"polite"} or (i.tags & _CHANGES and "base" in i.forms) for i in rest)


def _threatens(clauses: Sequence[Clause]) -> bool:
    """ "scale that down and we are in trouble"; not "… and we are good"."""
    for number, clause in enumerate(clauses):
        words = _said(clause)
        if number and clause.join == "soft" and clause.led == "and" and _is_outcome(words):
            return True
        if any(one.word == "and" and at and _is_outcome(words[at + 1 :]) for at, one in enumerate(words)):
            return True
    return False


def _is_outcome(words: Sequence[Item]) -> bool:
    said = [part for word in words[:6] for part in word.word.split() if part not in ("then", "probably", "maybe")]
    return len(said) > 2 and said[0] in _SUBJECTS and said[1] in _OUTCOMES and not _WELL & set(said[2:])


def _takes_one_back(clauses: Sequence[Clause]) -> bool:
    """ "restart cart and inventory. scratch inventory"."""
    for clause in clauses[1:]:
        first, *rest = _said(clause)
        names_only = all(item.mention or item.word in ("and", "the", "though") for item in rest)
        if first.word in _STRUCK and rest and names_only:
            return True
    return False


def _lets_stay(clauses: Sequence[Clause]) -> bool:
    """ "start cart, inventory can stay off": of the second nothing is to be changed."""
    return any(
        one.mention is not None and two.word in _MAY and three.word in _STAYING
        for clause in clauses[1:]
        for one, two, three in zip(clause.items, clause.items[1:], clause.items[2:], strict=False)
    )


def _is_a_text(clauses: Sequence[Clause]) -> bool:
    """ "translate to German: restart cart", "someone left a comment: stop redis"."""
    if not _has_heading(clauses):
        return False
    said = clauses[0].items
    past = any("past" in item.forms and "base" not in item.forms and not item.tags & {"polite"} for item in said)
    return past or bool(_TEXTS & said_words(said))


def _is_a_control(clauses: Sequence[Clause]) -> bool:
    """ "rollback button for cart is greyed out"."""
    return any(
        two.word in _CONTROLS for clause in clauses for one, two in pairwise(clause.items) if one.tags & _CHANGES
    )


def _is_done_by_the_speaker(clauses: Sequence[Clause]) -> bool:
    """ "let me restart cart real quick"."""
    return any(
        (one.word, two.word) in (("let", "me"), ("let", "us")) and bool(three.tags & _CHANGES)
        for clause in clauses
        for one, two, three in zip(clause.items, clause.items[1:], clause.items[2:], strict=False)
    )


def _selects_one(clauses: Sequence[Clause]) -> bool:
    """ "of cart and inventory stop only the first one"."""
    items = [item for clause in clauses for item in clause.items]
    named = [at for at, item in enumerate(items) if item.mention]
    return len(named) > 1 and any(
        one.word in _PLACES and two.word in ("one", "two") for one, two in pairwise(items[named[0] :])
    )


def _spares_some(clauses: Sequence[Clause]) -> bool:
    """ "restart all apps, and don't wake the stopped ones", "…, cart is the only one that stays": which are left?"""
    every = any("everything" in item.tags for item in clauses[0].items)
    return every and any("not" in item.tags or item.word in _SPARING for clause in clauses[1:] for item in clause.items)


_SPARING = word_set("only stay stays remain remains keep keeps except spare leave without but")


def _waits_first(clauses: Sequence[Clause]) -> bool:
    """ "keep cart off until thursday, then start it"."""
    for before, after in pairwise(clauses):
        words = {item.word for item in before.items}
        if words & {"until", "till"} and (after.led == "then" or any(item.word == "then" for item in after.items[:2])):
            return True
    return False


_OF_TEXT = (
    _ADDRESSED.match, _TITLE.match, _ASKS_BACK.search, _MISPLACED.search, _JOKES.search, _ANYTHING_BUT.search,
    _WARNS.search, _LISTS.match, _RETRACTED.match, _ONE_OF_SEVERAL.search, _IDIOMS.search,
)  # fmt: skip
_OF_CLAUSES = (
    _is_on_an_agenda, _is_for_a_time, _counts_what_happened, _only_names_a_change, _tells_what_was_done, _threatens,
    _takes_one_back, _lets_stay, _is_a_text, _is_a_control, _is_done_by_the_speaker, _selects_one,
    _spares_some, _waits_first,
)  # fmt: skip
"""Asked in this order, after the patterns."""
