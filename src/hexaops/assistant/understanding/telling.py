"""Messages that carry on and also tell why: "no, 4, we're not made of money", "same for cart, since they go together".

What is told is a statement with a subject and a verb of its own, that names nothing, counts nothing and puts
nothing off. Beside it the rest is read as if it were the whole message; what would then be planned is only offered.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.clauses import CHANGE_TAGS
from hexaops.assistant.understanding.english import BASE, NOUN, PAST, PROGRESSIVE, THIRD, parts_of_speech
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.model import Understanding
from hexaops.assistant.understanding.normalise import word_set

_ENDS = frozenset(",.;!?-()\n")
_REASONS = word_set("since because cause cuz coz")
_LINKS = word_set("since because cause cuz coz as and well")
_SUBJECTS = word_set(
    "i we it they he she you this that there people users customers clients nobody somebody someone everybody everyone"
)
_FINITE = word_set("is are was were am has have had do does did will would could can might must should")
_DOUBTS = word_set(
    "if unless until till when whenever once after before while maybe perhaps might should could must want wants wish "
    "need needs later tomorrow tonight soon yet instead only first then but except hold wait careful please"
)
_LONGEST_CORE, _MOST = 9, 6


def core_of(items: Sequence[Item]) -> tuple[Item, ...]:
    """What is left of the message without the statements before and behind it; empty where none stands there."""
    pieces = _pieces(items)
    if not 1 < len(pieces) <= _MOST:
        return ()
    open_ones = [place for place, piece in enumerate(pieces) if not _is_told(piece)]
    if not open_ones or (open_ones[0] == 0 and open_ones[-1] == len(pieces) - 1):
        return ()
    core = tuple(item for piece in pieces[open_ones[0] : open_ones[-1] + 1] for item in piece)
    return core if sum(not item.is_mark for item in core) <= _LONGEST_CORE else ()


def leaves_open(items: Sequence[Item], core: Sequence[Item], meant: Understanding) -> bool:
    """Whether what is told may hold up what the core asks for; a no is one whatever its reason is."""
    if meant.intent is Intent.DENY:
        return False
    told = tuple(item for item in items if not any(item is own for own in core))
    words = {word for item in told for word in item.word.split()}
    doubts = words & (_DOUBTS | {"not"} if meant.intent is Intent.CONFIRM else _DOUBTS)
    return bool(doubts) or limits_of_request(told) is not None


def _pieces(items: Sequence[Item]) -> list[list[Item]]:
    """The message cut at every mark and before every word that begins a reason."""
    pieces: list[list[Item]] = [[]]
    for item in items:
        if not item.is_mark and item.word in _REASONS and any(not other.is_mark for other in pieces[-1]):
            pieces.append([])
        pieces[-1].append(item)
        if item.is_mark and item.word in _ENDS:
            pieces.append([])
    return [piece for piece in pieces if any(not item.is_mark for item in piece)]


def _is_told(piece: Sequence[Item]) -> bool:
    words = [item for item in piece if not item.is_mark]
    while words and words[0].word in _LINKS:
        words = words[1:]
    led = len(words) < sum(not item.is_mark for item in piece)
    if len(words) < 2 or (len(words) < 3 and not led and words[0].word not in _SUBJECTS) or piece[-1].word == "?":
        return False
    if any(item.mention or item.quoted or _counts(words, place) for place, item in enumerate(words)):
        return False
    first = words[0]
    if first.tags & {"wh", "deny", "yes", "no", "show", "how_is", "how_many"} or any(
        item.tags & CHANGE_TAGS for item in words
    ):
        return False
    if first.word not in _SUBJECTS and parts_of_speech(first.word) & PROGRESSIVE:
        return True  # "thinking about the budget again, …"
    return _has_verb(words)


def _counts(words: Sequence[Item], place: int) -> bool:
    """A number but for "those two", "the one"."""
    item = words[place]
    if item.number is None:
        return False
    return item.text[:1].isdigit() or not place or words[place - 1].word not in ("those", "these", "the", "no", "that")


def _has_verb(words: Sequence[Item]) -> bool:
    """A subject, then a finite verb: "marketing would kill me", "people use it", "the keys are stale"."""
    plural = words[0].word in _SUBJECTS - {"it", "this", "that", "he", "she"}
    subject = words[0].word in _SUBJECTS or bool(parts_of_speech(words[0].word) & NOUN) or words[0].word in _ARTICLES
    for place, item in enumerate(words[1:5], start=1):
        kinds = parts_of_speech(item.word.partition(" ")[0])
        finite = bool({*item.word.split()} & _FINITE) or (kinds & (THIRD | PAST) and not kinds & NOUN)
        if subject and (finite or (plural and place <= 2 and kinds & BASE) or (place > 1 and kinds & THIRD)):
            return True
    return False


_ARTICLES = word_set("the my our his her their its your these those")
