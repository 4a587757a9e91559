"""From what was typed to clean text and tokens.

Everything here is one pass over the characters, without regular expressions, so hostile input costs no more than
its length. Invisible characters (zero-width, bidi, tags, controls) are dropped before anything looks at the text,
so what is understood is what a person sees.
"""

from __future__ import annotations

import re
import unicodedata

from msgspec import Struct
from msgspec.structs import replace

from hexaops.assistant.understanding.numbers import TENS, spoken_number

MAX_CHARACTERS = 2000
"""Longer messages are cut, and a cut message is never a change request: its end may take the request back."""

_RAW_LIMIT = 4 * MAX_CHARACTERS
_SAME_MEANING = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201a": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u2012": "-",
        "\u2013": " - ",
        "\u2014": " - ",
        "\u2212": "-",
        "\u2026": "...",
        "\u2192": " to ",
    }
)
_DROPPED = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Mn", "Me"})
_JOINERS = frozenset("-_./'@")
_QUOTES = frozenset("\"`'")
CONTRACTIONS = {
    "dont": "do not", "don't": "do not", "doesnt": "does not", "doesn't": "does not", "didn't": "did not",
    "didnt": "did not", "isn't": "is not", "isnt": "is not", "aren't": "are not", "wasn't": "was not",
    "weren't": "were not", "won't": "will not", "wont": "will not", "can't": "can not", "cant": "can not",
    "cannot": "can not", "couldn't": "could not", "shouldn't": "should not", "shouldnt": "should not",
    "wouldn't": "would not", "mustn't": "must not", "needn't": "need not", "hasn't": "has not",
    "haven't": "have not", "hadn't": "had not", "ain't": "is not", "what's": "what is", "whats": "what is",
    "whts": "what is", "how's": "how is", "hows": "how is", "who's": "who is", "where's": "where is",
    "why's": "why is", "when's": "when is", "that's": "that is", "there's": "there is", "it's": "it is",
    "he's": "he is", "she's": "she is", "here's": "here is", "i'm": "i am", "i'd": "i would", "i'll": "i will",
    "i've": "i have", "we'd": "we would", "we'll": "we will", "we're": "we are", "we've": "we have",
    "you're": "you are", "you'd": "you would", "you'll": "you will", "they're": "they are", "let's": "lets",
    "gonna": "going to", "wanna": "want to", "gotta": "have to",
}  # fmt: skip


class Token(Struct, frozen=True):
    """A word, a number or a mark; `quoted` when it stands in quotation marks or backticks."""

    text: str
    lower: str
    is_word: bool
    quoted: bool = False
    possessive: bool = False
    """Said with "'s" or a bare apostrophe after it, which are left out."""


def clean(message: str) -> tuple[str, bool]:
    """The visible text, at most MAX_CHARACTERS, and whether something was cut off."""
    cut = len(message) > _RAW_LIMIT
    composed = unicodedata.normalize("NFKC", message[:_RAW_LIMIT]).translate(_SAME_MEANING)
    for arrow in ("->", "=>"):
        composed = composed.replace(arrow, " to ")
    kept: list[str] = []
    for character in composed:
        if character in "\n\r\u2028\u2029":
            kept.append("\n")
        elif character.isspace():
            kept.append(" ")
        elif unicodedata.category(character) not in _DROPPED:
            kept.append(character)
    text = "".join(kept).strip()
    return text[:MAX_CHARACTERS], cut or len(text) > MAX_CHARACTERS


def word_set(words: str) -> frozenset[str]:
    """The words of a list written as one text."""
    return frozenset(words.split())


_AS_WELL_AS = re.compile(r"\s+as well as\s+(?!i\b|you\b|we\b|it\b|possible\b)", re.IGNORECASE)


def squash(name: str) -> str:
    """A name without case and separators: `Web_App`, `web app` and `web-app` are the same."""
    return "".join(character for character in name.lower() if character.isalnum())


def other_script_share(text: str) -> float:
    """Share of the letters that are not Latin, 0 to 1."""
    letters = [character for character in text if character.isalpha()]
    if not letters:
        return 0.0
    return sum(1 for character in letters if ord(character) > 0x24F) / len(letters)


def tokenize(text: str) -> list[Token]:
    """Words, numbers (with sign, decimals, grouping; "twenty four" as one) and single marks, with contractions
    expanded; "as well as" as "and"."""
    tokens: list[Token] = []
    text = _AS_WELL_AS.sub(" and ", text)
    open_quote = ""
    position = 0
    while position < len(text):
        character = text[position]
        if not open_quote and (end := _code_end(text, position)) > position:
            tokens.append(Token(text[position:end], text[position:end].lower(), is_word=True))
            position = end
            continue
        if _starts_word(text, position):
            end = _word_end(text, position)
            tokens.extend(_words(text[position:end], quoted=bool(open_quote)))
            position = end
            continue
        if character in _QUOTES:
            if not open_quote and tokens and _owns(text, position):
                tokens[-1] = replace(tokens[-1], possessive=True)
            open_quote = _next_quote(text, position, open_quote)
        elif not character.isspace() or character == "\n":
            tokens.append(Token(character, character, is_word=False, quoted=bool(open_quote)))
        position += 1
    return _with_numbers_joined(tokens)


