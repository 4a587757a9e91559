"""Wishes with the application as their subject: "web-app could do with a restart", "cart has to be at 9".

The clause begins with the name (after greetings, "so" and openings such as "see to it that"), a wish follows, and then
what is wished: a participle ("be restarted"), a noun ("a restart"), a count or a state ("up", "off"). Whatever stands
before the name ("I think web-app needs …"), a question, a condition or a negation is no wish.
"""

from __future__ import annotations

from itertools import pairwise

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item, said_words, words_at
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.set_phrases import SetPhrases
from hexaops.assistant.understanding.speech import SKIPPED, Act

_FINITE_OPENINGS = SetPhrases(
    [
        *("see to it that", "see that", "make sure", "make sure that", "ensure", "ensure that", "make it so that"),
        *("i would appreciate it if", "we would appreciate it if", "i would be grateful if", "i would be glad if"),
        *("i would be happy if", "i would like it if", "i would love it if", "it would be nice if", "would be nice if"),
        *("it is time", "it is high time", "it is about time", "high time", "it is time that"),
        *("it would be good if", "it would be great if", "it would be helpful if", "would be great if"),
    ]
)
"""After these a plain statement is what is asked for: "see to it that web-app has 4 pods"."""
_MODALS = word_set("should must shall")
_TO = word_set("has have needs need ought")
_LINK_VERBS = word_set("be have run get go grow scale move come sit drop shrink become return")
_NEEDS = word_set("needs need wants want requires require deserves deserve")
_FINITE = word_set("has have is are was were be go come runs run gets get got had ran could can")
_ADVERBS = word_set("now only also just really please all both immediately asap definitely")
_ARTICLES = word_set("the a an my our your this that these those it they them both all everything whatever ones one")
_RELATIVES = word_set("that which")
_BETWEEN = _RELATIVES | word_set("and in of plus &")
_FORBIDDEN = word_set("not never no nor if unless until when whether why what who how which would might maybe perhaps")
_ON = word_set("up on online running back going live again")
_OFF = word_set("off offline down stopped")
_STATES = word_set("up on online running live off offline down")
_FIRM = word_set("please pls plz now asap immediately ahead thanks")


def read_wish(clause: Clause) -> Act | None:
    """The request that a wish makes, or None where the clause is none."""
    places = [place for place, item in enumerate(clause.items) if not item.is_mark]
    items = tuple(clause.items[place] for place in places)
    finite, start = _opening(items, clause_joined=clause.join in ("soft", "contrast"))
    end = _subject(items, start)
    if end == start or any(item.quoted for item in items):
        return None
    wished = _after_wish(items, end, finite=finite)
    said = said_words(items[start:])
    says = any("say" in item.tags for place, item in enumerate(items[start:], start) if place != end)
    if wished is None or clause.is_question or _FORBIDDEN & said or says:
        return None
    if _supposes(items, end, wished) or (items[wished - 1].word == "goes" and _is_share(clause)):
        return None
    if items[wished - 1].word in ("wants", "want") and items[wished : wished + 1] and items[wished].word == "to":
        return None  # "kafka wants to restart": what it does by itself
    if any(a.word == "from" and "ing" in b.forms for a, b in pairwise(items[wished:])):
        return None  # "has to be stopped from crashing"
    verb, at = _what(items, wished)
    if verb == "assign" and wished < len(items) and items[wished].word in _BROUGHT:
        at = wished
        verb = next((tag for tag in ("increase", "decrease") if tag in items[at].tags), verb)
    if verb == "assign" and items[wished - 1].word in ("wants", "want"):
        return None  # "web-app wants 3": told as much as asked
    if verb is None or limits_of_request(items[end:], counts=verb == "assign"):
        return None
    state = next((p for p in range(wished, len(items)) if items[p].word in _ON | _OFF), None)
    opens = wished if at >= 0 or state is None or verb == "assign" else state + 1
    return Act(Mode.REQUEST, verb, places[at] if at >= 0 else -1, opens=places[min(opens, len(places) - 1)])


