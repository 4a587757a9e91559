"""Requests that have no verb of change where one is expected: "two more pods for cart", "one trainer is enough",
"any chance we could get cart to 5?", "time for a restart of web-app", "I need grafana down".

The clause may hold nothing but names, one count or state, and words that only wish; the ranker must be sure of the
change. Whatever asks, tells, doubts, limits or forbids is no request.
"""

from __future__ import annotations

from itertools import pairwise

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.modes import INHERITED
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.roles import read_numbers
from hexaops.assistant.understanding.speech import Act, asks_ability

SURE, SURE_BARE = 0.8, 0.93
"""With a word that wishes, and with none."""
_VETO = word_set(
    "is are was were am been being has had does did do not never no nor without if unless when while until who what "
    "which why how where whether maybe perhaps might may think guess wonder says said told asked wants ever used "
    "help helps happen work matter hurt already there stay remain yesterday ago currently runs ran shows reported "
    "because since except but or anyone anybody goes went"
)
_WISHING = word_set(
    "could can would should must need needs want like love let lets give get make have put set bring take please pls "
    "plz only just enough plenty suffices sufficient do chance great nice good possible time thanks"
)
_BEFORE = word_set(
    "chance as many great nice good possible able time running run only single just somebody someone "
    "sure require requires better really be being having total love happy glad grateful "
    "cool perfect ideal we us i minus off rid power capacity"
)
_MOVING = word_set("push size crank ramp dial lift trim slim thin beef pump pull move get go bump blow level")
_POLITE_STARTS = (
    ("could",), ("can",), ("would",), ("any", "chance"), ("how", "about"), ("may",),
)  # fmt: skip
_ASKED = word_set("it you be someone somebody love like appreciate")
_ENOUGH = (("is", "enough"), ("are", "enough"), ("is", "plenty"), ("are", "plenty"), ("is", "sufficient"))
_RESTARTING = word_set("rolling quick full clean fresh new another little once through for time round")
_OFF, _ON = word_set("off down offline"), word_set("on up online running back again")
_SMALL_COUNT = 50
"""Said without any word that wishes, a larger number may be a port or an id: "web-app 404"."""


def read_terse(
    clause: Clause, ranking: Ranking, previous: Mode | None, *, pressed: bool = False, spoken: bool = False
) -> Act | None:
    """The request that the clause makes, or None.

    `pressed`: the next one says "do it"; `spoken`: the one before is about one application.
    """
    if previous in INHERITED and clause.join in ("soft", "colon"):
        return None
    items = tuple(item for item in clause.items if not item.is_mark)
    words = [word for item in items for word in item.word.split()]
    if not words or any(item.quoted for item in items) or asks_ability(items):
        return None
    if not any(item.mention for item in items):
        bare = (
            spoken
            and clause.join != "contrast"
            and not clause.is_question
            and ranking.best == "scale_app"
            and ranking.probability >= SURE
        )
        return _bare_count(items) if bare else None
    polite = any(tuple(words[: len(start)]) == start for start in _POLITE_STARTS)
    doubts = words[0] in ("should", "shall", "must", "need", "will") or (words[0] == "would" and words[1:2] == ["it"])
    if {"will", "shall", "going"} & set(words) and words[-2:] != ["will", "do"]:
        return None
    if words[1:2] == ["i"] and words[0] in ("can", "could", "may") and words[2:3] not in (["get"], ["have"]):
        return None  # "can I bring web-app back up" asks whether it may be done
    if (doubts and words[:3] != ["would", "it", "be"]) or (words[0] == "would" and {*words[1:2]} - _ASKED):
        return None
    if clause.is_question and not polite:
        return None
    if (
        ranking.best in ("scale_app", "stop_app")
        and (act := _counted(clause, items, words, ranking, pressed=pressed)) is not None
    ):
        return act
    if ranking.best == "restart_app":
        return _noun_of_restart(clause, items, words, ranking, polite=polite)
    return _state(clause, items, words, ranking, polite=polite)


def _counted(
    clause: Clause, items: tuple[Item, ...], words: list[str], ranking: Ranking, *, pressed: bool
) -> Act | None:
    numbers = tuple(number for number in read_numbers(clause.items, "assign") if number.role != "from")
    factor = any(item.tags & {"twice", "half"} for item in items)
    another = "another" in words and any("replica" in item.tags for item in items)
    if len(numbers) > 1 or not (numbers or factor or another) or limits_of_request(clause.items, counts=True):
        return None
    if numbers and numbers[0].role not in ("absolute", "relative", "factor"):
        return None
    if ranking.best == "stop_app" and not (numbers and numbers[0].value == 0):
        return None
    enough = any(pair in _ENOUGH for pair in pairwise(words))
    enough = enough or (words[-2:] == ["do", "it"] and ("is", "fine") in set(pairwise(words)))
    told = [word for word in words if word in _VETO and not (enough and word in ("is", "are"))]
    polite_do = "do" in told and words[-1] == "do" and any(w in words for w in ("would", "will"))
    polite_do = polite_do or (enough and words[-2:] == ["do", "it"])
    if [w for w in told if not ((pressed and w == "think") or (polite_do and w == "do") or _how_about(words, w))]:
        return None
    moves = items[0].word in _MOVING
    wishes = moves or bool(_WISHING & set(words)) or (bool(numbers) and numbers[0].role != "absolute")
    least = SURE if wishes else SURE_BARE
    if ranking.probability < least or (not wishes and numbers and numbers[0].value > _SMALL_COUNT):
        return None
    at = next((p for p, item in enumerate(clause.items) if item.word in _MOVING and not item.mention), -1)
    plain = [item for item in items if item.word not in _MOVING and not (enough and item.word == "fine")]
    if any(not _may_stand(item) for item in plain):
        return None
    first = next(p for p, item in enumerate(clause.items) if item.mention or item.number or item.tags & {"twice"})
    return Act(Mode.REQUEST, "assign", at, opens=max(0, first))


