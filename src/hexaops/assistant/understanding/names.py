"""Which entities a stretch of words may mean, with a score from 0 to 1.

Score: 1 the name or id itself (case and separators do not count); 0.93 the distinctive part of a name ("database"
for database-app); 0.86 one word of a name ("payments" for payments-gateway); a name with slips has
`0.97 * ratio` of rapidfuzz, and a distinctive part with slips 0.9 of that. Slips allowed (optimal string alignment):
none in fewer than 4 letters, 1 up to 7, 2 up to 13, 3 beyond; never in a digit.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from hexaops.assistant.understanding.inventory import FUZZY_KINDS, Candidate, NameIndex, split_name
from hexaops.assistant.understanding.normalise import squash

PART, WORD_OF = 0.93, 0.86


def allowed_slips(length: int) -> int:
    """How many edits a name of this many letters may differ by."""
    if length < 4:
        return 0
    if length < 8:
        return 1
    return 2 if length < 14 else 3


def exact(index: NameIndex, text: str) -> list[Candidate]:
    """Entities whose name or id is `text`, apart from case and separators."""
    return [Candidate(entity, 1.0) for entity in index.whole.get(squash(text), ())]


def by_part(index: NameIndex, text: str) -> list[Candidate]:
    """Entities whose distinctive part, or one of whose words, is `text` (also its plural or singular)."""
    key = squash(text)
    found = {e.id: Candidate(e, PART) for e in index.part.get(key, ())}
    if key.endswith("s") and len(key) > 4:  # "two more carts"
        found |= {e.id: Candidate(e, PART) for e in index.whole.get(key[:-1], ()) if e.kind == "application"}
    for spelling in (key, key + "s", key[:-1] if key.endswith("s") and len(key) > 4 else key):
        for entity in index.words.get(spelling, ()):
            found.setdefault(entity.id, Candidate(entity, WORD_OF))
    return _sorted(found.values())


def by_slip(index: NameIndex, text: str) -> list[Candidate]:
    """Entities whose name is `text` with a few slips of the keyboard."""
    key = squash(text)
    slips = allowed_slips(len(key))
    if not slips or len(key) > 80:
        return []
    found: dict[str, Candidate] = {}
    for keys, table, factor in (
        (index.fuzzy_whole, index.whole, 0.97),
        (index.fuzzy_part, index.part, 0.97 * 0.9),
    ):
        for near, _, _ in process.extract(key, keys, scorer=OSA.distance, score_cutoff=slips, limit=8):
            if _digits(near) != _digits(key):
                continue  # another number is another thing, and no slip
            score = factor * fuzz.ratio(key, near) / 100
            for entity in table[near]:
                if entity.id not in found and entity.kind in FUZZY_KINDS and not _is_another_part(text, entity.name):
                    found[entity.id] = Candidate(entity, round(score, 4))
    return _sorted(found.values())


def _is_another_part(text: str, name: str) -> bool:
    """ "push-service" is no slip of "auth-service": the one part that differs has half of its letters in common at
    most."""
    pieces = list(zip(split_name(text), split_name(name), strict=False))
    differing = [(said, known) for said, known in pieces if said != known]
    if len(pieces) < 2 or len(differing) != 1:
        return False
    said, known = differing[0]
    return int(OSA.distance(said, known)) * 2 >= max(len(said), len(known))


def _digits(key: str) -> str:
    return "".join(character for character in key if character.isdigit())


def suggestions(index: NameIndex, text: str, *, limit: int = 3) -> tuple[Candidate, ...]:
    """The nearest known names of a name that is not known, for "did you mean"; may be empty."""
    key = squash(text)
    if len(key) > 80:
        return ()
    near = process.extract(key, index.fuzzy_whole, scorer=fuzz.ratio, score_cutoff=60, limit=limit)
    found: dict[str, Candidate] = {}
    for name, score, _ in near:
        for entity in index.whole[name]:
            if entity.kind == "application":
                found.setdefault(entity.id, Candidate(entity, round(score / 100, 4)))
    for piece in split_name(text):
        for entity in index.words.get(piece, ()):
            found.setdefault(entity.id, Candidate(entity, 0.6))
    return tuple(_sorted(found.values())[:limit])


def _sorted(candidates: Iterable[Candidate]) -> list[Candidate]:
    return sorted(candidates, key=lambda c: (-c.score, c.entity.name, c.entity.namespace))
