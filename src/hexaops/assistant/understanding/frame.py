"""Whether a request is wholly understood: its object *is* the target, every number has a role, no word is left over.

A verb and a known name are not a request: "disable tls on api-service" speaks of TLS, "stop the backup of database-app"
of a backup. So every word after the opening must be one of: the verb and its particle, a target, a noun for its kind, a
number that counts replicas, an exception, a small word, or how and why. What is left over is what the person may mean
instead, and is asked about.
"""

from __future__ import annotations

from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.items import Item, said_words
from hexaops.assistant.understanding.lexicon import KEEPS_FAILING
from hexaops.assistant.understanding.limits import courtesy_places
from hexaops.assistant.understanding.model import InvalidValue, Parameters
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS, why_not_a_count
from hexaops.assistant.understanding.roles import RoledNumber, read_numbers

_KINDS = frozenset({"app", "replica", "replicas_word"})
_MANNER = word_set(
    "damn bloody poor old darn stupid rolling full clean complete quick fresh graceful simple hard soft fast safe "
    "zero-downtime downtime"
)
_NO_MANNER = word_set("partly partially mostly hardly barely weekly daily nightly hourly monthly only")
_STATES = frozenset({"failing", "unhealthy", "stopped", "pending", "not_ready", "slow", "running", "healthy"})
_BEFORE = word_set("previous former usual normal old earlier original last")
_SELECTING = frozenset({"everything", "whole", "app", "pod", "pronoun", "wh"})
_JOINS = word_set("and or then , & + plus")


