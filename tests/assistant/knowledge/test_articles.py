"""The shipped articles: each whole, findable by its own questions, and promising only what exists."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from hexaops.assistant.knowledge.article import Article, articles, read_article
from hexaops.assistant.knowledge.search import library
from hexaops.features.chat.quick_actions import LABELS, PLANS_ARTICLE

SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)+")
BY_NAME = {one.name: one for one in articles()}


@pytest.mark.parametrize("article", articles(), ids=lambda one: one.name)
def test_an_article_is_whole(article: Article) -> None:
    assert SNAKE.fullmatch(article.intent)
    assert len(article.questions) >= 3
    assert all(SNAKE.fullmatch(step) for step in article.next_steps)
    assert article.next_steps
    assert set(article.quick_actions) <= set(LABELS)
    assert set(article.related) <= set(BY_NAME) - {article.name}
    assert not article.body.startswith("#")


def test_no_two_articles_have_one_intent_or_title() -> None:
    counted = Counter(word for one in articles() for word in (one.intent, one.title))
    assert {word for word, count in counted.items() if count > 1} == set()


@pytest.mark.parametrize(
    ("article", "question"), [(one, question) for one in articles() for question in one.questions], ids=str
)
def test_its_own_questions_find_it(article: Article, question: str) -> None:
    assert library().search(question).article == article


def test_the_article_of_the_plans_is_there() -> None:
    assert PLANS_ARTICLE in BY_NAME


@pytest.mark.parametrize("text", ["no front matter", "---\ntitle: x\n---\nbody", "---\ntitle: [\n---\nbody"])
def test_what_is_no_article_is_named(text: str) -> None:
    with pytest.raises(ValueError, match="article some-name"):
        read_article("some-name", text)
