"""What terms mean: one or two sentences each, and the article that says more. Read once, when somebody first asks.

Only questions for a meaning are told apart here: "what is a readiness probe?", "what does OOMKilled mean?", "explain
taints". "What is the quota?" asks for a value, "what is pending?" for what is there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources

import msgspec
import yaml

LONGEST = 160
"""A longer question asks for more than a meaning."""
_OPENING = (
    r"^\W*(?:(?:and|so|ok(?:ay)?|hey|hi|hello|please|sorry|but|um|well|then|wait)\W+)*"
    r"(?:(?:(?:can|could|would) (?:you|someone|somebody) (?:please )?(?:tell|explain to|remind) me|tell me|remind me|"
    r"do you know|i (?:do not|don't|dont) (?:know|understand|get)|i wonder|i'd like to know|(?:can|could) you)\W+)?"
)
_ARTICLE = r"(?:(?:an?|any|these|those) )?"
_TERM = r"(?P<term>[a-z0-9][a-z0-9 -]{1,48}?)"
_TAIL = (
    r"(?: (?:exactly|anyway|actually|again|here|please|then|in (?:kubernetes|k8s|general|hexaops)|status|state))*\W*$"
)
_FORMS = tuple(
    re.compile(_OPENING + form + _TAIL)
    for form in (
        rf"(?:what(?: is|'s|s)|what are|define|explain)(?: to me)? {_ARTICLE}{_TERM}",
        rf"what (?:do|does) (?:an?|the)? ?(?:word|term|status|state|reason|phase)? ?{_TERM} do",
        rf"(?:what(?: is|'s|s| are)|explain|describe)(?: to me)? (?:the (?:purpose|point|idea|use|role|concept) of )"
        rf"(?:an?|the)? ?{_TERM}",
        rf"(?:what(?: is|'s|s| are)) (?:an?|the)? ?{_TERM} (?:good |used |there |useful )?for",
        rf"(?:explain )?how (?:do|does|would) (?:an?|the)? ?{_TERM} works?",
        rf"(?:when|why) (?:should|would|do|does|must|can) (?:i|we|you|one|somebody|someone) (?:use|need|want|have) "
        rf"(?:an?|the)? ?{_TERM}",
    )
)
_MEANINGS = tuple(
    re.compile(_OPENING + form + _TAIL)
    for form in (
        rf"what (?:do|does|did) (?:it mean (?:if|when|that) \w+(?: is| are)? )?(?:an?|the)? ?"
        rf"(?:(?:word|term|status|state|reason|phase) )?{_TERM} means?",
        rf"what (?:does it mean|is it) (?:if|when|that) (?:a|an|my|the) \w+ (?:is|are|has) {_TERM}",
        rf"(?:what(?: is|'s|s)) (?:the )?(?:meaning of|meant by|a pod in|the definition of) {_TERM}",
        rf"(?:explain|define)(?: to me)? (?:an?|the)? ?(?:word |term |status |state )?{_TERM}",
        rf"(?:the )?(?:meaning|definition) of {_TERM}",
        rf"(?:explain )?what (?:an?|the)? ?{_TERM} (?:is|are|means?)",
    )
)
_DIFFERENCE = re.compile(
    _OPENING + r"(?:(?:what(?: is|'s|s| are)?|explain|is there)(?: me| to me)? )?(?:the |any |a )?differences? between "
    r"(?:an?|the)? ?(?P<one>[a-z0-9][a-z0-9 -]{1,40}?) and (?:an?|the)? ?(?P<two>[a-z0-9][a-z0-9 -]{1,40}?)" + _TAIL
)


class Meaning(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a term means."""

    terms: tuple[str, ...]
    """The words for it, lower case and singular."""
    says: str
    article: str
    """Name of the article that says more."""
    state: bool = False
    """Whether the word is one for a state: alone it asks for what is in it."""


@cache
def meanings() -> tuple[Meaning, ...]:
    """All of them."""
    text = (resources.files(__package__) / "glossary.yaml").read_text(encoding="utf-8")
    return msgspec.convert(yaml.safe_load(text), tuple[Meaning, ...])


@cache
def _by_term() -> Mapping[str, Meaning]:
    return {term: one for one in meanings() for term in one.terms}


def meaning_of(term: str) -> Meaning | None:
    """What the term means, in the singular or the plural."""
    said, known = " ".join(term.split()), _by_term()
    for form in (said, said.removesuffix("s"), said.removesuffix("es"), f"{said.removesuffix('ies')}y"):
        if form in known:
            return known[form]
    return None


def meanings_asked(question: str) -> tuple[Meaning, ...]:
    """The meanings that a question asks for: one, both of a comparison, or none."""
    text = " ".join(question.casefold().replace("’", "'").split())
    if len(text) > LONGEST:
        return ()
    if found := _DIFFERENCE.search(text):
        shared = found["two"].rpartition(" ")[2]  # "liveness and readiness probes"
        both = meaning_of(found["one"]) or meaning_of(f"{found['one']} {shared}"), meaning_of(found["two"])
        return tuple(one for one in both if one is not None) if None not in both else ()
    for form in _MEANINGS:
        if (said := form.search(text)) and (meant := meaning_of(said["term"])):
            return (meant,)
    for form in _FORMS:
        if (said := form.search(text)) and (meant := meaning_of(said["term"])) and not meant.state:
            return (meant,)
    return ()
