"""Questions for how something is done: answered from the shipped articles, or not at all."""

from __future__ import annotations

import re

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.evidence import STORE
from hexaops.assistant.knowledge.search import library
from hexaops.assistant.understanding.intents import Intent
from hexaops.features.chat.reading.asking import Reading

HOW_TO = re.compile(
    r"\b(?:how (?:do|does|can|could|should|would|to)|what(?:'s| is| are| does| do) (?:a|an|the|my)?|why (?:do|does) my|"
    r"explain|guide)\b",
    re.IGNORECASE,
)
FIXES = re.compile(r"^\W*how (?:do|can|could|should|would) (?:i|we|you) |^\W*how to ", re.IGNORECASE)
""" "How do I fix an ImagePullBackOff?" asks for a way to do it, where no application is named."""


class ArticleReader:
    """Answers from the library."""

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """The article that answers; else what the nearest ones are about."""
        about_us = reading.asked.intent is not Intent.OUT_OF_SCOPE
        found = library().search(reading.message, wide=about_us)
        if found.article is not None:
            noted = draft.evidence.note(
                STORE, f"article {found.article.name}", found.article.title, unit="article", at=None
            )
            draft.say(f"**{found.article.title}**", noted)
            draft.gap()
            draft.say(found.article.body, noted)
            return
        draft.fulfilled = False
        draft.say("I have no article that answers this.")
        for one in found.near:
            draft.say(f"- Near to it: {one.title}")


def is_asked_how(message: str) -> bool:
    """Whether a message that names nothing of the workspace asks how a kind of trouble is mended."""
    return FIXES.search(message) is not None and library().search(message).article is not None


def is_answered(message: str) -> bool:
    """Whether a message that is about nothing in the workspace asks how something is done, and an article says it."""
    return HOW_TO.search(message) is not None and library().search(message).article is not None
