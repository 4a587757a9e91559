"""A question is answered by the article that is about it, or by none."""

from __future__ import annotations

import pytest

from hexaops.assistant.knowledge.article import Article
from hexaops.assistant.knowledge.search import Library


def article(name: str, title: str, *questions: str, body: str = "") -> Article:
    return Article(title, f"{name}_guide", questions, ("go_on",), name=name, body=body)


LIBRARY = Library(
    [
        article("webhooks", "Receive webhooks", "how do I verify a signature", body="A webhook is signed."),
        article("crash", "A pod crash-loops", "CrashLoopBackOff", body="Look at the logs of the previous container."),
        article("quota", "Namespace quotas", "how much may a namespace use", body="A ResourceQuota bounds pods."),
    ]
)


@pytest.mark.parametrize(
    ("question", "name"),
    [
        ("How do I verify the webhook's signature?", "webhooks"),
        ("pods crash-looping", "crash"),
        ("quota of my namespace", "quota"),
        ("CRASHLOOPBACKOFF", "crash"),
    ],
)
def test_the_right_article(question: str, name: str) -> None:
    found = LIBRARY.search(question).article
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize(
    "question", ["what is the capital of France", "", "?!", "bake a cake with the previous container", "die Gebühren"]
)
def test_no_article_rather_than_a_wrong_one(question: str) -> None:
    assert LIBRARY.search(question).article is None


def test_the_nearest_are_named_where_none_answers() -> None:
    found = LIBRARY.search("what does the previous container of the spaceship say")
    assert found.article is None
    assert [one.name for one in found.near] == ["crash"]