class Frame(Struct, frozen=True):
    """What a clause says around its verb. `left` are words that nothing explains: the frame is complete without."""

    parameters: Parameters
    numbers: tuple[RoledNumber, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def is_complete(self) -> bool:
        """Nothing is left over."""
        return not self.left


def read_frame(items: tuple[Item, ...], verb: str, at: int, *, opens: int = 0) -> Frame:
    """The frame of a request whose verb is `items[at]`, -1 where it has none; what stands before `opens` opens it."""
    numbers = read_numbers(items, verb)
    scales = verb not in ("restart", "start", "stop", "cancel", "undo")
    parameters, odd = _values(numbers, items, verb) if scales else (Parameters(), _counting_nothing(numbers, items))
    left = [*_left_over(items, verb, at, opens), *odd]
    return Frame(parameters, numbers, tuple(dict.fromkeys(left)))


def _counting_nothing(numbers: tuple[RoledNumber, ...], items: tuple[Item, ...]) -> list[str]:
    """All numbers but the "three" of "restart these three: A, B, C"."""
    named = sum(1 for item in items if item.mention)
    lists = {one.text for one, two in pairwise(items) if one.number and (two.is_mark or "app" in two.tags)}
    return [n.text for n in numbers if not (named > 1 and n.value == named and n.text in lists)]


def _left_over(items: tuple[Item, ...], verb: str, at: int, opens: int) -> list[str]:
    left: list[str] = [item.text for item in items if "*" in item.text]
    courtesy = courtesy_places(items)
    for position, item in enumerate(items):
        if position in courtesy:
            continue
        signs = item.word == "minus" and position + 1 < len(items) and items[position + 1].number
        if position == at or item.number or signs or _is_small(item) or (position < opens and item.mention is None):
            continue
        if item.mention is not None:
            left += _not_object(items, position, verb) or _other_choice(items, position)
            left += _aside(items, position, verb)
        elif not _is_explained(items, position, verb):
            left.append(item.text)
    return left


def _aside(items: tuple[Item, ...], position: int, verb: str) -> list[str]:
    """ "A without B", "another A", "half of A", "A's B", "the 5 A pods": not the application as it stands."""
    before = [item for item in items[:position] if item.word not in ("the", "my", "our")]
    last, odd = (before[-1] if before else None), other_number(items[position])
    if last is not None and last.word in ("without", "behind"):
        odd.append(last.text)
    if verb in ("restart", "start", "stop"):
        odd += [item.text for item in before[-2:] if item.word in ("another", "half", "twice")]
        odd += [item.text for item in before[-1:] if item.word in ORDINALS and position > 1]
    if last is not None and last.mention and last.possessive and not _is_place(last):
        odd.append(last.text)
    if last is not None and last.number and position >= 2 and items[position - 2].word in ("the", "those", "these"):
        odd.append(last.text)
    return odd


def other_number(item: Item) -> list[str]:
    """ "worker-app-2" is another one, not a slip of "worker-app"."""
    said = _digits(item.text)
    candidates = item.mention.candidates if item.mention else ()
    alike = any(_digits(one.entity.name) == said or _digits(one.entity.id) == said for one in candidates)
    return [item.text] if said and candidates and not alike else []


def _digits(text: str) -> str:
    return "".join(character for character in text if character.isdigit())


def _other_choice(items: tuple[Item, ...], position: int) -> list[str]:
    """ "A or B": one of them, and not said which."""
    before = [item for item in items[max(0, position - 2) : position] if item.word not in ("the", "my", "our")]
    return ["or"] if before and before[-1].word == "or" else []


def _is_small(item: Item) -> bool:
    if item.mention is not None:
        return False
    if item.is_mark:
        return True
    words = item.word.split()
    small = all(word in SMALL or word in LIGHT or word == "plus" for word in words)
    return small or bool(item.tags & {"polite", "greet", "yes", "thank", "now", "except", "twice", "half", "factor"})


def _is_explained(items: tuple[Item, ...], position: int, verb: str) -> bool:
    item = items[position]
    if "pod" in item.tags and verb in ("stop", "start", "cancel"):
        return False
    if item.tags & _KINDS or "pod" in item.tags or item.word in _MANNER or item.word == "single":
        return True
    if "platform" in item.tags and any(other.word in ("other", "another", "second") for other in items[:position]):
        return False
    if item.tags & {"project", "platform"} and any(other.word in ("in", "of", "on") for other in items[:position]):
        return True
    if "project" in item.tags and position and _may_be_place(items[position - 1]):
        return True
    if item.word in _BEFORE and any("replica" in other.tags for other in items[position + 1 : position + 3]):
        return verb == "start"
    if item.word.endswith("ly") and item.word not in _NO_MANNER and "later" not in item.tags:
        return not item.is_unknown or item.word.isalpha()
    if item.word in ("runs", "running") and verb == "assign" and position + 2 < len(items):
        return _runs_with(items, position)
    if item.word == "fine" and verb == "assign" and items[position + 1 :]:
        return items[position - 1].word in ("is", "are") and items[-1].word == "do it"
    if item.tags & _STATES:
        return _describes(items, position, verb)
    return _suits(items, position, verb)


def _suits(items: tuple[Item, ...], position: int, verb: str) -> bool:
    """A word that says the same as the verb: "out of service" of a stop, "what is" of a restart."""
    item = items[position]
    if "off" in item.tags:
        return verb == "stop"
    if verb == "stop" and position > 1 and items[position - 2].word == "to" and items[position - 1].word == "a":
        return item.word in ("stop", "halt")
    if verb == "restart" and (_selects_failing(items, position) or _is_of_state(items, position)):
        return True
    if verb == "restart" and item.word == "come":
        return any(other.word in ("fresh", "afresh", "anew") for other in items[position:])
    if verb in ("stop", "start") and verb in item.tags and position and items[position - 1].mention:
        return True  # "have web-app shut down"
    if verb == "restart" and item.word in KEEPS_FAILING:
        named = position + 1 < len(items) and items[position + 1].mention is not None
        return items[position - 1].word in ("that", "which") and not named
    if verb == "restart" and item.word in ("which", "that") and position and items[position - 1].tags & _SELECTING:
        return any(other.tags & {"failing", "unhealthy", "not_ready"} for other in items[position + 1 :])
    if verb == "restart" and item.word == "what" and position + 1 < len(items):
        return items[position + 1].word == "is"
    if verb == "restart" and item.tags & {"restart", "action_noun"}:
        return True
    scales = verb not in ("restart", "start", "stop", "cancel", "undo")
    if scales and item.word in _SIZES:
        return True
    return scales and bool(item.tags & {"scale", "number_noun", "scale_up", "scale_down", "increase", "decrease"})


def _selects_failing(items: tuple[Item, ...], position: int) -> bool:
    """ "anything that is not healthy", "all apps in error state"."""
    item, rest = items[position], items[position + 1 :]
    if any(other.mention for other in items):
        return False
    if item.word == "anything":
        return any(other.tags & {"failing", "unhealthy", "not_ready"} for other in rest)
    led = [other.word for other in items[max(0, position - 2) : position]]
    apps = any(other.tags & {"app", "pod"} for other in items[:position])
    return apps and (
        (item.word in ("error", "errors") and led[-1:] == ["in"]) or (led == ["in", "error"] and item.word == "state")
    )


def _is_of_state(items: tuple[Item, ...], position: int) -> bool:
    """ "the failing stuff", "whatever is still failing"."""
    item, after = items[position], items[position + 1 : position + 2]
    if "whole" in item.tags or item.word in _THINGS:
        return position > 0 and bool(items[position - 1].tags & _STATES)
    return item.word == "still" and bool(after and after[0].tags & _STATES)


_SIZES = word_set("bigger larger smaller")
_MADE = word_set("make ensure sure should must be get let")


def _runs_with(items: tuple[Item, ...], position: int) -> bool:
    """ "web-app should be running with 6 pods", "make that web-app runs with 6"; "web-app runs with 6" is only told."""
    if not _MADE & said_words(items[:position]):
        return False
    rest = [item for item in items[position + 1 : position + 4] if item.word not in ("just", "only")]
    return len(rest) > 1 and rest[0].word in ("with", "at", "on") and rest[1].number is not None


_THINGS = word_set("ones things stuff bits parts bunch lot services workloads")


def _describes(items: tuple[Item, ...], position: int, verb: str) -> bool:
    """ "the failing web-app", "everything that is failing", "get A running": a state of the target."""
    after = items[position + 1] if position + 1 < len(items) else None
    told = position > 0 and (items[position - 1].mention or items[position - 1].tags & _KINDS)
    if verb == "assign" and told and items[position].tags & {"failing", "unhealthy", "fail", "slow", "pending"}:
        return False  # "5 pods of web-app crashed"
    selects = position > 1 and items[position - 1].word in ("is", "are") and items[position - 2].tags & _SELECTING
    if selects and ((after is not None and after.mention) or items[position].tags & {"running", "healthy"}):
        return False  # "whatever is crashing web-app"
    if after is None or after.is_mark or after.mention or after.tags & (_KINDS | {"pod"}):
        return True
    before = items[position - 1].word.rpartition(" ")[2] if position else ""
    led = [item.word for item in items[max(0, position - 3) : position] if item.word not in ("is", "are", "still")]
    if before == "whatever" or (verb == "restart" and led[-1:] == ["whatever"]):
        return True
    if verb == "restart" and (after.word in _THINGS or "whole" in after.tags):
        return True
    if verb == "restart" and position and "everything" in items[position - 1].tags:
        return after.word in ("in", "on", "of")  # "everything unhealthy in A"
    if after.word in ("ones", "things") or (before in ("is", "are") and after.word in ("in", "on", "of")):
        return True
    rest = all(_is_small(other) for other in items[position + 1 :])
    selected = verb == "restart" and before in ("is", "are") and position > 1 and items[position - 2].tags & _SELECTING
    if selected and after.word in ("by", "with"):  # "whatever is broken by restarting it"
        return True
    return rest and (bool(selected) or any(other.mention for other in items[:position]))


def _not_object(items: tuple[Item, ...], position: int, verb: str) -> list[str]:
    """What a name that is no object of the verb leaves over; of "A of B" that is A: it may be only a word for B's."""
    item = items[position]
    kinds = {candidate.entity.kind for candidate in item.mention.candidates} if item.mention else set()
    if kinds <= {"node", "workspace"} or (kinds == {"pod"} and verb != "restart"):
        return [item.text]
    before = next((p for p in range(position - 1, -1, -1) if items[p].mention is not None), None)
    if "project" in kinds or before is None or _is_place(items[before]):
        return []
    between = items[before + 1 : position]
    joined = any(other.word in _JOINS or other.tags & {"except", "not"} or other.number for other in between)
    return [] if joined or not between else [items[before].text]


def _may_be_place(item: Item) -> bool:
    return item.mention is not None and any(c.entity.kind == "project" for c in item.mention.candidates)


def _is_place(item: Item) -> bool:
    return item.mention is not None and all(c.entity.kind == "project" for c in item.mention.candidates)


def _values(numbers: tuple[RoledNumber, ...], items: tuple[Item, ...], verb: str) -> tuple[Parameters, list[str]]:
    """The replicas that are meant, and the numbers that cannot be: bounds, quantities, a second count."""
    counts = [n for n in numbers if n.role in ("absolute", "relative", "percent", "factor")]
    odd = [n.text for n in numbers if n.role in ("limit", "quantity", "other", "time")]
    parameters = _without_number(items, verb)
    if counts and parameters.replicas_factor is not None:
        return parameters, [*odd, *(n.text for n in counts)]
    if len(counts) > 1:
        return parameters, [*odd, *(n.text for n in counts[1:])]
    if counts:
        parameters = _with_number(parameters, counts[0], verb)
    elif not odd and parameters.replicas_factor is None:
        parameters = _one_step(parameters, items, verb)
    begin = [n for n in numbers if n.role == "from"]
    if len(begin) > 1 or (begin and parameters.replicas is None):
        odd += [n.text for n in begin]
    elif begin:
        parameters = replace(parameters, replicas_from=int(begin[0].value))
    return parameters, odd


_FACTORS = {"double": 2.0, "triple": 3.0, "quadruple": 4.0, "halve": 0.5}
_DOWN = frozenset({"decrease", "scale_down", "halve", "remove"})
_UP = frozenset({"increase", "scale_up", "double", "triple", "quadruple", "add"})


def _without_number(items: tuple[Item, ...], verb: str) -> Parameters:
    tags = {tag for item in items for tag in item.tags}
    words = said_words(items)
    down = verb in _DOWN or tags & {"scale_down", "down", "less"} or "smaller" in words
    up = verb in _UP or words & {"bigger", "larger"} or tags & {"scale_up", "up", "more"} or "out" in words
    direction = "down" if down else "up" if up else None
    factor = _FACTORS.get(verb)
    if factor is None and "half" in tags:
        factor = 0.5
    if factor is None and "twice" in tags:
        factor = 2.0
    if factor is not None:
        direction = "down" if factor < 1 else "up"
    return Parameters(direction=direction, replicas_factor=factor)  # type: ignore[arg-type]


_ONE_MORE = word_set("another extra additional further")


def _one_step(parameters: Parameters, items: tuple[Item, ...], verb: str) -> Parameters:
    """ "add another replica", "add a replica", "one fewer": a step of one."""
    single = any("replica" in item.tags or item.lemma == "pod" for item in items if not item.word.endswith("s"))
    another = any(item.word in _ONE_MORE for item in items)
    if single and (verb in ("add", "remove") or another):
        return replace(parameters, replicas_delta=-1 if verb == "remove" else 1)
    return parameters


def _with_number(parameters: Parameters, said: RoledNumber, verb: str) -> Parameters:
    down = parameters.direction == "down" or (said.down and said.role == "relative")
    if said.role == "factor":
        inverse = down and said.value > 1
        return replace(parameters, replicas_factor=1 / said.value if inverse and said.value else said.value)
    if said.role == "percent":
        share = said.value / 100
        factor = share if said.to else 1 - share if down else 1 + share
        return replace(parameters, replicas_factor=round(factor, 4))
    why = why_not_a_count(said.value)
    if why:
        return replace(parameters, invalid=(InvalidValue("replicas", said.text, why),))
    if said.role == "relative":
        return replace(parameters, replicas_delta=-int(said.value) if down or verb == "remove" else int(said.value))
    return replace(parameters, replicas=int(said.value))
