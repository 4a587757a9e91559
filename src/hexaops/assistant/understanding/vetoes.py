"""What stands in the way of reading a message as a request by its evidence.

A condition, a time, a report, a quotation or a taking back does so anywhere. A negation, something past or a relative
clause does so beside the change itself; in a sentence of its own it tells why ("it does not answer, restart cart").
"""

from __future__ import annotations

from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.speech import courtesy_places, limits_of_request

_TAKES_BACK = word_set(
    "never nothing nobody none neither nor cannot hold skip avoid refrain forget scratch nah nope wait leave keep "
    "keeps spare except excluding besides but instead rather other than apart only unless otherwise kidding joke "
    "joking pretend imagine suppose supposing assume assuming provided case whether or including included excluded "
    "everything dependencies depends"
)
_REPORTS = word_set(
    "said says say told tells asked asks wrote writes claims claimed reads suggested suggests recommends wanted "
    "according heard quote quoted title ticket runbook docs playbook article reply replied answered thinks"
)
_FUTURE = word_set(
    "will gonna plan planned planning tomorrow tonight later soon next every each always usually whenever until "
    "till eventually someday sometime morning evening midnight noon weekend"
)
_ANYWHERE = (
    _TAKES_BACK
    | _REPORTS
    | _FUTURE
    | word_set("why how should shall may might would-be wonder maybe perhaps they he she still yet wish")
)
_BESIDE = word_set(
    "not no nor without dont what who whom whose which where when was were did had been yesterday ago earlier last "
    "used happened going must already"
)
_TAGS, _TAGS_BESIDE = frozenset({"if", "later", "what_if", "how_to", "except"}), frozenset({"not", "wh"})
_POLITE = word_set("could can would please pls plz")
_ASKED = word_set("you we i someone somebody please pls plz")
_ASKING, _INVERTED, _SUBJECTS = (
    word_set("does is are will did has had am"),
    word_set("do have"),
    word_set("we i you they"),
)
_OF_SOME = word_set("only each every everything which what not leave")
"""Words that select among several what fails: "only the broken ones"."""
_BEFORE_NOT = word_set("is are was were does did do can could has have had")
_WANTING = word_set("want wanted mean think like need needed")


def forbids(items: tuple[Item, ...], *, selects: bool = False) -> bool:
    """What forbids a plan wherever it stands; `selects`: of all applications those that fail are spoken of."""
    courtesy = courtesy_places(items)
    said = [item for place, item in enumerate(items) if place not in courtesy]
    words = _words(said)
    if any(item.quoted for item in said) or words & (_ANYWHERE - (_OF_SOME if selects else frozenset())):
        return True
    if any(item.tags & _TAGS and not item.mention for item in said):
        return True
    if any(item.word == "?" for item in said) and not (words & _POLITE and words & _ASKED):
        return True
    begun = [item.word for item in said if not item.is_mark][:2]
    if begun[0] in _ASKING or (begun[0] in _INVERTED and begun[1:] and begun[1] in _SUBJECTS):
        return True
    if begun[0] == "would" and begun[1:] and begun[1] not in _ASKED:
        return True  # "would 2 replicas help A"
    return limits_of_request(items, counts=True) is not None


def forbids_beside(items: tuple[Item, ...], start: int, end: int, *, selects: bool = False) -> bool:
    """What forbids the change that `items[start:end]` say."""
    own = items[start:end]
    words = _words(list(own))
    if words & (_BESIDE - (_OF_SOME if selects else frozenset())) or any(_is_unknown(item) for item in own):
        return True
    if any(item.tags & _TAGS_BESIDE and not item.mention and item.word not in _OF_SOME for item in own):
        return True
    around = [*range(start), *range(end, len(items))]
    return any(_turns_round(items, place) or _names_another(items[place]) for place in around)


def _words(items: list[Item]) -> set[str]:
    """Their words; of a name only if several were said: "do not" may be one."""
    return {word for item in items if not item.mention or " " in item.text for word in item.text.lower().split()} | {
        word for item in items if not item.mention for word in item.word.split()
    }


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


def _names_another(item: Item) -> bool:
    """ "kafka-ui", where there is none; not "INC-3321", "re-read"."""
    if not _is_unknown(item):
        return False
    pieces = item.word.lower().replace("/", "-").replace("_", "-").split("-")
    return not ("_" in item.text or any(piece.isdigit() for piece in pieces) or all(is_english(p) for p in pieces))
