"""Requests without a verb of change: "could web-app get two more pods", "api-service at 6 please", "have 4 of it".

They are taken only where the ranker is sure of the change, nothing in the clause takes the "now" away, and the clause
holds a name, a count or a state and small words; the frame then holds every word to account as for any other request.
"""

from __future__ import annotations

from hexaops.assistant.understanding.clauses import Clause
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.ranker import Ranking
from hexaops.assistant.understanding.speech import Act, limits_of_request

SURE = 0.6
_REPORTS = word_set(
    "is are was were am been being did does do has had should would may might must who what which when where why how "
    "whether maybe perhaps think guess wonder says said told asked not never no if unless"
)
"""Where one of these stands, the clause asks, tells or forbids."""
_VERBS = {"scale_app": "assign", "restart_app": "restart", "start_app": "start", "stop_app": "stop"}
_ON, _OFF = word_set("on online up back running"), word_set("off offline down")


def read_indirect(clause: Clause, ranking: Ranking) -> Act | None:
    """The request that the clause makes in other words, or None."""
    verb = _VERBS.get(ranking.best)
    if verb is None or ranking.probability < SURE:
        return None
    items = clause.items
    if (
        any(item.quoted or item.word in _REPORTS for item in items)
        or limits_of_request(items, counts=verb == "assign") is not None
    ):
        return None
    if not any(item.mention or "pronoun" in item.tags for item in items):
        return None
    if verb == "assign":
        return Act(Mode.REQUEST, verb, -1) if any(item.number for item in items) else None
    return Act(Mode.REQUEST, verb, -1) if _says_state(items, verb) else None


def _says_state(items: tuple[Item, ...], verb: str) -> bool:
    """ "A off please", "could A have a restart": the state or the noun, and a please or a question."""
    words = {word for item in items for word in item.word.split()}
    asked = any("polite" in item.tags for item in items) or items[0].word in ("can", "could", "lets")
    if verb == "restart":
        return asked and any("restart" in item.tags for item in items)
    return asked and bool(words & (_ON if verb == "start" else _OFF))
