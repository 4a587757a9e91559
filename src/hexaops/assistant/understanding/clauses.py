"""Where one request or question ends and the next begins.

A full stop, an exclamation or question mark, a semicolon or a new line always ends a clause; a comma, a dash or
"and" only when what follows is a clause of its own. The difference matters: a clause joined softly inherits that its
neighbour was a question, a condition or negated ("don't restart A and scale B").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.english import BASE, NOUN, PAST, PROGRESSIVE, THIRD, parts_of_speech
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.normalise import word_set

Join = Literal["start", "hard", "colon", "soft", "contrast"]
_HARD = frozenset(".!?;\n")
_SOFT = frozenset(",-()")
_CONNECTIVES = frozenset({"and", "then", "but", "or", "also", "plus"})
_SKIPPED = word_set(
    "please now just so then and also kindly can could would will you i want to need lets go ahead "
    "finally next first afterwards instead only but ok okay"
)
CHANGE_TAGS = word_set(
    "restart scale scale_up scale_down start stop cancel undo double triple quadruple halve increase "
    "decrease add remove particle"
)
"""Verbs that change something when they stand alone; `assign` verbs need a count beside them."""
_READ_VERBS = word_set("show diagnose analyze search create ack delete deploy predict optimize maintain light")
_FINITE = word_set("is are was were has have should must needs need can could will would wants")
"""After a name these make it the subject of a clause of its own."""
_LISTED = word_set("so and both the then also please now")
_PLAIN = frozenset({"everyday", "filler", "foreign"})
CLAUSES_LIMIT = 12
"""Clauses read in one message; of a longer one no change is taken, for the rest may take it back."""


class Clause(Struct, frozen=True):
    """Items of one clause, without its end mark. `quoted` says that a colon before it introduced it."""

    items: tuple[Item, ...]
    join: Join = "start"
    is_question: bool = False
    led: str = ""
    """The word that joins it: "so", "and"."""

    @property
    def words(self) -> tuple[str, ...]:
        """The words as read, marks left out."""
        return tuple(item.word for item in self.items if not item.is_mark)


def split_clauses(items: list[Item]) -> list[Clause]:
    """The clauses of a message."""
    clauses: list[Clause] = []
    current: list[Item] = []
    join: Join = "start"
    led = ""
    for position, item in enumerate(items):
        if item.is_mark and not item.quoted and item.word in _HARD:
            clauses, current = _close(clauses, current, join, is_question=item.word == "?", led=led)
            led = ""
            join = "hard" if clauses else "start"
        elif (
            item.is_mark
            and item.word == ":"
            and current
            and not (_is_time(items, position) or _is_lead_in(current) or _gives_count(items, position, current))
        ):
            leads = all(word in _LEADS for other in current for word in other.word.split())
            clauses, current = _close(clauses, current, join, is_question=False, led=led)
            led = ""
            join = "hard" if leads and clauses else "colon"
        elif (
            any(not (other.is_mark or "polite" in other.tags) for other in current)
            and _is_soft(items, position)
            and not _is_choice(items, position, current)
            and _begins_clause(items, position + 1, current)
        ):
            contrast = _is_contrast(items, position) and (clauses or not is_only_a_time(current))
            clauses, current = _close(clauses, current, join, is_question=False, led=led)
            join, led = ("contrast" if contrast else "soft"), item.word
            led = "so" if led == "," and items[position + 1].word == "so" else led
        else:
            current.append(item)
    clauses, _ = _close(clauses, current, join, is_question=False, led=led)
    return _spread_question(clauses)


def _close(
    clauses: list[Clause], current: list[Item], join: Join, *, is_question: bool, led: str
) -> tuple[list[Clause], list[Item]]:
    if any(not item.is_mark for item in current):
        return [*clauses, Clause(tuple(current), join, is_question, led)], []
    return clauses, []


def _is_lead_in(current: list[Item]) -> bool:
    """ "restart the following apps:", "web-app:": what follows the colon belongs to it."""
    plain = ("the", "following", "these", "please", "all", "and", ",", "both")
    return all(
        item.mention
        or item.word in plain
        or ("base" in item.forms and item.tags & CHANGE_TAGS)
        or item.tags & {"app", "replicas_word"}
        or (item.number and item.number.kind == "count")
        for item in current
    )


_LEADS = word_set(
    "do me a quick one small thing another last more self-heal selfheal favour favor ask ok and hi hey , - "
    "emergency urgent urgently important asap now please pls request"
)
"""Before a colon these say nothing of their own: "quick one: restart web-app"."""


def _gives_count(items: list[Item], position: int, current: list[Item]) -> bool:
    """ "more power for web-app: 5 instances": the count belongs to what stands before the colon."""
    rest = items[position + 1 :]
    counted = any(item.number for item in rest) and all(
        item.number or item.tags & {"replicas_word", "polite"} or item.word in _HARD for item in rest
    )
    changes = any(item.tags & {"more", "less"} for item in current)
    return counted and changes and any(item.mention for item in current)


def _is_time(items: list[Item], position: int) -> bool:
    """`22:00`."""
    after = items[position + 1] if position + 1 < len(items) else None
    return bool(items[position - 1].number and after and after.number)


def is_only_a_time(current: Sequence[Item]) -> bool:
    """ "at six this evening", "at 3 o'clock in the night": when what follows is to be done, please or not."""
    words = [item for item in current if not item.is_mark]
    says_when = [item for item in words if "later" in item.tags or item.word in _DAYTIMES]
    numbers = [item for item in words if item.number]
    timely = bool(says_when) or (bool(numbers) and words[0].word in ("at", "in"))
    return timely and all(item in says_when or item in numbers or item.word in _AROUND_TIMES for item in words)


_DAYTIMES = word_set("night evening morning afternoon noon midnight midday o'clock oclock am pm sharp minutes hours")
_AROUND_TIMES = word_set("at in on this the about around half past quarter to after")


def _is_soft(items: list[Item], position: int) -> bool:
    item = items[position]
    if item.quoted:
        return False
    if not item.is_mark:
        after = items[position + 1] if position + 1 < len(items) else None
        asks = after is not None and (after.tags & CHANGE_TAGS or after.word in ("please", "can", "could"))
        asks = asks or _is_obliged(items, position + 1)
        if item.word in ("also", "then") and _opens_politely(items, position):
            return False
        return item.word in _CONNECTIVES or (item.word == "so" and position > 2 and bool(asks))
    beside_dash = any(0 <= p < len(items) and items[p].word == "-" for p in (position - 1, position + 1))
    return item.word in _SOFT and not (item.word == "-" and beside_dash)


def _opens_politely(items: list[Item], position: int) -> bool:
    """ "could you also …": the opening is no clause of its own."""
    words = [item.word for item in items[max(0, position - 2) : position]]
    return len(words) == 2 and words[0] in ("could", "can", "would", "will") and words[1] in ("you", "we", "i")


def _is_obliged(items: list[Item], position: int) -> bool:
    """ "so A and B should …": a list is the subject, its "and" begins no clause."""
    named = position < len(items) and items[position].mention is not None
    after = _past_names(items, position) if named else None
    return after is not None and after.word in _FINITE and not after.mention


def _joins(items: list[Item], position: int, current: list[Item]) -> bool:
    return _is_soft(items, position) and not _is_choice(items, position, current)


def _is_choice(items: list[Item], position: int, current: list[Item]) -> bool:
    """ "is it done or what", "are both up or did one stop": one question with two answers."""
    asks = any(item.tags & {"aux", "wh"} for item in current)
    return items[position].word == "or" and asks and not any(item.tags & CHANGE_TAGS for item in current)


def _is_contrast(items: list[Item], position: int) -> bool:
    """ "…, but / just / please / instead restart B": what follows stands for itself."""
    for item in items[position : position + 4]:
        if item.word in ("but", "instead", "just", "please", "rather", "only"):
            return True
        if not item.is_mark and item.word not in _SKIPPED:
            break
    rest = items[position + 1 :]
    end = next((n for n, item in enumerate(rest) if item.is_mark), len(rest))
    return any(item.word == "instead" for item in rest[:end][-2:])


def _begins_clause(items: list[Item], start: int, current: list[Item]) -> bool:
    position = start
    if _only_presses(items, start):
        return True
    while position < len(items) and (
        (items[position].is_mark and items[position].word in _SOFT)
        or (items[position].word in _SKIPPED and position - start < 8)
        or items[position].tags & {"polite", "yes", "greet"}
    ):
        position += 1
    if position >= len(items):
        return False
    item = items[position]
    following = items[position + 1] if position + 1 < len(items) else None
    if _stands_alone(items, start, position):
        return True
    if item.tags & {"if", "wh", "aux", "deny", "what_if", "how_to", "how_is", "how_many", "help"}:
        return item.word != "need"
    if item.tags & (CHANGE_TAGS | _READ_VERBS | {"assign"}) and "base" in item.forms:
        return not _is_noun_use(item, following)
    if "not" in item.tags:
        return bool(following and following.tags & CHANGE_TAGS)
    if (item.mention or "pronoun" in item.tags) and following and following.word == "be" and position > start:
        return items[position - 1].word in ("could", "can", "may", "would")
    if _is_listed(items, start, position, current):
        return False
    if item.mention or item.tags & {"pronoun"}:
        if current[-1].mention and all(other.mention or other.is_mark or other.word in _LISTED for other in current):
            return False  # "web-app and cart have to …": one subject
        after = _past_names(items, position)
        return _second_count(items, position, current) or bool(after and after.word in _FINITE)
    return False


def _is_listed(items: list[Item], start: int, position: int, current: list[Item]) -> bool:
    """ "A or B must be stopped": one of them; "stop A and B, C must stay up"."""
    if not (items[position].mention and current[-1].mention):
        return False
    following = items[position + 1] if position + 1 < len(items) else None
    ends = following is not None and following.is_mark
    return items[start - 1].word == "or" or (items[start - 1].word == "and" and ends)


def _stands_alone(items: list[Item], start: int, position: int) -> bool:
    """ "leave it running", "so web-app on please", "users complain"."""
    item, after = items[position], items[position + 1 : position + 3]
    if not after:
        return False
    if item.word in ("leave", "keep"):
        return after[0].word in ("it", "them")
    if _is_wanted(items[start : position + 1]) or _is_wanted(items[start:position]) or _counts(items, position):
        return True
    if item.mention and _switches_after_so(items, start, position):
        return True
    if len(after) == 2 and (_is_due(item, after[0], after[1]) or _is_doing(item, after[0], after[1])):
        return True
    if item.word in _ARTICLES and len(after) == 2 and _tells(after[0], after[1]):
        return True
    return _tells(item, after[0]) or _acts(item, after[0])


def _is_due(item: Item, subject: Item, verb: Item) -> bool:
    """ "…, time it got restarted"."""
    named = subject.mention is not None or "pronoun" in subject.tags
    return item.word == "time" and named and verb.word in ("got", "was", "were")


def _is_doing(item: Item, verb: Item, doing: Item) -> bool:
    """ "…, warehouse is counting", "…, sessions are stuck"."""
    if item.mention or item.is_mark or verb.word not in ("is", "are") or doing.mention:
        return False
    if item.tags <= _PLAIN and bool(parts_of_speech(doing.word) & PROGRESSIVE) and not item.word.endswith("ing"):
        return bool(parts_of_speech(item.word) & NOUN)
    return (
        item.word.endswith("s") and bool(doing.tags & {"failing", "unhealthy", "slow"}) and not doing.tags & {"running"}
    )


def _is_wanted(skipped: list[Item]) -> bool:
    """ "…, I want web-app and cart at 6"."""
    words = [item.word for item in skipped]
    plainly = words[-2:] in (["i", "want"], ["i", "need"], ["we", "want"], ["we", "need"])
    return plainly or words[-3:] in (["i", "would", "like"], ["we", "would", "like"])


def _only_presses(items: list[Item], start: int) -> bool:
    """ "…, can you please?" to the end."""
    words = [item.word for item in items[start : start + 4] if not item.is_mark]
    return words[:2] in (["can", "you"], ["could", "you"]) and words[2:] in (["please"], ["pls"])


def _counts(items: list[Item], position: int) -> bool:
    """ "two is what we need", "one pod is plenty"."""
    after = [item for item in items[position + 1 : position + 3] if not item.tags & {"replicas_word"}]
    return items[position].number is not None and bool(after) and after[0].word in ("is", "are", "will", "should")


def _acts(item: Item, verb: Item) -> bool:
    """ "it charges twice", "finance needs it"."""
    if item.word in ("it", "they", "this", "we", "users", "customers") and _is_finite(verb):
        return True
    plain = not (item.mention or verb.mention) and item.tags <= _PLAIN and not verb.tags - _PLAIN
    return plain and bool(parts_of_speech(verb.word) & THIRD) and bool(parts_of_speech(item.word) & NOUN)


def _switches_after_so(items: list[Item], start: int, position: int) -> bool:
    """ "…, so web-app on please"."""
    after = [item.word for item in items[position + 1 : position + 3]]
    led = any(item.word == "so" for item in items[start:position])
    return led and after[0] in ("on", "off", "up", "down") and (len(after) == 1 or after[1] in ("please", "now", "."))


_ANYONE = word_set("now nobody noone everybody everyone users customers clients there")
_USERS, _COMPLAIN = word_set("users customers clients people"), word_set("report see get hit face complain")
_ARTICLES = word_set("the its our my their these those")
_BEING = word_set("is are was were has have does do did can could will need needs keep keeps")


def _tells(item: Item, following: Item) -> bool:
    """ "nobody looks at it", "users complain", "the keys are stale": a subject and its verb, which tell why."""
    if item.mention or following.mention or (item.tags | following.tags) & CHANGE_TAGS:
        return False
    parts = parts_of_speech(following.word)
    if item.word in ("i", "we") and following.word in ("want", "need", "prefer"):
        return True
    if item.word in _USERS and following.word in _COMPLAIN:
        return True
    if item.word in _ANYONE:
        return following.word in _BEING or bool(parts & (THIRD | PAST)) or (bool(parts & BASE) and not parts & NOUN)
    plain = item.tags <= _PLAIN and bool(parts_of_speech(item.word) & NOUN) and not item.is_mark
    return plain and item.word.endswith("s") and following.word in ("are", "were", "have", "do", "keep")


def _past_names(items: list[Item], position: int) -> Item | None:
    """What follows "A", "A and B", "A, B and C"."""
    position += 1
    while position + 1 < len(items) and items[position].word in ("and", ",") and items[position + 1].mention:
        position += 2
    return items[position] if position < len(items) else None


def _is_finite(item: Item) -> bool:
    """ "it charges twice", "they crashed": a verb with its subject before it."""
    return bool(parts_of_speech(item.word) & (THIRD | PAST)) or item.word in ("is", "are", "has", "have", "does", "can")


def _is_noun_use(item: Item, following: Item | None) -> bool:
    """ "restart history", "scale policy": no verb."""
    nouns = {"history", "number_noun", "status", "policy", "metric", "event", "test"}
    return bool(following and not following.mention and following.tags & nouns and "restart" in item.tags)


def _second_count(items: list[Item], position: int, current: list[Item]) -> bool:
    """ "scale A to 4 and B to 2": B has its own count."""
    rest = items[position + 1 : position + 3]
    own = len(rest) == 2 and rest[0].word == "to" and rest[1].number is not None
    return own and any(item.number for item in current)


def _spread_question(clauses: list[Clause]) -> list[Clause]:
    """A question mark at the end belongs to all clauses joined softly before it."""
    spread: list[Clause] = []
    is_question = False
    for clause in reversed(clauses):
        joined = bool(spread) and spread[-1].join in ("soft", "contrast") and not _is_told(clause, spread[-1])
        joined = joined and not _ends_politely(spread[-1])
        is_question = clause.is_question or (is_question and joined)
        spread.append(replace(clause, is_question=is_question))
    return spread[::-1]


def _ends_politely(asked: Clause) -> bool:
    """ "…, can you please?", "…, bounce it for me?": the mark is of these words alone."""
    words = asked.words
    return words[-1:] == ("please",) or words[-2:] in (
        ("for", "me"),
        ("will", "you"),
        ("would", "you"),
        ("could", "you"),
    )


def _is_told(clause: Clause, asked: Clause) -> bool:
    """ "minio is not needed, could it be stopped?": the first clause is told, the second has its own question."""
    items, first = [item for item in clause.items if not item.is_mark], asked.items[0]
    declares = len(items) > 1 and items[0].mention is not None and items[1].word in _FINITE
    return declares and first.word in ("could", "can", "may", "would")
