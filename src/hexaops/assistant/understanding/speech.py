"""How a clause speaks of a change: asked for now, or only talked about.

The rule that keeps people safe: a change is requested only when its verb stands in the imperative, after nothing but
greetings, politeness and a short list of openings ("could you", "I want to"). Whatever else mentions a change is a
question, a condition, a report or a negation, and never becomes a request.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import CHANGE_TAGS, Clause
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.verbs import WEAK, caused_verb, change_verb, is_noun_use

SKIPPED = word_set(
    "please now just ok okay so then and also well kindly quickly simply first next finally instead but "
    "only hey hi hello guys mate sir bot assistant hexaops kubectl immediately asap to alright right "
    "team all folks everyone again perfect great"
)
_SKIPPED_TAGS = frozenset({"polite", "greet", "yes", "thank", "help"})
_OPENINGS = (
    (("give me",), "count"),
    (("get me",), "count"),
    *(
        (tuple(words.split()), form)
        for form, options in {
            "base": "can you|could you|can we|could we|i want you to|i want to|i would like you to|"
            "i would like to|i would love to|i need you to|i need to|we need to|we need you to|we want to|"
            "we want you to|"
            "we would like to|we would like you to|lets|let us|try to|be so kind and|be so kind as|be so kind to|"
            "do me a favor and|do me a favour and|make sure you|make sure to|would it be possible to|"
            "would you be able to|"
            "can you help me|i will need you to|you can|you may|let me|i must ask you to|i would ask you to|"
            "may i ask you to|could i ask you to|can i ask you to|would you be so kind and|would you be so kind as to|"
            "would you be kind enough to|could you be so kind as to|i would be grateful if you could|"
            "i would be grateful if you would|i would appreciate it if you could|it would be nice if you could|"
            "it would be great if you could|i would be glad if you could|could you perhaps|can you maybe|please go and|"
            "go and|you should|feel free to|i am asking you to|time to|i think it is time to|it is time to|"
            "do the needful and|please do the needful and|just go and|"
            "i would say it is time to|i think it is time to|i guess it is time to|please to|"
            "would someone be able to|would somebody be able to|go ahead and|"
            "can somebody|could somebody|can someone|could someone|any chance you could|any chance you can|"
            "any chance we could|it would be great to|would be great to|we have to|i have to",
            "courtesy": "would you|will you",
            "ing": "would you mind|do you mind|mind|try|can you try|could you try|please try",
            "count": "i want|i need|i would like|we need|we want|we would like|i would be grateful for|"
            "i should like|we should like|i would love to see|would be nice to have|it would be nice to have|"
            "would be great to have|it would be great to have|i would like to have|we would like to have|"
            "i would like to see|we would like to see|"
            "i would appreciate|we would appreciate|i would be glad about|i would love|how about",
        }.items()
        for words in options.split("|")
    ),
)
_LINKS = word_set("a an the new another full complete quick rolling clean graceful simple fresh immediate hard soft")
_STRICT = CHANGE_TAGS - {"increase", "decrease", "add", "remove", "particle"}


class Act(Struct, frozen=True):
    """The change that a clause speaks of and how. `verb` and `at` tell which item said it; `soft`: less sure."""

    mode: Mode
    verb: str = ""
    at: int = -1
    soft: bool = False
    is_noun: bool = False
    opens: int = 0
    """Items before this one only open the request, or say that it is wished, names and numbers apart."""


_GO = word_set("do go add make set apply execute proceed")
_BESIDE_GO = _GO | word_set(
    "so please pls it that so this them ahead now thanks can could you for me yes and right away"
)


def says_go(clause: Clause) -> bool:
    """ "please do it", "go ahead", "can you do that": what was said just before is asked for."""
    words = [word for item in clause.items if not item.is_mark for word in item.word.split()]
    goes = bool(_GO & set(words)) or words in (["can", "you", "please"], ["could", "you", "please"])
    return goes and set(words) <= _BESIDE_GO and len(words) <= 6


def find_head(items: tuple[Item, ...]) -> Act | None:
    """The request that the clause begins with, or None."""
    position, form = skip_opening(items)
    head = _head_at(items, position, form) if position < len(items) else None
    if head is None:
        return None
    return replace(head, opens=max(head.opens, min(position, head.at), 0))


def _healed(items: tuple[Item, ...], position: int) -> int | None:
    """Where "restarting" stands in "fix whatever is broken by restarting it", "heal the failed ones with a restart"."""
    if not items[position].tags & {"diagnose"} or "base" not in items[position].forms:
        return None
    for place in range(position + 2, len(items)):
        led = {items[place - 1].word, items[place - 2].word}
        if items[place].word == "restarting" and "by" in led:
            return place
        if items[place].word == "restart" and "with" in led:
            return place
    return None


def asks_ability(items: tuple[Item, ...]) -> bool:
    """ "can web-app run with 4 replicas": whether it may, unless a please says otherwise."""
    words = [item for item in items if not item.is_mark]
    asks = len(words) > 2 and words[0].word in ("can", "could") and words[1].mention is not None
    return asks and words[2].word == "run" and not any("polite" in item.tags for item in words)


def _head_at(items: tuple[Item, ...], position: int, form: str) -> Act | None:
    item = items[position]
    if form == "courtesy":
        form = "base" if is_courteous(items) else "none"
    if form == "base" and (healed := _healed(items, position)) is not None:
        return Act(Mode.REQUEST, "restart", healed, opens=position + 1)
    verb = change_verb(items, position)
    if verb is None and form == "base":
        verb = caused_verb(items, position)
    if verb and (form in item.forms or item.word == "have") and not item.quoted and not is_noun_use(items, position):
        return Act(Mode.REQUEST, verb, position)
    if ("light" in item.tags or item.lemma in ("give", "get", "grant")) and form in item.forms:
        nominal = _nominal(items, position)
        if nominal is not None or "light" in item.tags:
            return nominal
    if form == "count" and (noun := _wanted_noun(items, position)) is not None:
        return noun
    if form == "count" and verb is None:
        caused = caused_verb(items, position, wanted=True)
        at = next((p for p in range(position, len(items)) if caused and caused in items[p].tags), -1)
        return Act(Mode.REQUEST, caused, at) if caused else _counted(items, position)
    return _terse(items, position)


def is_courteous(items: tuple[Item, ...]) -> bool:
    """ "would you … please", "… for me": asked for, not asked about."""
    words = [item.word for item in items]
    return (
        any(item.tags & {"polite"} for item in items)
        or "kindly" in words
        or bool({("for", "me"), ("for", "us")} & set(pairwise(words)))
    )


def skip_opening(items: tuple[Item, ...]) -> tuple[int, str]:
    position, form = 0, "base"
    while position < len(items):
        item = items[position]
        opening = _opening_at(items, position)
        if opening:
            position, form = position + opening[0], opening[1]
        elif (
            item.word in SKIPPED
            or (item.tags & _SKIPPED_TAGS and not item.tags & CHANGE_TAGS)
            or (item.is_mark and item.word in ",-")
            or (item.word == "go" and position + 1 < len(items) and items[position + 1].tags & {"restart", "scale"})
        ):
            position += 1
        else:
            break
    return position, form


def _opening_at(items: tuple[Item, ...], position: int) -> tuple[int, str] | None:
    best: tuple[int, str] | None = None
    for words, form in _OPENINGS:
        if words[0] != items[position].word:
            continue
        stretch = [item.word for item in items[position : position + len(words)]]
        if tuple(stretch) == words and (best is None or len(words) > best[0]):
            best = (len(words), form)
    return best


def _nominal(items: tuple[Item, ...], position: int) -> Act | None:
    """ "do a rolling restart of A", "give A a kick"."""
    is_given = items[position].lemma in ("give", "get", "grant")
    for offset, item in enumerate(items[position + 1 : position + 11]):
        if (
            item.tags & {"restart", "scale", "undo"}
            and not (is_given and _follows(items, position + 1 + offset))
            and not item.quoted
        ):
            verb = next(tag for tag in ("restart", "scale", "undo") if tag in item.tags)
            return Act(Mode.REQUEST, verb, position + 1 + offset, opens=position + 1)
        if item.lemma == "start" and items[position + offset].word in ("fresh", "clean", "new") and not item.quoted:
            return Act(Mode.REQUEST, "restart", position + 1 + offset, opens=position + 1)
        if item.word == "go" and items[position + offset].word in ("fresh", "another", "new") and is_given:
            return Act(Mode.REQUEST, "restart", position + 1 + offset, opens=position + 1)
        if not (item.word in _LINKS or (is_given and (item.mention or item.tags & _GIVEN or item.word in _LISTED))):
            return None
    return None


_GIVEN = frozenset({"pronoun", "app", "everything", "failing", "unhealthy", "pod"})
_LISTED = word_set("and ones other")
_AFTER_NOUN = word_set("for because so since to as will would can could once again when and as right")


def _follows(items: tuple[Item, ...], position: int) -> bool:
    """ "give A restart rights", "get restart counts": no restart is given."""
    before, after = items[position - 1], items[position + 1 : position + 2]
    noun = after and not (after[0].is_mark or after[0].word in SKIPPED or after[0].tags & {"polite", "now"})
    return before.word not in _LINKS or bool(noun and after[0].word not in _AFTER_NOUN)


def _counted(items: tuple[Item, ...], position: int) -> Act | None:
    """ "I'd like 5 replicas of A", "I need 3 more instances of A"."""
    near = items[position : position + 5]
    if any(item.number for item in near) and any("replica" in item.tags or item.lemma == "pod" for item in near):
        return Act(Mode.REQUEST, "assign", position - 1)
    return None


def _wanted_noun(items: tuple[Item, ...], position: int) -> Act | None:
    """ "I'd be grateful for a restart of A": the noun in place of the verb."""
    for place in range(position, min(position + 4, len(items))):
        item, after = items[place], items[place + 1 : place + 2]
        if "restart" in item.tags and place > position and not item.quoted:
            named = after and after[0].word in ("of", "for", "on")
            return Act(Mode.REQUEST, "restart", place) if named else None
        if item.word not in _LINKS:
            return None
    return None


def _terse(items: tuple[Item, ...], position: int) -> Act | None:
    """ "web-app restart please", "api-service scale to 4": sure only with a count or a please."""
    if _only_counts(items):
        return Act(Mode.REQUEST, "assign", max(0, position - 1), soft=True)
    if not items[position].mention:
        return None
    after = position
    while after < len(items) and (items[after].mention or items[after].word in ("and", ",", ":")):
        after += 1
    if after >= len(items):
        return None
    verb = change_verb(items, after)
    firm = items[after - 1].word == ":" or any(item.number or "polite" in item.tags for item in items[after:])
    if verb and "base" in items[after].forms and firm:
        return Act(Mode.REQUEST, verb, after, soft=True)
    return None


def _only_counts(items: tuple[Item, ...]) -> bool:
    """ "5 replicas for web-app", "web-app: 5 replicas please": a name, a count of replicas, and nothing else."""
    words = [item for item in items if not item.is_mark]
    counts = any(item.number for item in words) and any("replica" in item.tags for item in words)
    small = ("for", "of", "to", "on", "with", "the", "=")
    return (
        counts
        and any(item.mention for item in words)
        and all(
            i.mention or i.number or i.word in small or i.tags & {"replica", "polite", "more", "app"} for i in words
        )
    )


def find_mention_of_change(items: tuple[Item, ...]) -> Act | None:
    """The first change that the clause speaks of in any form; mode is not settled yet."""
    noun: Act | None = None
    for position, item in enumerate(items):
        verb = change_verb(items, position)
        if verb in ("start", "stop") and (_is_state(items, position) or _happens(items, position)):
            continue
        if verb == "assign" and "base" not in item.forms:
            continue
        is_noun = "action_noun" in item.tags and _after_article(items, position)
        if verb and not is_noun and (verb in _STRICT or verb in WEAK):
            return Act(Mode.STATEMENT, verb, position, is_noun=is_noun_use(items, position))
        if noun is None and item.tags & {"action_noun"} and (found := _noun_verb(item)):
            noun = Act(Mode.STATEMENT, found, position, is_noun=True)
    return noun


def _happens(items: tuple[Item, ...], position: int) -> bool:
    """ "the sale starts": no change of an application."""
    subject = items[position - 1] if position else None
    plain = subject is not None and not (subject.mention or subject.tags & {"pronoun", "app", "pod", "self"})
    return items[position].forms == {"s"} and plain


def _noun_verb(item: Item) -> str | None:
    if item.tags & {"restart"} or item.lemma == "reboot":
        return "restart"
    if "scale" in item.tags or item.word.startswith(("scal", "upscal", "downscal")):
        return "scale"
    if item.word.startswith("shutdown"):
        return "stop"
    return "start" if item.word.startswith("startup") else None


def _after_article(items: tuple[Item, ...], position: int) -> bool:
    return position > 0 and items[position - 1].word in (
        "the",
        "a",
        "that",
        "this",
        "last",
        "my",
        "rolling",
        "previous",
    )


def _is_state(items: tuple[Item, ...], position: int) -> bool:
    """ "is A stopped", "stopped apps", "does not start": a state, not a change."""
    item = items[position]
    if "past" not in item.forms or "base" in item.forms:
        return False
    return not any(i.tags & {"past_aux"} or i.word in ("who", "you", "why", "i", "we", "be") for i in items[:position])
