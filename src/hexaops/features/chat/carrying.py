"""What a message that only carries on asks for: the words of the question before, with what it says itself.

Readers are chosen by the words of a question ("which image does cart run?"), and "and web?" has none of them.
"""

from __future__ import annotations

import re

from msgspec.structs import replace

from hexaops.assistant.understanding import Intent, Understanding
from hexaops.assistant.understanding.bounds import has_bound
from hexaops.assistant.understanding.normalise import word_set

SHORT = 40
""" "and above 50 %?" has so many characters at most."""
QUESTION_LIMIT = 300
"""Characters of a question that are kept."""
_SAYS_NOTHING = word_set(
    "and or so but then what how about of for the a an in on at with to is it its that this one same now please too "
    "also as well again me my our ok okay tell show check do does did question"
)
_WORD = re.compile(r"[A-Za-z0-9][\w./:%+-]*|[^\sA-Za-z0-9]")


def words_asked(question: str, message: str, asked: Understanding) -> str:
    """What a reader reads: the message, after the question that it asks again."""
    return f"{question} {message}" if question and _is_again(question, message, asked) else message


def question_after(before: str, message: str, asked: Understanding) -> str:
    """The question that the next message may carry on."""
    if asked.intent in (Intent.GREETING, Intent.THANKS, Intent.GOODBYE, Intent.HELP):
        return before
    said = _without_names(message, asked)
    if not _is_again(before, message, asked):
        return said[:QUESTION_LIMIT]
    new = [word for word in _WORD.findall(said) if word.casefold() not in _SAYS_NOTHING and word.isascii()]
    words = f"{before} {said}" if any(word[0].isalnum() for word in new) else before
    return words if len(words) <= QUESTION_LIMIT else before


def _is_again(question: str, message: str, asked: Understanding) -> bool:
    bounds = len(message) <= SHORT and has_bound(question) and has_bound(message)
    return asked.carries or (bounds and not asked.wants_plan)


def without_other_end(question: str, message: str, asked: Understanding) -> Understanding:
    """ "Which policies apply to cart?", "and web?": the second is asked about, not the way from cart to it.

    "Which apps cost over $50?", "and over $20?": of all again, not of those that were shown.
    """
    named = tuple(found for found in asked.targets if found.source == "name")
    if asked.carries and asked.intent is Intent.CONNECTIVITY and named:
        return replace(asked, targets=named)
    again = bool(question) and not asked.carries and _is_again(question, message, asked)
    return replace(asked, targets=named) if again else asked


def _without_names(message: str, asked: Understanding) -> str:
    """The message with "it" in place of what it names."""
    parts = asked.parts or (asked,)
    mentions = {found.mention for part in parts for found in part.targets if found.source == "name"}
    mentions |= {unknown.mention for part in parts for unknown in part.unknown_names}
    for mention in sorted(mentions - {""}, key=len, reverse=True):
        message = re.sub(rf"(?<![\w-]){re.escape(mention)}(?![\w-])", "it", message, flags=re.IGNORECASE)
    return message
