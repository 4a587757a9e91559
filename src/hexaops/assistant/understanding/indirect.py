"""Requests without a verb of change: "could web-app get two more pods", "api-service at 6 please", "have 4 of it".

They are taken only where the ranker is sure of the change, nothing in the clause takes the "now" away, and the clause
holds a name, a count or a state and small words; the frame then holds every word to account as for any other request.
"""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.english import BASE, parts_of_speech
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.modes import INHERITED
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.speech import SKIPPED, Act, asks_ability, skip_opening

SURE, SURE_OF_SELECTION, SURE_OF_VERB = 0.6, 0.8, 0.9
_FAILING = frozenset({"failing", "unhealthy", "not_ready"})
_REPORTS = word_set(
    "is are was were am been being did does do has had may might must who what which where when why how whether maybe "
    "perhaps think guess wonder says said told asked not never no if unless until goes went"
)
"""Where one of these stands, the clause asks, tells or forbids."""
_NEVER_PRESSED = (_REPORTS - word_set("is has been was did had do")) | word_set(
    "i we will going plan planning could can"
)
"""Where one of these stands, a change that is mentioned is not pressed for."""
_SHOULD = word_set("should would")
_VERBS = {
    "scale_app": "assign",
    "restart_app": "restart",
    "restart_failing": "restart",
    "start_app": "start",
    "stop_app": "stop",
}
_COURTEOUS = word_set("can could may would lets any how")
_ON, _OFF = word_set("on online up back running"), word_set("off offline down")
_COUNTING = word_set("to at = get have has need needs want of with be give make set take down up from")
_WHATEVER = word_set("whatever everything anything all that which what ones those pods apps applications services")
_HEALING = word_set("heal fix restart repair recover bounce recycle revive")
_WISHES_WITH = word_set("like love do need want prefer appreciate great nice good perfect grateful glad happy")
_COURTESIES = word_set("possible able mind like love appreciate")


def read_indirect(clause: Clause, ranking: Ranking, previous: Mode | None) -> Act | None:
    """The request that the clause makes in other words, or None."""
    verb = _VERBS.get(ranking.best)
    if verb is None or ranking.probability < SURE or (previous in INHERITED and clause.join in ("soft", "colon")):
        return None
    items = clause.items
    if asks_ability(items) or _mends_one(items, ranking) or _begins_with_looking(items):
        return None
    counts = verb == "assign"
    selects = ranking.best == "restart_failing" and any(item.tags & _FAILING for item in items)
    told = [item for place, item in enumerate(items) if not (selects and _describes(items, place))]
    if any(item.quoted or item.word in _REPORTS for item in told) or limits_of_request(items, counts=counts):
        return None
    if (
        ranking.probability >= (SURE_OF_SELECTION if selects else SURE_OF_VERB)
        and (at := _any_verb(items)) is not None
        and not counts
    ):
        return Act(Mode.REQUEST, verb, at)
    if not any(item.mention or "pronoun" in item.tags for item in items) or not _wishes(clause, counts=counts):
        return None
    if counts and _asks(clause):
        return None  # "web-app at 6?"
    if counts:
        return Act(Mode.REQUEST, verb, -1) if any(item.number for item in items) and _says_count(items) else None
    if clause.is_question and not any("polite" in item.tags or item.word in _COURTEOUS for item in items):
        return None
    return Act(Mode.REQUEST, verb, -1) if _says_state(items, verb) else None


_BEFORE_LOOKING = word_set("so only just then and please pls ok okay now can could would you kindly lets i want to")


def _begins_with_looking(items: tuple[Item, ...]) -> bool:
    """ "only show those that are not ready"."""
    words = [item for item in items if not item.is_mark]
    first = next((item for item in words if item.word not in _BEFORE_LOOKING), None)
    return first is not None and first.word in ("show", "list", "display", "see")


def _asks(clause: Clause) -> bool:
    """A question mark, and nothing that asks for it: "can A be at 6?", "2 more for A, please?"."""
    starts = next((item.word for item in clause.items if not (item.is_mark or _opens(item))), "")
    polite = any("polite" in item.tags for item in clause.items)
    return clause.is_question and not polite and starts not in _COURTEOUS


