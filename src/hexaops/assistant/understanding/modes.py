"""In which way a clause that is no request speaks of a change: negated, asked about, conditional, reported, past.

The order of the tests matters and is written as a table of first match: a quotation beats a negation, a negation
beats a question, a question beats a statement.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec.structs import replace

from hexaops.assistant.understanding.clauses import CHANGE_TAGS, Clause, is_only_a_time
from hexaops.assistant.understanding.english import BASE, NOUN, parts_of_speech
from hexaops.assistant.understanding.intents import Mode
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.limits import limits_of_request
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import time_unit_seconds
from hexaops.assistant.understanding.speech import SKIPPED, Act, find_head, find_mention_of_change

INHERITED = frozenset(
    {
        Mode.NEGATED,
        Mode.HYPOTHETICAL,
        Mode.ADVICE,
        Mode.HOWTO,
        Mode.CONDITIONAL,
        Mode.SCHEDULED,
        Mode.REPORTED,
        Mode.PAST,
        Mode.STATEMENT,
    }
)
"""Modes that a clause passes on to the one joined to it by "and" or a comma."""
_QUESTION_STARTS = frozenset({"wh", "aux", "how_to", "how_many", "what_if", "how_is"})
_ADVICE_WORDS = word_set("should shall ought need needs needed worth better must help suggest recommend")


def read_act(clause: Clause, previous: Mode | None) -> Act | None:
    """The change that the clause speaks of and the mode, or None when it speaks of none."""
    head = find_head(clause.items)
    if head is not None and head.verb == "stop" and (ended := _stops_from(clause.items[head.at + 1 :])) is not None:
        return Act(Mode.NEGATED if ended else Mode.ADVICE, ended or "stop", head.at)
    if head is not None and head.verb in ("stop", "start", "cancel") and (doing := _doing(clause.items[head.at + 1 :])):
        return Act(Mode.NEGATED if head.verb != "start" else Mode.STATEMENT, doing, head.at)
    if head is not None:
        return _limited(clause, head, previous)
    act = find_mention_of_change(clause.items)
    if act is None:
        return None
    mode = _mode_of(clause, act)
    if mode is Mode.STATEMENT and previous in INHERITED and clause.join in ("soft", "colon"):
        mode = previous or mode
    return Act(mode, act.verb, act.at, is_noun=act.is_noun)


def _limited(clause: Clause, head: Act, previous: Mode | None) -> Act:
    """A request, unless its neighbourhood or its own end says otherwise."""
    rest = clause.items[head.at + 1 :]
    if head.verb == "stop":  # "stop it until monday": stopped now all the same
        rest = rest[: next((p for p, item in enumerate(rest) if item.word == "until"), len(rest))]
    mode = Mode.REQUEST
    if clause.join == "colon" and previous is not None and previous is not Mode.REQUEST:
        mode = Mode.REPORTED
    elif (
        previous in INHERITED and _is_joined(clause, previous) and not (previous is Mode.SCHEDULED and _says_now(rest))
    ):
        mode = previous or mode
    elif (limit := limits_of_request(_before_reason(rest), counts=head.verb == "assign")) is not None:
        mode = limit
    elif any("later" in item.tags for item in clause.items[: max(head.at, 0)]):
        mode = Mode.SCHEDULED
    elif _asks_ability(clause, rest):
        mode = Mode.HYPOTHETICAL
    elif clause.is_question and not (_asks_politely(clause.items[: max(head.at, 0)]) or _ends_politely(rest)):
        mode = Mode.ADVICE
    return replace(head, mode=mode)


def _is_joined(clause: Clause, previous: Mode | None) -> bool:
    """Softly, or "unless somebody objects, please restart A": a please is no contrast to a condition."""
    return clause.join == "soft" or (clause.join == "contrast" and clause.led == "," and previous is Mode.CONDITIONAL)


def _doing(rest: tuple[Item, ...]) -> str | None:
    """ "stop restarting A", "stop asking me to scale A": the change that is spoken of; None where no verb follows."""
    if not rest or rest[0].mention or "ing" not in rest[0].forms or rest[0].tags & {"failing", "running", "pending"}:
        return None
    found = _gerund(rest[0]) or next((v for v in (_any_change(item) for item in rest[1:]) if v), None)
    return found or "stop"


def _any_change(item: Item) -> str | None:
    return next((tag for tag in ("restart", "scale", "start", "stop") if tag in item.tags and not item.mention), None)


def _stops_from(rest: tuple[Item, ...]) -> str | None:
    """ "stop A from restarting": the change; "" for another verb ("from crashing"); None when it is not said so."""
    for first, second in pairwise(rest):
        if first.word == "from" and "ing" in second.forms:
            return _gerund(second) or ""
    return None


def _gerund(item: Item) -> str | None:
    if "ing" not in item.forms or item.mention:
        return None
    return next((tag for tag in ("restart", "scale", "start", "stop") if tag in item.tags), None)


def _asks_ability(clause: Clause, rest: tuple[Item, ...]) -> bool:
    """ "can you restart apps?": asks what is possible, names nothing."""
    words = clause.words
    if words[:2] not in (("can", "you"), ("could", "you")) or not clause.is_question:
        return any(item.word in ("automatically", "ever") for item in rest)
    named = any(
        i.mention or i.number or i.tags & {"pronoun", "everything", "failing", "unhealthy", "polite"} for i in rest
    )
    bare = any("app" in i.tags and i.word.endswith("s") for i in rest[:1])
    return (not named and bare) or any(item.word in ("automatically", "ever") for item in rest)


def _before_reason(items: tuple[Item, ...]) -> tuple[Item, ...]:
    end = reason_start(items)
    return items if end is None else items[:end]


def reason_start(items: tuple[Item, ...]) -> int | None:
    """Where a reason begins ("because …", "since it …", "due to …"), or None."""
    for position, item in enumerate(items):
        after = items[position + 1] if position + 1 < len(items) else None
        if item.word in ("because", "due", "reason"):
            return position
        if (
            position > 1
            and item.word == "for"
            and any(other.word == "sake" for other in items[position : position + 4])
        ):
            return position
        if position > 1 and item.word == "now" and after is not None and after.word == "that":
            return position
        if (
            item.word == "so"
            and after is not None
            and (after.word == "that" or "pronoun" in after.tags or "self" in after.tags)
        ):
            return position
        if (
            item.word == "since"
            and after is not None
            and "later" not in after.tags
            and any(other.word in ("is", "are") for other in items[position + 1 : position + 4])
        ):
            return position
        if (
            item.word in ("since", "as")
            and after is not None
            and (after.mention or after.word in ("it", "they", "the", "we", "users"))
        ):
            return position
        if item.word == "for" and _is_occasion(items, position):
            return position
        if item.word == "to" and after is not None and _is_purpose(items[:position], after, items[position + 1 :]):
            return position
    return None


_VARIANTS = word_set(
    "canary beta tenant customer region zone shard staging production branch version sidecar part half"
)


def _is_occasion(items: tuple[Item, ...], position: int) -> bool:
    """ "stop web-app for the audit": the occasion ends the request."""
    rest = [item for item in items[position + 1 :] if not (item.is_mark or item.tags & {"polite", "now"})]
    if len(rest) != 2 or rest[0].word not in ("the", "our", "my", "a", "an"):
        return False
    noun = rest[1]
    plain = (
        not noun.tags - {"everyday", "foreign", "history"}
        and not (noun.mention or noun.number)
        and noun.word not in _VARIANTS
    )
    named = any(item.mention or "pronoun" in item.tags for item in items[:position])
    return named and plain and bool(parts_of_speech(noun.word) & NOUN)


def _is_purpose(before: tuple[Item, ...], verb: Item, rest: tuple[Item, ...]) -> bool:
    """ "restart web-app to pick up the secret": what the change is for, said after its object."""
    if verb.lemma.partition(" ")[0] in _PURPOSES and parts_of_speech(verb.word.partition(" ")[0]) & BASE:
        return True
    named = any(item.mention or "pronoun" in item.tags for item in before)
    plain = parts_of_speech(verb.word) & BASE and not (verb.tags & _CHANGES or verb.mention or verb.number)
    return bool(named and plain and not any(item.number for item in rest[:4]))


_CHANGES = CHANGE_TAGS | {"assign", "aux", "backup", "autoscale"}
_PURPOSES = word_set("fix resolve clear free apply solve repair heal recover handle save pick reset release see test")


_ASKED_OF = word_set("you we mind please i somebody someone")


def _asks_politely(opening: tuple[Item, ...]) -> bool:
    return any(item.word.split()[-1] in _ASKED_OF for item in opening)


def _ends_politely(rest: tuple[Item, ...]) -> bool:
    """ "bounce it for me?", "restart web-app, will you?"."""
    words = [word for item in rest if not item.is_mark for word in item.word.split()]
    return words[-2:] in (
        ["for", "me"],
        ["for", "us"],
        *([modal, "you"] for modal in ("will", "would", "can", "could")),
    )


def _says_now(rest: tuple[Item, ...]) -> bool:
    """ "traffic doubles at noon, so scale web-app to 6 now"."""
    return any(item.word in ("now", "already", "immediately") or "now" in item.tags for item in rest)


def _mode_of(clause: Clause, act: Act) -> Mode:
    items = clause.items
    before = items[: act.at]
    said = items[act.at]
    start = next(
        (i for i in items if not i.is_mark and not (i.tags & {"greet", "polite", "yes"} and "aux" not in i.tags)), said
    )
    asked = bool(start.tags & _QUESTION_STARTS) or clause.is_question
    if said.quoted or _is_reported(before):
        return Mode.REPORTED
    if any("what_if" in i.tags for i in items) or (asked and _has(items, "happen")):
        return Mode.HYPOTHETICAL
    if _is_negated(before, asked=asked):
        instead = any(i.word in ("instead", "rather") for i in before)
        return Mode.ADVICE if instead and clause.is_question else Mode.NEGATED
    if _is_past_question(clause, act, start):
        return Mode.PAST
    if any("how_to" in i.tags for i in items) or (start.word == "how" and "base" in said.forms):
        return Mode.HOWTO
    if any("command" in i.tags and i.word.startswith("command") for i in items):
        return Mode.HOWTO
    if asked:
        return Mode.ADVICE if any(i.word in _ADVICE_WORDS for i in items) else Mode.HYPOTHETICAL
    return _mode_of_statement(items, before, said)


def _mode_of_statement(items: tuple[Item, ...], before: tuple[Item, ...], said: Item) -> Mode:
    if any("if" in i.tags for i in items):
        return Mode.CONDITIONAL
    if any("later" in i.tags or i.word in ("every", "each") for i in items):
        return Mode.SCHEDULED
    if any(i.tags & {"modal"} or i.word in _ADVICE_WORDS for i in before):
        return Mode.ADVICE
    if "past" in said.forms and "base" not in said.forms:
        return Mode.PAST
    return Mode.STATEMENT


def mode_of_fragment(clause: Clause) -> Mode:
    """How a clause without any change colours the one joined to it: "if it fails, …", "every night, …"."""
    items = clause.items
    start = next((i for i in items if not i.is_mark and i.word not in ("and", "but", "so", "then", "only")), None)
    if start is not None and "if" in start.tags and limits_of_request(items) is Mode.CONDITIONAL:
        return Mode.CONDITIONAL
    if is_only_a_time(items):
        return Mode.SCHEDULED
    counts = any(item.mention for item in items) and "is" in clause.words  # "web-app is at 5"
    if (limits_of_request(items, counts=counts) is Mode.SCHEDULED or lets_time_pass(items)) and not clause.is_question:
        return Mode.SCHEDULED
    words = clause.words[:3]
    if words[:1] in (("should",), ("had",), ("were",)) and not clause.is_question:
        return Mode.CONDITIONAL
    if words[:2] == ("do", "not") or words[:1] in (("never",), ("avoid",)) or words == ("please", "do", "not"):
        return Mode.NEGATED
    return Mode.REPORTED if _is_reported((*items, Item("", ""))) else Mode.READ


def _may_finish(words: list[Item]) -> bool:
    """ "let A finish": what follows is for later."""
    named = words[1].mention is not None or words[1].word in ("it", "them", "the")
    return named and any(item.word in _ENDING for item in words[2:4])


_ENDING = word_set("finish complete drain settle recover terminate")
_WAITING = word_set("wait hold sleep pause give let allow delay postpone leave count")


_HOLDING, _FOR = word_set("wait hold pause postpone delay"), word_set("for until till")


def lets_time_pass(items: tuple[Item, ...]) -> bool:
    """ "wait 10 minutes", "give it an hour", "wait until it is quiet": what follows is not for now."""
    words = [item for item in items if not item.is_mark and item.word not in SKIPPED]
    said = [word for item in words for word in item.word.split()]
    if not said or said[0] not in _WAITING:
        return False
    if said[0] == "let" and len(words) > 2 and _may_finish(words):
        return True
    if said[0] in _HOLDING and _FOR & set(said[1:3]):  # "wait for Ann's ok", "hold on until it is built"
        return True
    spans = any(
        time_unit_seconds(item.word) or (item.number is not None and item.number.kind == "time") for item in words
    )
    return spans or any(item.tags & {"if"} or item.word in ("bit", "moment", "while") for item in words[1:])


def carries_on(clause: Clause, tags: set[str]) -> bool:
    """A clause without a change after which "and restart it" is still a request.

    After a command, a greeting, or something that is told ("web-app is stuck, …") it is; after a question it is only
    offered.
    """
    if any(tag.endswith("_lead") for tag in tags) or {"favor", "favour", "kind"} & set(clause.words):
        return True
    words = [item for item in clause.items if not item.is_mark]
    start = next((i for i in words if i.word not in SKIPPED and not i.tags & {"greet", "polite", "yes", "thank"}), None)
    if start is None or clause.is_question:
        return start is None
    if start.word in ("i", "we") and any(item.word.startswith("will not") or item.word == "refuse" for item in words):
        return False
    return not (start.tags & (_QUESTION_STARTS | {"if"}) and start.word not in ("whatever", "when"))


def _has(items: tuple[Item, ...], tag: str) -> bool:
    return any(tag in item.tags for item in items)


def _is_reported(before: tuple[Item, ...]) -> bool:
    """Somebody else says it: "Bob told me to", "the docs say"."""
    for position, item in enumerate(before):
        if "say" not in item.tags and item.word not in ("according", "said", "wrote"):
            continue
        subject = before[position - 1] if position else None
        if subject is not None and (subject.mention or subject.word.endswith("ing")):
            continue  # "web-app wants a restart", "we are dropping requests"
        if subject is not None and subject.word not in (
            "i",
            "we",
            "you",
            "to",
            "not",
            "would",
            "can",
            "please",
            "could",
        ):
            return (
                "s" in item.forms
                or "past" in item.forms
                or "tell_kind" in subject.tags
                or item.word in ("say", "wrote")
            )
    return False


def _is_negated(before: tuple[Item, ...], *, asked: bool) -> bool:
    words = [item.word for item in before if not item.is_mark]
    if any(item.tags & {"avoid"} for item in before) or "instead" in words or "rather" in words:
        return True
    if "without" in words[-2:]:
        return True
    denied = {"not", "never", "no", "nor", "neither"} & set(words)
    if not denied:
        return False
    can_not = any(first in ("can", "could", "did") and second == "not" for first, second in pairwise(words))
    aux_question = asked and not (words[:2] == ["do", "not"] or words[0] in ("never", "no", "please"))
    return not can_not and not aux_question


def _is_past_question(clause: Clause, act: Act, start: Item) -> bool:
    """ "why was A restarted", "who scaled A", "did someone stop A", "how many times …"."""
    said = clause.items[act.at]
    before = clause.items[: act.at]
    past_aux = any(i.tags & {"past_aux"} for i in before)
    past_form = "past" in said.forms
    if start.word in ("who", "why", "when") or "how_many" in start.tags or start.word == "how":
        return past_aux or (past_form and "base" not in said.forms) or (start.word == "who" and past_form)
    return start.word in ("did", "has", "have", "was", "were", "had") and (past_form or start.word == "did")
