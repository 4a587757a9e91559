"""From tokens to items: each word with its tags, each name with the entities it may mean, each number with its value.

A name wins over a word, an exact one over a misspelt one. A word of the lexicon is taken as a name only where the
sentence treats it as one ("the status app", "status of status").
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from msgspec import Struct
from msgspec.structs import replace
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hexaops.assistant.understanding import names
from hexaops.assistant.understanding.english import is_english
from hexaops.assistant.understanding.inventory import GENERIC_PARTS, Candidate, NameIndex
from hexaops.assistant.understanding.lexicon import EMPTY, ENTRIES, EVERYDAY, PHRASE_TABLE, SPEECH_TAGS
from hexaops.assistant.understanding.normalise import (
    Token,
    is_assignment,
    is_image,
    is_variable,
    is_version,
    squash,
    word_set,
)
from hexaops.assistant.understanding.numbers import NUMBER_WORDS, Number, find_number

_LONGEST_NAME_WORDS = 4
_CORRECTIONS_LIMIT = 40
"""Words corrected in one message at most, so that a wall of nonsense stays cheap."""
_SHORT_SLIPS = {
    "teh": "the", "hte": "the", "nto": "not", "ont": "not", "dnt": "not", "taht": "that", "adn": "and", "wich": "which",
    "aps": "apps", "pls": "please", "wat": "what", "wht": "what", "r": "are", "u": "you", "cna": "can", "fo": "of",
    "si": "is", "yuo": "you", "tow": "two", "dotn": "not", "donot": "not", "don": "not",
    "nod": "node", "nods": "nodes", "pdo": "pod", "pdos": "pods",
}  # fmt: skip
_VOCABULARY = sorted(
    {word for word, entry in ENTRIES.items() if len(word) >= 4 and word.isalpha()}
    | {word for word in NUMBER_WORDS if len(word) >= 4}
)
_NEVER_SLIPS = word_set("sixth seventh eighth ninth tenth eleventh twelfth")
"""Not of "sixty" and "eighty"."""
_KIND_NOUNS = frozenset({"app", "pod", "project", "node"})
_KINDS = frozenset({"deploy", "po", "ds", "no"})
"""Short forms of kinds, as kubectl has them before a slash."""
_NEVER_REPAIRED_TO = frozenset({"foreign", "everyday", "not", "deny", "except", "if", "later", "less", "more"})
"""A slip never turns a sentence round."""
_VERB_PHRASES = frozenset(
    {"restart", "start", "stop", "undo", "scale_up", "scale_down", "light", "backup", "deploy", "delete", "show"}
)
_AS_NAME_AFTER = frozenset({"of", "named", "called"})
_BEFORE_SUBJECT = frozenset({"is", "are", "was", "were"})
_BEFORE_OBJECT = frozenset({"of", "with", "about", "for"})
_AFTER_SUBJECT = frozenset({"doing", "today", "now", "ok", "still", "not", "using", "in", "so", "again", "currently"})
_SUBJECT_STATES = frozenset(
    {"healthy", "unhealthy", "failing", "pending", "stopped", "running", "not_ready", "slow", "respond", "fail"}
)
_CHANGE_VERBS = frozenset({"restart", "scale", "stop", "start"})
_AFTER_CHANGED = frozenset({"please", "now", "to", "up", "down", "by", "again"})
_NEVER_NAMES = frozenset(
    {"filler", "app", "pod", "node", "replica", "project", "platform", "workspace", "status", "problem", "cpu"}
    | {"memory", "resource", "load", "metric", "alert", "log", "event", "performance", "network", "security"}
    | {"everything", "any", "self", "pronoun", "wh", "aux", "number_noun", "action", "action_noun", "history", "team"}
    | {"restart", "scale", "stop", "start"}
)
"""Tags of words that stay words beside a verb, though a part of a name has them: "how is memory?" with memory-cache."""
_BEFORE_NAMESPACE = frozenset({"in", "namespace", "project", "ns", "from", "within"})


class Mention(Struct, frozen=True):
    """A stretch of words that names something; candidates best first."""

    text: str
    candidates: tuple[Candidate, ...]


class Item(Struct, frozen=True):
    """One word, phrase, name, number or mark of the message."""

    text: str
    word: str
    tags: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    lemma: str = ""
    mention: Mention | None = None
    number: Number | None = None
    quoted: bool = False
    corrected: bool = False
    is_mark: bool = False
    possessive: bool = False

    @property
    def is_unknown(self) -> bool:
        """A word that neither the lexicon nor the inventory has."""
        return not (self.tags or self.mention or self.number or self.is_mark)

    @property
    def is_foreign(self) -> bool:
        """A word from elsewhere, known or not."""
        return self.is_unknown or bool(self.tags & {"foreign", "everyday"} and not self.tags - SPEECH_TAGS)

    @property
    def looks_like_name(self) -> bool:
        """Written like a name: with a hyphen, an underscore, a slash or a digit."""
        return any(character in "-_/" or character.isdigit() for character in self.text)

    @property
    def says_platform(self) -> bool:
        """Has a meaning of its own in this field."""
        return self.mention is not None or bool(self.tags - SPEECH_TAGS)


def read_items(tokens: list[Token], index: NameIndex) -> list[Item]:
    """All items of the message, phrases joined."""
    items: list[Item] = []
    position = corrections = 0
    while position < len(tokens):
        token = tokens[position]
        if not token.is_word:
            items.append(Item(token.text, token.text, is_mark=True, quoted=token.quoted))
            position += 1
            continue
        mention, used = None, 0
        if _code(token) is None:
            mention, used = _find_mention(tokens, position, index, slips=corrections < _CORRECTIONS_LIMIT)
        if mention is not None:
            owns = tokens[position + used - 1].possessive
            items.append(
                Item(mention.text, mention.text.lower(), mention=mention, quoted=token.quoted, possessive=owns)
            )
            position += used
            corrections += mention.candidates[0].score < 1
            continue
        proper = bool(items) and token.text[:1].isupper() and not token.text.isupper()
        item = _code(token) or _word(token, correct=corrections < _CORRECTIONS_LIMIT and not proper)
        corrections += item.corrected or item.is_unknown
        items.append(item)
        position += 1
    return join_phrases(items)


_CODES = (
    (is_assignment, "assignment"),
    (is_image, "image_ref"),
    (is_variable, "variable"),
    (is_version, "version_ref"),
)


def _code(token: Token) -> Item | None:
    """A variable, an assignment or an image: one word of its kind for whatever reads the message."""
    for is_kind, tag in _CODES:
        if is_kind(token.text):
            return Item(token.text, f"zz{tag}", tags=frozenset({tag, "everyday"}), quoted=token.quoted)
    return None


def _word(token: Token, *, correct: bool) -> Item:
    number = find_number(token.lower)
    entry = ENTRIES.get(token.lower) or (EVERYDAY if is_english(token.lower) else None)
    spelling, corrected = token.lower, False
    if entry is None and number is None and correct:
        spelling = nearest_word(token.lower) or token.lower
        corrected = spelling != token.lower
        entry, number = ENTRIES.get(spelling), find_number(spelling)
    entry = entry or EMPTY
    return Item(
        token.text,
        spelling,
        tags=entry.tags,
        forms=entry.forms,
        lemma=entry.lemma or spelling,
        number=number,
        quoted=token.quoted,
        corrected=corrected,
    )


def nearest_word(word: str) -> str | None:
    """The lexicon's word that this one is a slip of, or None."""
    if word in _SHORT_SLIPS:
        return _SHORT_SLIPS[word]
    if not 4 <= len(word) <= 20 or not word.isalpha() or word in _NEVER_SLIPS:
        return None
    slips = 1 if len(word) < 8 else 2
    near = process.extract(word, _VOCABULARY, scorer=OSA.distance, score_cutoff=slips, limit=8)
    fitting = [(distance, known) for known, distance, _ in near if len(word) > 4 or _short_slip(word, known)]
    if not fitting:
        return None

    def order(option: tuple[float, str]) -> tuple[float, bool, bool, bool, str]:
        distance, known = option
        entry = ENTRIES.get(known, EMPTY)
        swapped = sorted(word) == sorted(known)
        return (distance, not swapped, word[0] != known[0], not (entry.tags - SPEECH_TAGS), known)

    best = min(fitting, key=order)[1]
    return None if ENTRIES.get(best, EMPTY).tags & _NEVER_REPAIRED_TO else best