def asks_politely_for(clause: Clause, *, explained: bool = False) -> Act | None:
    """ "could web-app be restarted now?", "can cart be stopped please": a request with such a word only, or where
    the next clause tells why (`explained`)."""
    places = [place for place, item in enumerate(clause.items) if not item.is_mark]
    items = tuple(clause.items[place] for place in places)
    start = next((p for p, item in enumerate(items) if item.word not in SKIPPED), len(items))
    if start >= len(items) or items[start].word not in ("could", "can", "may"):
        return None
    end = _subject(items, start + 1)
    words = [word for item in items for word in item.word.split()]
    if end == start + 1 or end >= len(items) or items[end].word not in ("be", "get") or _FORBIDDEN & set(words):
        return None
    if limits_of_request(items):
        return None
    verb, at = _what(items, end + 1)
    if not _FIRM & set(words) and not (explained and not clause.is_question and _is_done(items, at, end + 1)):
        return None
    return Act(Mode.REQUEST, verb, places[at] if at >= 0 else -1, opens=places[end]) if verb else None


def _is_share(clause: Clause) -> bool:
    """ "web-app goes to 100 % now": its CPU, most likely."""
    return any(item.word in ("%", "percent") for item in clause.items)


def _supposes(items: tuple[Item, ...], at: int, wished: int) -> bool:
    """ "web-app must be down", "… should be running (by now)", "… must be restarting": how it is thought to be."""
    if any(a.word == "by" and b.word == "now" for a, b in pairwise(items)):
        return True
    modal = bool((_MODALS | {"ought"}) & {item.word for item in items[at:wished]}) and items[wished - 1].word == "be"
    if not modal or any(item.number and not item.mention for item in items[wished:]):
        return False
    place = _past_adverbs(items, wished)
    state = items[place] if place < len(items) else None
    if state is None or (state.word not in _STATES and not ("ing" in state.forms and "past" not in state.forms)):
        return False
    words = said_words(items)
    return not words & (_FIRM | {"again", "back"}) or state.word == "restarting"


def _is_done(items: tuple[Item, ...], at: int, start: int) -> bool:
    """ "(could A be) stopped" to the end; "restarting" asks what it may be doing."""
    return at == start == len(items) - 1 and "past" in items[at].forms


def _opening(items: tuple[Item, ...], *, clause_joined: bool = False) -> tuple[bool, int]:
    """Whether what follows is told to be made so, and where it begins."""
    position, finite = 0, False
    openers = ("let", "time") if clause_joined else ("let",)  # "…, time it got restarted"
    while position < len(items):
        if openings := _FINITE_OPENINGS.at(items, position):
            position, finite = position + max(map(len, openings)), True
        elif items[position].word in SKIPPED or items[position].tags & {"polite", "greet", "yes", "thank"}:
            position += 1
        elif (wanted := _wanting(items, position)) and not finite:
            position += wanted
        elif items[position].word in openers and position + 1 < len(items):
            position, finite = position + 1, True
        elif words_at(items, position, 2) in (("could", "you"), ("can", "you"), ("would", "you")):
            position += 2
        else:
            break
    return finite, position


def _wanting(items: tuple[Item, ...], position: int) -> int:
    """How many items "I want", "we would like" are; 0 where a verb or a noun follows, not a name."""
    for length, words in ((2, 2), (3, 3)):
        said = tuple(item.word for item in items[position : position + length])
        if len(said) == words and said in _WANTING and position + length < len(items):
            return length if items[position + length].mention else 0
    return 0


_WANTING = tuple(
    (subject, *rest)
    for subject in ("i", "we")
    for rest in (("want",), ("need",), ("should", "like"), ("would", "like"), ("would", "love"), ("would", "need"))
)


def _subject(items: tuple[Item, ...], start: int) -> int:
    """Where the subject ends: names, or all that is in a state; `start` where there is none."""
    position, named = start, False
    while position < len(items):
        item = items[position]
        states = item.tags & {"failing", "unhealthy", "stopped", "pending", "not_ready", "app", "pod", "project"}
        of_things = item.word in ("things", "ones") or bool(item.tags & {"app", "pod"})
        selected = of_things and any("failing" in other.tags for other in items[start:position])
        if item.mention or item.tags & {"pronoun", "everything"} or item.word == "both" or selected:
            named = True
        elif not (states or item.word in _ARTICLES or item.word in _BETWEEN or _is_relative(items, position, start)):
            break
        position += 1
    return position if named else start


def _is_relative(items: tuple[Item, ...], position: int, start: int) -> bool:
    """ "everything that is failing"."""
    return items[position].word in ("is", "are") and position > start and items[position - 1].word in _RELATIVES


