"""Questions for how something is done: answered from the shipped articles, or not at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.evidence import STORE
from hexaops.assistant.knowledge.article import Article
from hexaops.assistant.knowledge.glossary import Meaning, meanings_asked
from hexaops.assistant.knowledge.search import library
from hexaops.assistant.understanding.intents import Intent
from hexaops.assistant.understanding.model import Understanding
from hexaops.features.chat.reading.asking import Reading

HOW_TO = re.compile(
    r"\b(?:how (?:do|does|can|could|should|would|to)|what(?:'s| is| are| does| do) (?:a|an|the|my)?|why (?:do|does) my|"
    r"explain|guide)\b",
    re.IGNORECASE,
)
FIXES = re.compile(r"^\W*how (?:do|can|could|should|would) (?:i|we|you) |^\W*how to ", re.IGNORECASE)
""" "How do I fix an ImagePullBackOff?" asks for a way to do it, where no application is named."""
_NAMED = frozenset({"application", "pod", "node", "action"})


class ArticleReader:
    """Answers from the library."""

    async def answer(self, reading: Reading, draft: Draft) -> None:
        """What the terms mean that are asked for, or the article that answers; else what the nearest are about."""
        if meant := meanings_asked(reading.message):
            _tell_meanings(meant, draft)
            return
        about_us = reading.asked.intent is not Intent.OUT_OF_SCOPE
        found = library().search(reading.message, wide=about_us)
        if found.article is not None:
            _tell_article(found.article, draft)
            return
        draft.fulfilled = False
        draft.say("I have no article that answers this.")
        for one in found.near:
            draft.say(f"- Near to it: {one.title}")


def _tell_meanings(meant: Sequence[Meaning], draft: Draft) -> None:
    for one in meant:
        noted = draft.evidence.note(STORE, f"meaning of {one.terms[0]}", one.says, unit="article", at=None)
        draft.say(f"- {one.says}" if len(meant) > 1 else one.says, noted)
    for name in dict.fromkeys(one.article for one in meant):
        if (article := library().get(name)) is not None:
            draft.gap()
            _tell_article(article, draft)


def _tell_article(article: Article, draft: Draft) -> None:
    noted = draft.evidence.note(STORE, f"article {article.name}", article.title, unit="article", at=None)
    draft.say(f"**{article.title}**", noted)
    draft.gap()
    draft.say(article.body, noted)


def asks_for_meaning(message: str, asked: Understanding) -> bool:
    """Whether it asks what a term means, and of nothing that it names."""
    named = any(found.source == "name" and found.entity.kind in _NAMED for found in asked.targets)
    return not (named or asked.wants_plan or asked.parts) and bool(meanings_asked(message))


def is_asked_how(message: str) -> bool:
    """Whether a message that names nothing of the workspace asks how a kind of trouble is mended."""
    return FIXES.search(message) is not None and library().search(message).article is not None


def is_answered(message: str) -> bool:
    """Whether a message that is about nothing in the workspace asks how something is done, and an article says it."""
    return HOW_TO.search(message) is not None and library().search(message).article is not None
