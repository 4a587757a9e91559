"""What is put aside before a clause is read: "I'm afraid", "one after the other"; and "the two" for what was named."""

from __future__ import annotations

from msgspec.structs import replace

from hexaops.assistant.understanding.items import Item, words_at
from hexaops.assistant.understanding.lexicon import ENTRIES
from hexaops.assistant.understanding.normalise import word_set
from hexaops.assistant.understanding.set_phrases import SetPhrases

_ASIDES = SetPhrases(
    (
        "i am afraid", "i fear", "one after the other", "one after another", "one by one", "one at a time",
        "for the time being", "in one go",
        "to be safe", "to be on the safe side", "for safety", "for good measure", "for a change",
        "after all",
    )
)  # fmt: skip
_NAMED = ("the", "these", "those", "all", "both", "them")
_AFTER = word_set("please pls now again immediately asap thanks then too of them")


def without_asides(items: tuple[Item, ...]) -> tuple[Item, ...]:
    """The items without what says nothing of the change; all of them where nothing else would be left."""
    kept: list[Item] = []
    position = 0
    while position < len(items):
        length = next(map(len, _ASIDES.at(items, position)), 0)
        if length and words_at(items, position + length, 1) not in (("to",), ("of",), ("for",)):
            position += length
        else:
            kept.append(items[position])
            position += 1
    return tuple(kept) if any(not item.is_mark for item in kept) else items


def with_pointer(items: tuple[Item, ...], named: int) -> tuple[Item, ...]:
    """ "restart the two" after two names: "them"; `named` is how many were named."""
    if any(item.mention for item in items) or named < 2:
        return items
    for place in range(1, len(items)):
        item, rest = items[place], items[place + 1 :]
        counted = item.number is not None and item.number.kind == "count" and item.number.value == named
        if counted and items[place - 1].word in _NAMED and all(i.is_mark or i.word in _AFTER for i in rest):
            them = replace(item, word="them", lemma="them", number=None, tags=ENTRIES["them"].tags)
            return (*items[:place], them, *rest)
    return items