def _short_slip(word: str, known: str) -> bool:
    """In four letters only swapped neighbours or one letter left out count as a slip."""
    return sorted(word) == sorted(known) or (len(known) == 5 and word[0] == known[0])


def _find_mention(tokens: list[Token], start: int, index: NameIndex, *, slips: bool) -> tuple[Mention | None, int]:
    windows = _windows(tokens, start)
    for window in windows:
        found = _qualified(window[0].text, index) if len(window) == 1 else names.exact(index, _text(window))
        if found and _may_be_name(tokens, start, len(window), index):
            return Mention(_text(window), tuple(found + _of_namespace(tokens, start, found, index))), len(window)
    for window in windows[-2:]:
        meant = len(window) == 1 and _stands_as_name(tokens, start)
        if not meant and (any(_has_meaning(token) for token in window) or _is_number(window[0])):
            continue
        if found := names.by_part(index, _text(window)):
            return Mention(_text(window), tuple(found)), len(window) + _noun_follows(tokens, start + len(window))
    if slips:
        for window in windows:
            if _counts(window) or not _may_be_slip(window, index):
                continue
            if found := _slip_of_name(window, index):
                return Mention(_text(window), tuple(found)), len(window)
    return None, 0


def _of_namespace(tokens: list[Token], start: int, found: list[Candidate], index: NameIndex) -> list[Candidate]:
    """Applications that the name of a namespace may mean too: `ml` for ml-trainer, unless "in ml" is said."""
    before = tokens[start - 1].lower if start else ""
    if before in _BEFORE_NAMESPACE or any(candidate.entity.kind != "project" for candidate in found):
        return []
    return names.by_part(index, tokens[start].text)


