"""What keeps a request that reads whole from being planned: it may mean a part, a list, another's wish or number.

One table, asked in its order; each rule gives the words that it does not explain, and they turn the plan into a
question that quotes them.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

from msgspec import Struct

from hexaops.assistant.understanding.intents import LATER_CHANGES, Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS
from hexaops.assistant.understanding.setting import Setting, last_frame
from hexaops.assistant.understanding.targets import Found
from hexaops.assistant.understanding.verbs import WEAK

OF_PARTS = frozenset(
    {Intent.POD_STATUS, Intent.ALERT_QUERY, Intent.EVENT_QUERY, Intent.LOG_QUERY, Intent.NODE_STATUS, *LATER_CHANGES}
    | {Intent.DIAGNOSE, Intent.CHANGE_HISTORY}
)
"""After talk of these, "stop it" may mean a pod, an alert or a backup."""
LIKE_A_PORT = 1000
"""From here on a number without "replicas" is rather a port, a size or an amount of money."""
_MEASURED_BEFORE = frozenset({Intent.USAGE_QUERY, Intent.HIGH_USAGE, Intent.PERFORMANCE_ANALYSIS})
_COUNTED_BEFORE = frozenset(
    {Intent.SCALE_APPLICATION, Intent.STATUS_QUERY, Intent.LIST_RESOURCES, Intent.POD_STATUS, Intent.DIAGNOSE}
    | {Intent.ACTION_STATUS, Intent.START_APPLICATION, *_MEASURED_BEFORE}
)
_COUNTS = word_set("at on has have is are with runs run running only just to from of")
_OTHERS = word_set("they he she people everyone everybody someone somebody")
_WANTING = word_set("want wants wanted say says said ask asks asked insist insists demand demands told think thinks")
_STATES = frozenset({"pending", "failing", "fail", "running", "not_ready"})


class Request(Struct, frozen=True):
    """A request of one clause, as far as it was read; `items` without its reason, `said` with it."""

    items: tuple[Item, ...]
    said: tuple[Item, ...]
    verb: str
    at: int
    intent: Intent
    found: Found
    setting: Setting

    @property
    def dialogue(self) -> Dialogue:
        """What was said before."""
        return self.setting.dialogue

    @property
    def is_weak(self) -> bool:
        """A count whose verb says nothing of replicas."""
        return self.intent is Intent.SCALE_APPLICATION and self.verb in WEAK

    @property
    def names(self) -> bool:
        """Whether something is named."""
        return any(item.mention for item in self.items)

    @property
    def counts(self) -> bool:
        """Whether replicas are named."""
        return any(item.tags & {"replica", "replicas_word"} for item in self.items)

    @property
    def numbers(self) -> tuple[str, ...]:
        """The numbers, as they were said."""
        return tuple(item.text for item in self.items if item.number)


def unexplained(request: Request) -> tuple[str, ...]:
    """The words that may make it another request, in the order of the rules."""
    return tuple(text for rule in RULES for text in rule(request))


def told_of_else(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The numbers of "cart times out after 6", not those of "cart is at 6" and "cart has 6 pods"."""
    if any(item.tags & {"replica", "replicas_word"} for item in items):
        return ()
    return tuple(
        item
        for position, item in enumerate(items)
        if item.number and not item.mention and position and items[position - 1].word not in _COUNTS
    )


def begins_to_do(items: tuple[Item, ...], at: int) -> tuple[str, ...]:
    """ "start looking at A", "stop logging to A": what is begun or ended is said behind the verb."""
    after = items[at + 1] if 0 <= at < len(items) - 1 else None
    begins = after is not None and items[at].lemma in ("start", "begin", "stop", "resume", "continue")
    return (after.text,) if after and begins and _is_gerund(after) else ()


def _is_gerund(item: Item) -> bool:
    return item.mention is None and not item.tags & _STATES and item.text.lower().partition(" ")[0].endswith("ing")


def _begins(request: Request) -> tuple[str, ...]:
    return begins_to_do(request.items, request.at)


