"""The verbs of a stretch of words that may say a change, and what stands in their place: a noun, a state, a count."""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import CHANGE_TAGS
from hexaops.assistant.understanding.english import BASE, parts_of_speech
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.speech import Act

VERB_OF = {
    "scale_app": "assign", "restart_app": "restart", "restart_failing": "restart", "start_app": "start",
    "stop_app": "stop",
}  # fmt: skip
"""The verb that a change has where no word says it."""
_SCALING = frozenset({"increase", "decrease", "scale", "scale_up", "scale_down", "add", "remove", "double", "triple",
                      "quadruple", "halve"})  # fmt: skip
LOOKING = frozenset({"show", "search", "analyze", "diagnose", "create", "ack", "delete", "deploy", "maintain",
                      "collect", "predict", "optimize"})  # fmt: skip
"""Verbs that ask for something else than a change of replicas."""
_FEELS = word_set(
    "think believe guess reckon feel say appreciate love fancy deserve deserves could would do does with good old "
    "someone somebody "
    "us me i we bit quick little nice great now just really finally simply approved agreed once more then today "
    "plz pls please kindly needs need wants want way completely"
)
"""Words of a wish, and of how sure one is of it."""
_OUT_OF, _INTO = word_set("off from away out"), word_set("at on to onto into for towards")


def acts_of(stretch: tuple[Item, ...], label: str) -> list[Act]:
    """The verbs, or nouns in their place, that may say the change; a name with a count or a state has none."""
    tags = _SCALING if label == "scale_app" else {VERB_OF[label]}
    acts = [
        Act(Mode.REQUEST, next(tag for tag in sorted(tags) if tag in item.tags), place)
        for place, item in enumerate(stretch)
        if item.tags & tags and not item.mention
    ]
    if label == "restart_app":
        acts += [Act(Mode.REQUEST, "restart", place) for place in _begun_anew(stretch)]
    if label == "scale_app":
        acts += [Act(Mode.REQUEST, "assign", place) for place in _brought_up(stretch)]
        moved = moved_pods(stretch)
        return acts or [*([moved] if moved else []), Act(Mode.REQUEST, "assign", -1)]
    if (at := _other_verb(stretch)) is not None:
        acts.append(Act(Mode.REQUEST, VERB_OF[label], at))
    if label in ("start_app", "stop_app") and _is_state(stretch, label):
        acts.append(Act(Mode.REQUEST, VERB_OF[label], -1, opens=0))
    return acts or ([Act(Mode.REQUEST, VERB_OF[label], -1)] if _says(stretch, label) else [])


_ANEW = word_set("fresh new roll rolling cycle replace replaced recreate recreated off refresh kick kicked go")
_RUNS = word_set("up on online running run runs back alive live again going operation service power awake life")
_ENDS = word_set("off down offline zero 0 out stop end dark asleep away no")


def _says(stretch: tuple[Item, ...], label: str) -> bool:
    """Without a verb of its own, some word must say the change, and none its opposite."""
    words = {word for item in stretch if not item.mention for word in item.word.split()}
    if label == "start_app":
        return bool(words & _RUNS) and not words & _ENDS - {"out", "away"}
    if label == "stop_app":
        return bool(words & _ENDS) and not words & (_RUNS - {"again", "service", "power"})
    return bool(words & _ANEW) or label == "restart_failing"


def _brought_up(stretch: tuple[Item, ...]) -> list[int]:
    """Where "spin up" stands in "spin up A to 8", "spin up one more A"."""
    if not any(item.number for item in stretch):
        return []
    return [p for p, item in enumerate(stretch) if item.word in ("spin up", "fire up", "bring up", "boot up")]


def _begun_anew(stretch: tuple[Item, ...]) -> list[int]:
    """Where "start" stands in "a fresh start of A"."""
    return [
        place
        for place, item in enumerate(stretch)
        if place and item.lemma == "start" and stretch[place - 1].word in ("fresh", "clean", "new", "another")
    ]


def _first(stretch: tuple[Item, ...]) -> int:
    return next((p for p, item in enumerate(stretch) if not is_feeling(item) and not item.is_mark), 0)


def _may_be_verb(item: Item) -> bool:
    """A verb in its base form that says no other change and asks for no answer."""
    if item.mention or item.number or item.tags & (CHANGE_TAGS | LOOKING):
        return False
    return bool(parts_of_speech(item.word.partition(" ")[0]) & BASE)


def _other_verb(stretch: tuple[Item, ...]) -> int | None:
    """ "spin A all the way down", "get A going": whatever the verb, its object is A, and the state says the change."""
    first = _first(stretch)
    if not _may_be_verb(stretch[first]) and "particle" not in stretch[first].tags:
        return None
    after = [item for item in stretch[first + 1 : first + 3] if item.word not in ("the", "my", "our")]
    states = any(_says_state(stretch, place) for place in range(len(stretch)))
    return first if states and after and after[0].mention else None


def _says_state(stretch: tuple[Item, ...], place: int) -> bool:
    """ "take A off"; not "take A off my plate"."""
    if not any(word in _ON | _OFF | {"up", "down"} for word in stretch[place].word.split()):
        return False
    after = stretch[place + 1 : place + 3]
    return not (len(after) == 2 and after[0].word in _OWNED and not after[1].mention)


_OWNED = word_set("my our your the this that his her their its")


def moved_pods(stretch: tuple[Item, ...]) -> Act | None:
    """ "throw three more pods at A", "shave two pods off A": whatever the verb, its object are replicas of A."""
    first = _first(stretch)
    if not _may_be_verb(stretch[first]):
        return None
    counted = next((p for p, item in enumerate(stretch) if item.number or item.word in ("a", "another")), -1)
    pods = next((p for p, item in enumerate(stretch) if "replicas_word" in item.tags), -1)
    if counted != first + 1 or not counted < pods <= counted + 2 or pods + 2 > len(stretch) - 1:
        return None
    after = stretch[pods + 1].word
    if not any(item.mention for item in stretch[pods + 2 : pods + 4]):
        return None
    if after in _OUT_OF:
        return Act(Mode.REQUEST, "remove", first)
    more = any("more" in item.tags for item in stretch[first:pods])
    return Act(Mode.REQUEST, "add", first) if after in _INTO and more else None


_ON, _OFF = word_set("on online back alive running live"), word_set("off offline dark")


def _is_state(stretch: tuple[Item, ...], label: str) -> bool:
    """ "image-resizer on", "web-app off please"; up and down alone may be what one sees, and need a please."""
    words = said_words(stretch)
    polite = any(item.tags & {"polite", "now"} for item in stretch)
    if label == "start_app":
        return bool(words & _ON or (polite and "up" in words))
    return bool(words & _OFF or (polite and "down" in words))


def is_feeling(item: Item) -> bool:
    """A word that only wishes, or says how sure one is."""
    return not item.mention and not item.number and all(word in _FEELS for word in item.word.split())