def _windows(tokens: list[Token], start: int) -> list[list[Token]]:
    """Stretches of words from `start`, longest first, all inside or all outside quotation marks."""
    longest = 1
    while (
        longest < _LONGEST_NAME_WORDS
        and start + longest < len(tokens)
        and tokens[start + longest].is_word
        and tokens[start + longest].quoted == tokens[start].quoted
    ):
        longest += 1
    return [tokens[start : start + length] for length in range(longest, 0, -1)]


def _counts(window: list[Token]) -> bool:
    """ "5 checkout-workers": the number is no slip of a name."""
    return len(window) > 1 and any(token.lower.isdigit() or token.lower in NUMBER_WORDS for token in window)


def _text(window: list[Token]) -> str:
    return " ".join(token.text for token in window)


def _has_meaning(token: Token) -> bool:
    """A word of the lexicon, other than an everyday word that may well be part of a name."""
    return bool(ENTRIES.get(token.lower, EMPTY).tags - {"everyday"})


def _is_number(token: Token) -> bool:
    return find_number(token.lower) is not None


def _qualified(text: str, index: NameIndex) -> list[Candidate]:
    """`web-app`, `staging/web-app` or `deployment/web-app`."""
    left, slash, right = text.rpartition("/")
    if not slash:
        return names.exact(index, text)
    found = names.exact(index, right)
    if left.lower() in index.namespaces:
        return [candidate for candidate in found if candidate.entity.namespace.lower() == left.lower()]
    is_kind = left.lower() in _KINDS or ENTRIES.get(left.lower(), EMPTY).tags & _KIND_NOUNS
    return found if is_kind else []


def _may_be_name(tokens: list[Token], start: int, length: int, index: NameIndex) -> bool:
    """False for an everyday word that only happens to be a name, and for `redis 2` where `redis` is a name too."""
    if length > 1:
        shorter = _text(tokens[start : start + length - 1])
        return not (_is_number(tokens[start + length - 1]) and names.exact(index, shorter))
    token = tokens[start]
    entry = ENTRIES.get(token.lower, EMPTY)
    if not entry.tags - {"foreign", "everyday"} and not _is_number(token):
        return True
    following = tokens[start + 1].lower if start + 1 < len(tokens) else ""
    before = tokens[start - 1].lower if start else ""
    if token.lower in index.namespaces:
        if before not in ("the", "a", "this", "our") and any(other.lower in ("quota", "quotas") for other in tokens):
            return True
        ends = start + 1 == len(tokens) or not tokens[start + 1].is_word
        said_alone = ends and before in (*_BEFORE_SUBJECT, *_BEFORE_OBJECT)
        return said_alone or before in _BEFORE_NAMESPACE or "project" in ENTRIES.get(following, EMPTY).tags
    named_so = "app" in ENTRIES.get(following, EMPTY).tags or before in _AS_NAME_AFTER
    return named_so or "app" in ENTRIES.get(before, EMPTY).tags or _stands_as_name(tokens, start)


def _stands_as_name(tokens: list[Token], position: int) -> bool:
    """A word with a meaning of its own that the sentence treats as a thing: "how is search?", "search is down"."""
    tags = ENTRIES.get(tokens[position].lower, EMPTY).tags
    if not tags or tags & _NEVER_NAMES:
        return False
    following = tokens[position + 1] if position + 1 < len(tokens) else None
    ends = following is None or not following.is_word
    after = ENTRIES.get(following.lower, EMPTY).tags if following is not None and not ends else frozenset()
    word_after = following.lower if following is not None and not ends else ""
    before = _word_before(tokens, position)
    if before in _BEFORE_SUBJECT:
        return ends or word_after in _AFTER_SUBJECT or bool(after & _SUBJECT_STATES)
    if before in _BEFORE_OBJECT:
        return ends or word_after in _AFTER_SUBJECT
    if not before:
        return word_after in _BEFORE_SUBJECT
    verb = ENTRIES.get(before, EMPTY)
    return bool(verb.tags & _CHANGE_VERBS and "base" in verb.forms) and (ends or word_after in _AFTER_CHANGED)