def _mends_one(items: tuple[Item, ...], ranking: Ranking) -> bool:
    """ "fix whatever is broken in web-app": what is wrong there is asked, no restart."""
    mends = any(item.lemma in ("fix", "repair", "solve", "resolve", "debug") for item in items)
    restarts = any("restart" in item.tags for item in items)
    return ranking.best == "restart_failing" and mends and not restarts and any(item.mention for item in items)


def _describes(items: tuple[Item, ...], place: int) -> bool:
    """The "is" of "heal whatever is broken"."""
    before = items[place - 1].word if place else ""
    return items[place].word in ("is", "are", "what") and before in (*_WHATEVER, *_HEALING)


def is_pressed(clause: Clause, act: Act, ranking: Ranking, previous: Mode | None) -> bool:
    """Whether a change that the clause only mentions is asked for all the same.

    "give it a restart", "web-app needs a restart, go": an imperative, or a please at the end; "web-app should run 8
    pods": the application's own count. The ranker must be all but certain.
    """
    if act.mode not in (Mode.STATEMENT, Mode.ADVICE, Mode.PAST) or clause.is_question or act.at < 1:
        return False
    if clause.items[0].is_mark or (previous in INHERITED and clause.join in ("soft", "colon")):
        return False
    if ranking.best not in _VERBS or ranking.probability < SURE_OF_VERB or limits_of_request(clause.items):
        return False
    items = [item for item in clause.items if not item.is_mark]
    opened = [item for item in clause.items[skip_opening(clause.items)[0] :] if not item.is_mark]
    words = [word for item in opened for word in item.word.split()]
    if not words or any(item.quoted for item in items) or _NEVER_PRESSED & set(words):
        return False
    if words[0] in ("would", "should", "will", "shall", "is", "are", "does", "do", "did"):
        return False
    counted = items[0].mention is not None and words[1:2] in (["should"], ["must"], ["needs"]) and "run" in words
    if counted and ranking.best == "scale_app":
        return any(item.number for item in items)
    heals = "diagnose" in opened[0].tags and ranking.best == "restart_failing"
    light = "base" in opened[0].forms and bool(
        opened[0].tags & {"light", "assign", "restart"} or words[0] == "get" or heals
    )
    return light or words[-1] in ("go", "please", "ahead", "pls") or words[-2:] == ["please", "do"]


def _says_count(items: tuple[Item, ...]) -> bool:
    """More than a name and a number: "web-app 404" says nothing of replicas."""
    words = said_words(items)
    said = any(item.tags & {"replica", "replicas_word", "polite", "more", "less"} for item in items)
    factor = any(item.number and item.number.kind == "factor" for item in items)
    return said or factor or bool(words & _COUNTING)


def _wishes(clause: Clause, *, counts: bool) -> bool:
    """False for "should web-app have 6?", "would 6 help"; "web-app should have 6" is a wish, with a count."""
    words = [word for item in clause.items for word in item.word.split()]
    if not _SHOULD & set(words):
        return True
    if "would" in words[1:] and not _WISHES_WITH & set(words):
        return False
    if words[0] in _SHOULD:
        return bool(_COURTESIES & set(words))
    return counts and not clause.is_question


def _any_verb(items: tuple[Item, ...]) -> int | None:
    """Where an imperative stands that is no verb of a change elsewhere: "kick redis", "heal all the broken apps"."""
    position, form = skip_opening(items)
    if form != "base":
        position = next((p for p, item in enumerate(items) if not item.is_mark and not _opens(item)), len(items))
    if position + 1 >= len(items):
        return None
    item = items[position]
    if (
        item.mention
        or item.number
        or not parts_of_speech(item.word.rpartition("-")[2]) & BASE
        or (item.word in SMALL | LIGHT and item.word != "kick")
        or item.tags & {"aux", "wh", "say", "pronoun"}
    ):
        return None
    return position


def _opens(item: Item) -> bool:
    return item.word in SKIPPED or bool(item.tags & {"polite", "greet", "yes", "thank"})


def _says_state(items: tuple[Item, ...], verb: str) -> bool:
    """ "A off please", "could A have a restart": the state or the noun, and a please or a question."""
    words = said_words(items)
    asked = any("polite" in item.tags for item in items) or items[0].word in ("can", "could", "lets")
    if verb == "restart":
        return asked and any("restart" in item.tags for item in items)
    now = [item.word for item in items if not (item.is_mark or item.mention)] in (["on", "now"], ["off", "now"])
    return (asked or now) and bool(words & (_ON if verb == "start" else _OFF))
