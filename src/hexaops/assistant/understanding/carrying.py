"""Which words carry on what was said before, and which only look like it: "it has 5", "same as cart", "not 4"."""

from __future__ import annotations

from itertools import pairwise

from hexaops.assistant.understanding.closed import LIGHT, SMALL
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.inventory import NameIndex
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Resolved
from hexaops.assistant.understanding.names import WORD_OF
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.numbers import ORDINALS, time_unit_seconds

_CARRYING = word_set(
    "no nah nope not never sorry wait hm hmm uh oh ups oops actually same too also instead rather other others one "
    "ones both then what about how only just mean meant was wrong first second third last and or of for to but even "
    "either plus minus make enough please pls right well ah okay more less fewer now same thing still exactly would "
    "please be the that this it on in at from with by there as well many was correction leave drop without skip back "
    "course typo typed better enough lets say let particular particularly especially specifically likewise similarly "
    "former latter brother sister sibling twin its their vs versus against keep kept does do need needs want "
    "wants stays stay remains altogether overall number box boxes machine part thing by detail details db database"
)
PERIODS = word_set(
    "yesterday today tonight morning evening night week weeks weekend month months day days hour hours year last past "
    "january february march april may june july august september october november december monday tuesday wednesday "
    "thursday friday saturday sunday"
)
_STATED = word_set("has had have is are was were runs")
_NEEDS = word_set("need needs wants")
_COMPARES = word_set("as than like")
_NO_COUNT = word_set("not in after before until since within")
_JOINS = word_set("and also too plus same well")
_STATES = frozenset({"failing", "fail", "pending", "healthy", "unhealthy", "running", "stopped", "not_ready"})
_LISTS = frozenset({Intent.POD_STATUS, Intent.STATUS_QUERY})


def tells(words: set[str]) -> bool:
    """ "it has 5", "redis has that too", "cart needs 5": how it is; not "cart needs the same", "6 is enough"."""
    if words & {"stays", "stay", "remains"} and words & {"at", "on", "with"}:
        return True
    if words & {"should", "must", "to", "better", "enough", "mean", "meant"}:
        return False
    return bool(_STATED & words) or (bool(_NEEDS & words) and not words & {"same", "too", "also"})


def means_else(items: tuple[Item, ...]) -> bool:
    """A number that is not wanted ("not 4") or a time ("in 5"), a comparison, all there is, a quotation."""
    if any(item.word in _NO_COUNT and after.number and not after.mention for item, after in pairwise(items)):
        return True
    wide = any(
        "everything" in item.tags and item.word != "each" and not (place and items[place - 1].word == "in")
        for place, item in enumerate(items)
    )  # "4 in all"
    return wide or compares(items) or any(item.quoted for item in items)


def compares(items: tuple[Item, ...]) -> bool:
    """ "same as B", "one more than B"."""
    return any(item.word in _COMPARES and after.mention for item, after in pairwise(items))


def carries(item: Item, known: frozenset[str]) -> bool:
    """Whether the word adds nothing of its own; `known` are words that do so after what was said last."""
    if item.mention or item.number or item.tags & {"replica", "twice", "half", "polite", "except", "more", "less"}:
        return True
    if time_unit_seconds(item.word) or item.word in PERIODS or item.word in ORDINALS:
        return True
    words = item.word.split()
    if item.word in known or is_letter(item):
        return True
    kind = bool(item.tags & {"app", "pod", "node", "project"}) and len(words) == 1
    return kind or all(word in _CARRYING or (word in SMALL and word not in LIGHT) for word in words)


def loosely(strange: list[Item], plain: tuple[str, ...], index: NameIndex) -> tuple[Resolved, ...]:
    """ "oh and search too": the only application that has the word in its name, though it means something else too."""
    if len(strange) != 1 or not _JOINS & set(plain):
        return ()
    item = strange[0]
    found = index.words.get(item.word, ())
    return (Resolved(found[0], item.text, WORD_OF),) if len(found) == 1 else ()


def narrows(item: Item, intent: Intent) -> bool:
    """ "only the failing ones" of a list of pods or applications."""
    return intent in _LISTS and bool(item.tags & _STATES) and item.word not in SMALL


def is_letter(item: Item) -> bool:
    """The end of a name like `gpu-b`."""
    return len(item.text) == 1 and item.text.isalpha() and item.word not in ("a", "i")