def _with_numbers_joined(tokens: list[Token]) -> list[Token]:
    if not any(token.lower in _MANY for token in tokens):
        return tokens
    joined: list[Token] = []
    place = 0
    while place < len(tokens):
        value, length = spoken_number([token.lower for token in tokens[place : place + _LONGEST_NUMBER]])
        if length and not any(token.quoted for token in tokens[place : place + length]):
            joined.append(Token(str(value), str(value), is_word=True))
            place += length
        else:
            joined.append(tokens[place])
            place += 1
    return joined


_MANY = frozenset({"dozen", "hundred", *TENS})
_LONGEST_NUMBER = 5
"""Words of "one hundred and twenty four"."""


def is_variable(word: str) -> bool:
    """`LOG_LEVEL`: the name of an environment variable."""
    name = word.replace("_", "")
    return "_" in word and name.isascii() and name.isalnum() and word == word.upper() and not word[0].isdigit()


def is_assignment(word: str) -> bool:
    """`LOG_LEVEL=debug`."""
    name, equals, value = word.partition("=")
    plain = name.isascii() and name.isalpha() and name == name.upper() and len(name) > 1
    return bool(equals and value and (is_variable(name) or plain))


def is_image(word: str) -> bool:
    """`redis:7.2.4-alpine`, `ghcr.io/acme/web:main`, `web:v2`, `web@sha256:…`; not `cart:4`, `10:30`, `proxy:8080`."""
    name, colon, tag = word.rpartition(":")
    if not colon or not name[:1].isalnum() or not tag[:1].isalnum() or "://" in word or "=" in word:
        return False
    written = all(character.isalnum() or character in "._-" for character in tag)
    tagged = name[0].isalpha() and any(c.isdigit() for c in tag) and any(c.isalpha() for c in tag)
    return written and ("/" in name or "@" in name or tagged or ("." in tag and tag.lstrip("v")[:1].isdigit()))


def is_version(word: str) -> bool:
    """`3.4.1`, `v2.0.1-rc1`; `2.5` is a number."""
    plain = word.lower().removeprefix("v")
    return plain[:1].isdigit() and plain.count(".") >= 2 and not plain.replace(".", "").isalpha() and "/" not in plain


def _code_end(text: str, start: int) -> int:
    """Where an assignment or an image that begins here ends; `start` where none does."""
    if not text[start].isalnum() or (start and text[start - 1].isalnum()):
        return start
    end = start
    while end < len(text) and not text[end].isspace() and text[end] not in "\"'`<>":
        end += 1
    while end > start and text[end - 1] in ",.;:!?)":
        end -= 1
    word = text[start:end]
    return end if is_assignment(word) or is_image(word) else start


def _next_quote(text: str, position: int, open_quote: str) -> str:
    """The quotation mark that is open after this one; an apostrophe opens one only where it could close again."""
    mark = text[position]
    if open_quote:
        return "" if mark == open_quote else open_quote
    if text.find(mark, position + 1) < 0:
        return ""
    if mark == "'" and position > 0 and text[position - 1].isalnum():
        return ""
    return mark


def _starts_word(text: str, position: int) -> bool:
    character = text[position]
    if character.isalnum():
        return True
    follows_digit = position + 1 < len(text) and text[position + 1].isdigit()
    after_space = position == 0 or not (text[position - 1].isalnum() or text[position - 1] in "-+")
    return character in "-+" and follows_digit and after_space


def _word_end(text: str, start: int) -> int:
    position = start + 1
    while position < len(text):
        character = text[position]
        if not character.isalnum():
            inside = position + 1 < len(text) and text[position + 1].isalnum()
            if not (inside and (character in _JOINERS or _groups_digits(text, position))):
                return position
        position += 1
    return position


def _groups_digits(text: str, position: int) -> bool:
    """True for the comma of `1,000`: a digit before, exactly three digits after."""
    after = text[position + 1 : position + 5]
    three = len(after) >= 3 and after[:3].isdigit() and not after[3:].isdigit()
    return text[position] == "," and text[position - 1].isdigit() and three


def _words(word: str, *, quoted: bool) -> list[Token]:
    lower = word.lower()
    expanded = CONTRACTIONS.get(lower)
    if expanded:
        return [Token(part, part, is_word=True, quoted=quoted) for part in expanded.split()]
    owns = lower.endswith("'s")
    if owns:
        word, lower = word[:-2], lower[:-2]
    return [Token(word, lower, is_word=True, quoted=quoted, possessive=owns)]


def _owns(text: str, position: int) -> bool:
    """The apostrophe of "redis' cart"."""
    after = text[position + 1 : position + 2]
    return text[position] == "'" and position > 0 and text[position - 1] in "sSxXzZ" and after == " "
