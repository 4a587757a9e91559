"""What is only a reaction to the answer before, and asks for nothing: "oh, interesting", "fair enough", "nice one".

Such words are like many things when they are read for themselves ("one" counts, "makes" makes), so they are known as
they stand. A question mark makes a question of them, and nothing is a reaction before something was said.
"""

from __future__ import annotations

from collections.abc import Sequence

from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.items import Item
from hexaops.assistant.understanding.model import Dialogue, Understanding
from hexaops.assistant.understanding.normalise import word_set

_LED = word_set(
    "oh ah aha ha haha hah lol hm hmm mm ok okay well right and so wow phew man yay thanks thank thx all too"
)
_TAIL = word_set("then thanks thank you thx cheers indeed though tho man mate guys now actually really very")
_PHRASES = (
    "fair enough, fair, makes sense, that makes sense, i see, noted, understood, got it, sweet, neat, excellent, "
    "brilliant, lovely, nice, nice one, great, great stuff, good stuff, good, good one, good to know, good to hear, "
    "finally, at last, interesting, that is interesting, oh well, what i thought, that is what i thought, "
    "as i thought, as expected, what i expected, that is what i expected, i thought so, thought so, that will do, "
    "no worries, no problem, "
    "worth a try, worth a shot, worth asking, that helps, that helped, helpful, impressive, amazing, "
    "awesome, perfect, wonderful, cool, alright, that is good, that is great, that is fine, that is a relief, "
    "what a relief, bummer, too bad, pity, what a pity, shame, what a shame, did not know that, i did not know that"
)
_SAID = frozenset(tuple(phrase.split()) for phrase in _PHRASES.split(", "))
_LONGEST = 10


def without_reactions(items: Sequence[Item], dialogue: Dialogue) -> list[Item]:
    """The message without reactions that stand before the rest: "fair enough. and cart?"."""
    rest = [*items]
    while dialogue.spoken is not None and (end := next((at for at, item in enumerate(rest) if item.is_mark), 0)):
        words = [word for item in rest[:end] for word in item.word.split()]
        if _reacts(words) != "said" or rest[end].word == "?" or all(item.is_mark for item in rest[end:]):
            break
        rest = rest[end + 1 :]
        while rest and rest[0].is_mark:
            rest = rest[1:]
    return rest


def only_reacts(items: Sequence[Item], dialogue: Dialogue) -> Understanding | None:
    """The message as talk; None where it says anything else."""
    words = [word for item in items if not item.is_mark for word in item.word.split()]
    if dialogue.spoken is None or not 0 < len(words) <= _LONGEST or any(item.word == "?" for item in items):
        return None
    pieces: list[list[str]] = [[]]
    for item in items:
        if item.is_mark:
            pieces.append([])
        else:
            pieces[-1] += item.word.split()
    reacts = [_reacts(piece) for piece in pieces if piece]
    return Understanding(Intent.THANKS, 0.9) if all(reacts) and "said" in reacts else None


def _reacts(piece: list[str]) -> str:
    """ "said" for a reaction, "light" for what only leads to one or follows it, empty for anything else."""
    words = [*piece]
    while words and tuple(words) not in _SAID and words[0] in _LED:
        words = words[1:]
    while words and tuple(words) not in _SAID and words[-1] in _TAIL:
        words = words[:-1]
    return "light" if not words else "said" if tuple(words) in _SAID else ""