def _word_before(tokens: list[Token], position: int) -> str:
    """The word before, articles left out; empty where the sentence begins."""
    position -= 1
    while position >= 0 and tokens[position].lower in ("the", "my", "our"):
        position -= 1
    return tokens[position].lower if position >= 0 and tokens[position].is_word else ""


def _noun_follows(tokens: list[Token], position: int) -> int:
    """1 when the next word is "app", "service"…: it belongs to the name."""
    following = tokens[position].lower if position < len(tokens) else ""
    return int("app" in ENTRIES.get(following, EMPTY).tags and not following.endswith("s"))


def _may_be_slip(window: list[Token], index: NameIndex) -> bool:
    unknown = 0
    for token in window:
        if token.lower in ENTRIES or is_english(token.lower):
            if token.lower not in index.words and token.lower not in GENERIC_PARTS:
                return False
        elif squash(token.lower) in index.whole and len(window) > 1:
            return False
        elif not _is_number(token):
            unknown += 1
    return unknown > 0


def _slip_of_name(window: list[Token], index: NameIndex) -> list[Candidate]:
    """Names near this text, unless a word of the lexicon is as near."""
    text = _text(window)
    found = [c for c in names.by_slip(index, text) if c.entity.name.lower() not in ENTRIES]
    if not found or len(window) > 1 or not text.isalpha():
        return found
    word = nearest_word(text.lower())
    if word is None:
        return found
    near = min(OSA.distance(squash(text), squash(candidate.entity.name)) for candidate in found)
    return found if near < OSA.distance(text.lower(), word) else []


def said_words(items: Iterable[Item]) -> set[str]:
    """The words of all items, phrases apart."""
    return {word for item in items for word in item.word.split()}


def words_at(items: Sequence[Item], position: int, count: int) -> tuple[str, ...]:
    """The words of so many items from there on, quoted ones left out; of a phrase that is one item, all of them."""
    said = (word for item in items[position : position + count] if not item.quoted for word in item.word.split())
    return tuple(said)[:count]


def join_phrases(items: list[Item]) -> list[Item]:
    """Items with the phrases of the lexicon joined to one item each, longest first."""
    joined: list[Item] = []
    position = 0
    while position < len(items):
        item = items[position]
        for words, tag in _phrases_at(item):
            if words == ("back", "up") and joined and _takes_particle(joined[-1]):
                continue
            if words in (("drop", "it"), ("leave", "it")) and _goes_on(items, position + 2):
                continue
            stretch = items[position : position + len(words)]
            if len(stretch) == len(words) and all(_is(i, w) for i, w in zip(stretch, words, strict=True)):
                text = " ".join(part.text for part in stretch)
                forms = (item.forms or frozenset({"base"})) if tag in _VERB_PHRASES else frozenset()
                joined.append(
                    replace(
                        item,
                        text=text,
                        word=" ".join(words),
                        lemma=" ".join(words),
                        tags=frozenset({tag}),
                        forms=forms,
                        number=None,
                        corrected=any(part.corrected for part in stretch),
                    )
                )
                position += len(words)
                break
        else:
            joined.append(item)
            position += 1
    return joined


def _goes_on(items: list[Item], position: int) -> bool:
    """ "drop it to 1", "leave it running": nothing is left alone."""
    after = items[position].word if position < len(items) else ""
    return after in ("to", "by", "down", "from", "running", "on", "up", "at")


def _takes_particle(item: Item) -> bool:
    """ "bring web-app back up" is no backup."""
    return item.mention is not None or bool(item.tags & {"pronoun", "app"})


def _phrases_at(item: Item) -> list[tuple[tuple[str, ...], str]]:
    if item.is_mark or item.mention:
        return []
    direct = PHRASE_TABLE.get(item.word, [])
    return direct + PHRASE_TABLE.get(item.lemma, []) if item.lemma != item.word else direct


def _is(item: Item, word: str) -> bool:
    same = word == item.word or (word == item.lemma and word != "do")
    return same and not item.is_mark and item.mention is None


def are_listed(items: Sequence[Item]) -> bool:
    """ "A, B and C"; not "A off and back up B"."""
    places = [place for place, item in enumerate(items) if item.mention]
    between = [[item.word for item in items[first + 1 : last]] for first, last in pairwise(places)]
    return all(_LISTING.issuperset(words) or tuple(words) in _LISTING_PHRASES for words in between)


_LISTING = word_set("and , & + plus n the both our my in of on (")
_LISTING_PHRASES = {("as", "well", "as"), ("along", "with"), ("together", "with"), ("and", "also"), ("and", "then")}