_SUFFICING = (
    "will do", "would do", "should do", "do", "is enough", "are enough", "is plenty", "are plenty", "suffice",
    "suffices", "is fine", "are fine", "is what we need", "are what we need", "is all we need", "are all we need",
    "will suffice", "would be enough", "should be enough", "is all it needs",
)  # fmt: skip
_HAVING = word_set("so then please just run go make let us lets down up to only give it with use")


def _bare_count(items: tuple[Item, ...]) -> Act | None:
    """ "(web-app is oversized,) 3 pods will do", "go to 6"."""
    at = next((place for place, item in enumerate(items) if item.number and item.number.kind == "count"), -1)
    if at < 0 or any(word not in _HAVING for item in items[:at] for word in item.word.split()):
        return None
    counted = at + 1 < len(items) and "replicas_word" in items[at + 1].tags
    words = [word for item in items[at + 1 + counted :] for word in item.word.split()]
    while words and words[-1] in ("please", "now", "then", "instead", "thanks"):
        words = words[:-1]
    told = " ".join(words)
    if told in _SUFFICING or (not told and at > 0 and items[0].word in ("go", "run", "so", "please")):
        return Act(Mode.REQUEST, "assign", -1, opens=len(items))
    return None


def _how_about(words: list[str], word: str) -> bool:
    return word == "how" and words[:2] == ["how", "about"]


def _may_stand(item: Item) -> bool:
    """A name, a number, a noun for replicas, or a word that only wishes."""
    if item.mention or item.number or item.tags & {"replica", "replicas_word", "app", "polite", "twice", "half"}:
        return True
    return all(word in SMALL or word in LIGHT or word in _BEFORE or word in _WISHING for word in item.word.split())


def _noun_of_restart(
    clause: Clause, items: tuple[Item, ...], words: list[str], ranking: Ranking, *, polite: bool
) -> Act | None:
    """ "a rolling restart of redis", "could I get a restart on web-app", "worker-app restart"."""
    at = next((p for p, item in enumerate(clause.items) if "restart" in item.tags and not item.mention), -1)
    if at < 0 or ranking.probability < SURE or limits_of_request(clause.items):
        return None
    item = clause.items[at]
    if (item.forms and "base" not in item.forms) or (_VETO - {"wants"}) & set(words) or item.word.endswith("s"):
        return None
    if not _is_noun(clause.items, at) or ({"would", "need"} <= set(words) and words[0] not in ("i", "we")):
        return None
    rest = [other for other in items if other is not item and not other.mention]
    plain = all(_may_stand(other) or other.word in (*_RESTARTING, "wants") or other.word in _BEFORE for other in rest)
    if not plain or (clause.is_question and not polite):
        return None
    return Act(Mode.REQUEST, "restart", at, opens=at)


def _is_noun(items: tuple[Item, ...], at: int) -> bool:
    """ "a rolling restart of", "web-app restart please"; not "must I restart web-app"."""
    before, after = items[at - 1] if at else None, items[at + 1] if at + 1 < len(items) else None
    led = before is None or before.mention or before.word in (*_RESTARTING, "a", "the")
    return led and (after is None or after.word in ("of", "on", "for") or bool(after.tags & {"polite", "now"}))


def _state(clause: Clause, items: tuple[Item, ...], words: list[str], ranking: Ranking, *, polite: bool) -> Act | None:
    """ "I need grafana down", "can we have image-resizer up again": a wish for a state; "web-app down" is a report."""
    verb = {"stop_app": "stop", "start_app": "start"}.get(ranking.best)
    wanted = words[:1] in (["i"], ["we"]) and bool({"need", "want", "like"} & set(words[1:4]))
    if verb is None or ranking.probability < SURE or not (polite or wanted) or limits_of_request(clause.items):
        return None
    if (
        _VETO & set(words)
        or not (_OFF if verb == "stop" else _ON) & set(words)
        or (_OFF & set(words) and verb != "stop")
    ):
        return None
    last = max(p for p, item in enumerate(clause.items) if item.mention)
    states = {*_OFF, *_ON}
    if any(not (_may_stand(item) or item.word in states) for item in items) or any(i.number for i in items):
        return None
    return Act(Mode.REQUEST, verb, -1, opens=last + 1 if words[-1] not in states else len(clause.items))