def _may_be_shown(request: Request) -> tuple[str, ...]:
    """ "get 5 cart pods": may ask for a list; "get cart to 5", "get me 5 cart pods" do not."""
    words = [word for item in request.items if not item.is_mark for word in item.word.split()]
    if request.intent is not Intent.SCALE_APPLICATION or words[:1] != ["get"] or words[1:2] in (["me"], ["us"]):
        return ()
    return () if {"to", "up", "down", "more"} & set(words) else ("get",)


def _number_of_what(request: Request) -> tuple[str, ...]:
    """ "cart times out after 6, make it 12": the number may be of what was told."""
    return request.numbers if request.setting.told and request.is_weak and not (request.names or request.counts) else ()


def _number_of_something_else(request: Request) -> tuple[str, ...]:
    """ "api-service to 8080", and "raise it to 8" after "memory of trainer?": no number of replicas may be meant."""
    if request.intent is not Intent.SCALE_APPLICATION or request.counts:
        return ()
    last = last_frame(request.dialogue)
    points = not request.names and any(item.word in ("it", "that", "this") for item in request.items)
    measured = points and last is not None and Intent(last.intent) in _MEASURED_BEFORE
    return tuple(
        item.text
        for item in request.items
        if item.number and not item.mention and (item.number.value >= LIKE_A_PORT or measured)
    )


def _of_which(request: Request) -> tuple[str, ...]:
    """ "scale A to 4", "what does B run?", "make that 5": the number of A, or of B?"""
    last, change = last_frame(request.dialogue), request.dialogue.change
    if change is None or last is None or change.intent != Intent.SCALE_APPLICATION or request.verb not in WEAK:
        return ()
    if last.intent == change.intent or request.names:
        return ()
    meant = {target.entity.id for target in request.found.targets}
    return request.numbers if meant and meant != set(change.targets) else ()


def _others_want(request: Request) -> tuple[str, ...]:
    """ "scale A to 5, they want": the wish of others, said behind the request."""
    pairs = pairwise(request.said[max(request.at, 0) :])
    return tuple(two.text for one, two in pairs if one.word in _OTHERS and two.word in _WANTING)


def _sets_a_variable(request: Request) -> tuple[str, ...]:
    """ "set A=1 on web-app": a variable with the name of a small word is no count."""
    items = request.items
    return tuple(
        before.text
        for before, sign, value in zip(items, items[1:], items[2:], strict=False)
        if sign.word == "=" and value.number and before.mention is None and len(before.text) == 1
    )


def _pauses_rollouts(request: Request) -> tuple[str, ...]:
    """ "pause deployments of A": new versions of A, not A."""
    pauses = request.at >= 0 and request.items[request.at].lemma in ("pause", "halt", "suspend")
    words = ("deployments", "deploys", "rollouts", "releases") if pauses else ()
    return tuple(item.text for item in request.items if item.word in words)


def _number_of_nothing(request: Request) -> tuple[str, ...]:
    """ "make that 5" after a restart or a stop: five of what?"""
    last = last_frame(request.dialogue)
    if request.setting.before or not request.is_weak or last is None or request.names:
        return ()
    if any("replica" in item.tags for item in request.items) or Intent(last.intent) in _COUNTED_BEFORE:
        return ()
    return request.numbers


def _points_at_a_part(request: Request) -> tuple[str, ...]:
    """ "restart the second one" after a list of pods or alerts."""
    listed = request.dialogue.last_intent in {intent.value for intent in OF_PARTS}
    targets = request.found.targets
    pointed_at = any(target.source == "dialogue" for target in targets) or not targets
    if not listed or not pointed_at or len(request.dialogue.named) > 1:
        return ()
    return tuple(item.text for item in request.items if item.word in ORDINALS)


RULES: tuple[Callable[[Request], tuple[str, ...]], ...] = (
    _may_be_shown, _number_of_what, _number_of_something_else, _of_which, _begins, _others_want, _sets_a_variable,
    _pauses_rollouts, _number_of_nothing, _points_at_a_part,
)  # fmt: skip
