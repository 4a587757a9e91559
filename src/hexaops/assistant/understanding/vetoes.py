"""What stands in the way of reading a message as a request by its evidence, each obstacle by its name.

A quotation, a condition, a time, a taking back or an unknown name forbids it (`forbids`). The rest, a "should", a
question in the passive, what somebody says, only makes a doubt, which the model of `asked` must outweigh: "could A be
restarted?" and "A should be on 4" mostly ask for it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.limits import courtesy_places, limits_of_request
from hexaops.assistant.understanding.normalise import word_set

_TAKES_BACK = word_set(
    "never nothing nobody none neither nor cannot hold skip avoid refrain forget scratch nah nope wait leave keep "
    "keeps spare except excluding besides but instead rather other than apart only unless otherwise kidding joke "
    "joking pretend imagine suppose supposing assume assuming provided case whether or including included excluded "
    "everything dependencies depends excepted exempt stay stays remain remains"
)
_REPORTS = word_set(
    "said says say told tells asked asks wrote writes claims claimed reads suggested suggests recommends wanted "
    "according heard quote quoted title ticket runbook docs playbook article reply replied answered thinks"
)
_FUTURE = word_set(
    "will gonna plan planned planning tomorrow tonight later soon next every each always usually whenever until "
    "till eventually someday sometime morning evening midnight noon midday o'clock weekend "
    "schedule scheduled remind reminder often rarely seldom frequently faster slower sooner itself themselves"
)
_ANYWHERE = (
    _TAKES_BACK
    | _REPORTS
    | _FUTURE
    | word_set("why how should shall may might would-be wonder maybe perhaps they he she still yet wish")
)
_BESIDE = word_set(
    "not no nor without dont what who whom whose which where when was were did had been yesterday ago earlier last "
    "used happened going must already there"
)
_TAGS, _TAGS_BESIDE = frozenset({"if", "later", "what_if", "how_to", "except"}), frozenset({"not", "wh"})
_POLITE = word_set("could can would please pls plz")
_ASKED = word_set("you we i someone somebody please pls plz")
_ASKING, _INVERTED, _SUBJECTS = (
    word_set("does is are will did has had am"),
    word_set("do have"),
    word_set("we i you they"),
)
_OF_SOME = word_set("still only each every everything which what not leave")
"""Words that select among several what fails: "only the broken ones"."""
ADVICE = frozenset(
    {"advice", "own doing", "turned", "opinion", "ability", "spoken of", "supposed state", "asks opinion"}
)
"""Obstacles that leave the change to be named: "should I restart A?"."""
_ADVISING = word_set("should shall need ought worth")
_OFFERED = word_set("could can would may possible chance")
"""A question with one of these may ask for it: "could A be restarted?"."""
_BEFORE_NOT = word_set("is are was were does did do can could has have had")
_WANTING = word_set("want wanted mean think like need needed")


_SOFT = word_set("should shall may")
"""Doubts wherever they stand."""
_SOFT_BEFORE = word_set("nobody nothing but only will still yet they he she")
_SOFT_AFTER = word_set("will")
_SOFT_IN = word_set("only")
_TIMES = word_set("tomorrow tonight later soon morning evening midnight noon weekend")
_NOW = word_set("now immediately already instantly asap")
_MODAL_TOLD = word_set("must been may")
_DOUBTS = {"by gist", "question", "verb form", "mode hypothetical", "mode past", "has to", "limited to count"}


def forbids(name: str, *, now: bool) -> bool:
    """Whether this obstacle forbids a plan whatever the model says; `now`: the change is said to be for now."""
    kind, *rest = name.split()
    if name in _DOUBTS:
        return False
    match kind, rest:
        case "word", [where, word]:
            return _word_forbids(where, word, now=now)
        case "tag", [where, "later"]:
            return not now or where == "after"
        case "tag", [where, "except"]:
            return where != "before"
        case (("limit" | "mode"), [*_, "scheduled"]):
            return not now
        case "beside", [word]:
            return word not in ("must", "already", "yesterday", "ago", "earlier")
        case "tells", [word]:
            return word not in _MODAL_TOLD
        case "subject", [word]:
            return word != "asked"
    return True


def _word_forbids(where: str, word: str, *, now: bool) -> bool:
    if word in _SOFT or word in {"before": _SOFT_BEFORE, "after": _SOFT_AFTER, "in": _SOFT_IN}[where]:
        return False
    return not (word in _TIMES and now and where != "after")


def is_for_now(items: tuple[Item, ...]) -> bool:
    """ "… now", "… already", "… asap"."""
    return any(word in _NOW for item in items if not item.mention for word in item.word.split())


def obstacles(items: tuple[Item, ...], start: int, end: int, *, selects: bool = False) -> frozenset[str]:
    """The names of what stands against the change that `items[start:end]` say; `selects`: what fails is spoken of."""
    return frozenset((*_anywhere(items, start, end, selects=selects), *_beside(items, start, end, selects=selects)))


def _anywhere(items: tuple[Item, ...], start: int, end: int, *, selects: bool) -> Iterator[str]:
    courtesy = courtesy_places(items) | {place for place in range(len(items)) if _is_past_time(items, place)}
    said = [(place, item) for place, item in enumerate(items) if place not in courtesy]
    against = _ANYWHERE - (_OF_SOME if selects else frozenset())
    for place, item in said:
        where = "before" if place < start else "after" if place >= end else "in"
        if item.quoted:
            yield "quoted"
        yield from (f"word {where} {word}" for word in sorted(_words_of(item) & against))
        yield from (f"tag {where} {tag}" for tag in sorted(item.tags & _TAGS) if not item.mention)
    words = {word for _, item in said for word in _words_of(item)}
    if any(item.word == "?" for _, item in said) and not (words & _POLITE and words & _ASKED):
        advises = words & _ADVISING or words >= {"how", "about"}
        yield "question" if words & _OFFERED else "advice" if advises else "open question"
    first, second = (*(item.word for _, item in said if not item.is_mark), "", "")[:2]
    if first in _ASKING or (first in _INVERTED and second in _SUBJECTS):
        yield f"begins {first}"
    if first in ("should", "had", "were") and "?" not in words | {item.word for _, item in said}:
        yield f"begins {first}"  # "should the need arise, …"
    polite = bool(words & _PLEADS)
    if words & _OPINION and words & _ADVISING and not words & _PRESSED:
        yield "opinion"  # "I think A should be restarted"
    if first == "can" and not polite and _asks_ability(said):
        yield "ability"
    told = [word for _, item in said for word in item.word.split()]
    if ("you", "think") in set(pairwise(told)):
        yield "asks opinion"
    if first in ("must", "may", "shall") and second in _SUBJECTS:
        yield f"begins {first}"
    wishes = second in _ASKED or second == "be" or "possible" in words
    if first == "would" and second and not wishes:
        yield "begins would"  # "would 2 replicas help A"
    if (limit := limits_of_request(items, counts=True)) is not None:
        yield f"limit {limit.value}"


def _is_past_time(items: tuple[Item, ...], place: int) -> bool:
    """ "stuck since morning", "since last evening": no time to come."""
    before = [item.word for item in items[max(0, place - 2) : place]]
    return "later" in items[place].tags and not items[place].mention and "since" in before


def _asks_ability(said: list[tuple[int, Item]]) -> bool:
    """ "can A run with 4": whether it is possible; not "can A have 4"."""
    words = [item for _, item in said if not item.is_mark]
    verb = words[2] if len(words) > 2 and words[1].mention else None
    return verb is not None and "base" in (verb.forms or {"base"}) and verb.word not in _HAVING


_HAVING = word_set("be have get please both also")
_OPINION, _PLEADS = word_set("think believe guess reckon feel"), word_set("please pls plz kindly now do go")
_PRESSED = word_set("now do go")


def _beside(items: tuple[Item, ...], start: int, end: int, *, selects: bool) -> Iterator[str]:
    against = _BESIDE - (_OF_SOME if selects else frozenset())
    for item in items[start:end]:
        yield from (f"beside {word}" for word in sorted(_words_of(item) & against))
        if _is_unknown(item):
            yield "unknown name"
        if item.tags & _TAGS_BESIDE and not item.mention and item.word not in _OF_SOME:
            yield from (f"tag beside {tag}" for tag in sorted(item.tags & _TAGS_BESIDE))
    if any(one.word == "minus" and two.mention for one, two in pairwise(items)):
        yield "beside minus"  # "both stopped ones, minus A"
    for place in (*range(start), *range(end, len(items))):
        where = "before" if place < start else "after"
        if _turns_round(items, place):
            yield f"no {where}"
        if names_another(items[place]):
            yield "unknown name"


def _words_of(item: Item) -> frozenset[str]:
    """Its words; of a name only if several were said: "do not" may be one."""
    own = frozenset() if item.mention else frozenset(item.word.split())
    return own | (frozenset(item.text.lower().split()) if not item.mention or " " in item.text else frozenset())


def _turns_round(items: tuple[Item, ...], place: int) -> bool:
    """A "no" that is not told of something: "it does not answer" is."""
    item = items[place]
    if item.mention or not (item.tags & {"not"} or item.word in ("not", "no", "without")):
        return False
    subject = place >= 2 and items[place - 1].word in _BEFORE_NOT and not items[place - 2].is_mark
    wanted = any(other.word in _WANTING for other in items[place + 1 : place + 3])
    return not subject or wanted


def _is_unknown(item: Item) -> bool:
    return item.is_unknown and item.looks_like_name


def names_another(item: Item) -> bool:
    """ "kafka-ui", where there is none; not "INC-3321", "re-read"."""
    if not _is_unknown(item):
        return False
    pieces = item.word.lower().replace("/", "-").replace("_", "-").split("-")
    return not ("_" in item.text or any(piece.isdigit() for piece in pieces) or all(is_english(p) for p in pieces))