def _after_wish(items: tuple[Item, ...], at: int, *, finite: bool) -> int | None:
    """Where what is wished begins, or None where no wish stands at `at`."""
    at = _past_adverbs(items, at)
    words = [item.word for item in items[at : at + 3]]
    first, second, third = (*words, "", "", "")[:3]
    if first in ("could", "can") and (second == "use" or (second, third) == ("do", "with")):
        return at + (2 if second == "use" else 3)
    if first == "would" and (second, third) == ("benefit", "from"):
        return at + 3
    if first in _MODALS:
        place = _past_adverbs(items, at + 1)
        return place + 1 if place < len(items) and items[place].word in _LINK_VERBS else None
    if first in ("is", "are") and (second, third) == ("to", "be"):
        return at + 3
    if first in ("gets", "goes") and _gets_count(items, at):
        return at + 1
    if first == "to" and second in _LINK_VERBS and _is_wanted(items):
        return at + 2
    if first in _TO and second == "to" and third in _LINK_VERBS:
        return at + 3
    if first in _NEEDS:
        return at + 1
    if first in ("can", "may") and second in _LINK_VERBS and _is_firm(items):
        return at + 2
    if finite and first in _FINITE:
        return at + (2 if first in ("could", "can") and second in _LINK_VERBS else 1)
    return None


def _gets_count(items: tuple[Item, ...], at: int) -> bool:
    """ "A gets 10 pods", "A goes to 12 right away"; "A goes to 12" may tell how it is."""
    place = at + 1 + (items[at + 1 : at + 2] != () and items[at + 1].word == "to")
    number = items[place].number if place < len(items) else None
    if number is None or number.kind != "count":
        return False
    counted = place + 1 < len(items) and "replicas_word" in items[place + 1].tags
    firm = any(item.tags & {"now", "polite"} or item.word in _FIRM for item in items[place + 1 :])
    return (counted and items[at].word == "gets") or firm


_BROUGHT = word_set("brought taken set put raised lowered increased reduced bumped cut upped")


def _is_wanted(items: tuple[Item, ...]) -> bool:
    """ "I'd like A to run with 5", "I need A to have 5"."""
    opened = [item.word for item in items[:4] if item.mention is None]
    return opened[:1] in (["i"], ["we"]) and bool({"like", "want", "need", "love"} & set(opened))


def _past_adverbs(items: tuple[Item, ...], at: int) -> int:
    while at < len(items) and items[at].word in _ADVERBS and not items[at].mention:
        at += 1
    return at


def _is_firm(items: tuple[Item, ...]) -> bool:
    words = [word for item in items for word in item.word.split()]
    return bool(_FIRM & set(words)) or words[-2:] in (["do", "it"], ["for", "it"])


def _what(items: tuple[Item, ...], start: int) -> tuple[str | None, int]:
    """The verb of the change that is wished, and where it stands; -1 where a count or a state says it."""
    rest = items[start:]
    for offset, item in enumerate(rest[:5]):
        noun = "restart" in item.tags and (not item.forms or "base" in item.forms)
        done = item.forms & {"past", "ing"} and not item.number
        if item.mention is None and (noun or (done and "restart" in item.tags)):
            return "restart", start + offset
        if item.lemma in ("start", "scratch") and offset and rest[offset - 1].word in ("fresh", "clean", "new"):
            return "restart", start + offset
        if done and item.word not in ("running", "going") and (verb := _verb_of(item)):
            return verb, start + offset
    if any(item.number or "twice" in item.tags or item.word == "single" for item in rest):
        counts = any("replica" in item.tags for item in rest)
        by_then = any(a.word in _ON and b.word in ("at", "by") for a, b in pairwise(rest))
        return (None, -1) if by_then and not counts else ("assign", -1)  # "has to be up by 8"
    words = [word for item in rest for word in item.word.split()]
    if not _is_state(words):
        return None, -1
    if {"fresh", "new"} & set(words) and {"up", "back"} & set(words):
        return "restart", -1
    if _OFF & set(words):
        return "stop", -1
    return ("start", -1) if _ON & set(words) else (None, -1)


def _is_state(words: list[str]) -> bool:
    """ "to be up again", "back online"; not "to pick it up"."""
    first = next((place for place, word in enumerate(words) if word in _ON | _OFF), len(words))
    return all(word in _TO_STATE for word in words[:first])


_TO_STATE = (
    _LINK_VERBS | _ADVERBS | word_set("to with fresh new a pods replicas set brought turned switched taken put shut")
)


def _verb_of(item: Item) -> str | None:
    return next((tag for tag in ("stop", "start", "double", "triple", "quadruple", "halve") if tag in item.tags), None)
