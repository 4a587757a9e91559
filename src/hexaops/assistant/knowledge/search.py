"""Finds the article that answers a question, or none: BM25 over weighted fields, and a bound on what is not understood.

Score: Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with k1 = 1.2, b = 0.75;
a word in the title or in a listed question counts three times one in the body. A question is answered only if the
words that carry it (by inverse document frequency) are mostly found in the article's title and questions: a fluent
answer to another question is worse than none. A question that an article lists, in other order or with other small
words, is answered by that article. Where it is known that a question is about the platform (`wide`), one whose words
are mostly known is also answered by the article that is nearest by its words and their parts (`nearness`).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache, cached_property

import numpy as np
from msgspec import Struct

from hexaops.assistant.knowledge.article import Article, articles
from hexaops.assistant.knowledge.nearness import Floats, Nearness

K1, B = 1.2, 0.75
HEAD_WEIGHT = 3
COVERED = 0.5
"""The part of a question's weight that an article's title and questions must hold."""
NEARNESS_WEIGHT = 0.7
"""Of the cosine beside the score of the words, both as a share of the best."""
NEAR = 0.65
"""Cosine of an article that answers without sharing the words."""
KNOWN = 0.75
"""Part of the words of such a question that some article must hold."""
SHOWN = 3
WORD = re.compile(r"[a-z0-9]+")
LONGEST_QUESTION = 2000
STOP_WORDS = frozenset(
    """
    a actually again all an and any anything are at bad be best between but by can correct correctly could did
    difference do does doing don easily every everything find for from get give go good had happens has have help
    how i if in into is isn it its itself just let like look m make me mean means must my need new now of on one or
    our own please properly quickly re really right s see set should show so some something somebody somewhere stuff
    t take tell than that the their them then there these they thing things this to up us use using ve view want was
    way we well what when where which why will with would you your
    """.split()  # noqa: SIM905 # shorter to read
)
ENDINGS = ("ies", "ing", "ed", "es", "s", "ion", "er", "e", "y")
SHORTEST_STEM = 3
SYNONYMS = {
    "k8s": "kubernetes", "deploy": "deployment", "hpa": "autoscaler", "autoscaling": "autoscaler", "pvc": "volume",
    "pv": "volume", "ns": "namespace", "svc": "service", "cm": "configmap", "sa": "account", "oom": "oomkilled",
    "colleague": "member", "teammate": "member", "user": "member", "undo": "rollback", "revert": "rollback",
    "price": "cost", "pricing": "plan", "delete": "remove", "invite": "member",
    "app": "application", "apps": "application", "env": "environment", "nightly": "schedule", "cron": "cronjob",
    "internet": "outside", "password": "secret", "passwords": "secret", "ram": "memory",
    "bigger": "expand", "larger": "expand", "grow": "expand", "resize": "expand", "person": "member",
    "people": "member", "copies": "replica", "instances": "replica", "output": "log", "login": "sign",
    "company": "oidc", "sso": "oidc", "safely": "safe", "update": "upgrade",
    "slack": "notification", "mail": "email", "https": "tls", "ssl": "tls", "cert": "certificate",
    "certs": "certificate",
}  # fmt: skip


PHRASES = {
    "log in": "sign in", "go back": "rollback", "roll back": "rollback", "on its own": "automatically",
    "by itself": "automatically", "back up": "backup", "set up": "create", "gets stuck": "stuck",
}  # fmt: skip
"""Pairs of words that mean something else than each of them."""


class Found(Struct, frozen=True):
    """What a search came to."""

    article: Article | None
    """None: no article answers the question."""
    near: tuple[Article, ...]
    """The nearest others, best first."""


def words(text: str) -> list[str]:
    """The stems of a text's words that carry meaning."""
    plain = " ".join(WORD.findall(text.lower()[:LONGEST_QUESTION]))
    for phrase, meant in PHRASES.items():
        plain = plain.replace(phrase, meant)
    found = (SYNONYMS.get(word, word) for word in plain.split())
    return [_stem(word) for word in found if word not in STOP_WORDS]


def _stem(word: str) -> str:
    for ending in ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= SHORTEST_STEM:
            return word.removesuffix(ending)
    return word


class Library:
    """An index of articles."""

    def __init__(self, held: Sequence[Article]) -> None:
        self._articles = held
        self._heads = [frozenset(words(" ".join((one.title, *one.questions)))) for one in held]
        self._listed = {
            frozenset(words(question)): index for index, one in enumerate(held) for question in one.questions
        }
        self._counts = [self._count(one) for one in held]
        self._lengths = [sum(one.values()) for one in self._counts]
        self._mean = sum(self._lengths) / len(held) if held else 1.0
        self._documents = Counter(word for counts in self._counts for word in counts)

    def search(self, question: str, *, wide: bool = False) -> Found:
        """The article that answers, and its neighbours; `wide`: the question is known to be about the platform."""
        asked = list(dict.fromkeys(words(question)))
        scores = [self._score(index, asked) for index in range(len(self._articles))]
        order = sorted((i for i in range(len(scores)) if scores[i] > 0), key=lambda i: (-scores[i], i))
        best = self._listed.get(frozenset(asked))
        if best is None:
            best = next((i for i in order[:SHOWN] if self._covered(i, asked) >= COVERED), None)
        if wide and asked and best is None:
            cosines = self._nearness.of(asked)
            order = self._order(scores, cosines)
            if cosines[order[0]] >= NEAR and sum(self._documents[word] > 0 for word in asked) >= KNOWN * len(asked):
                best = order[0]
        near = tuple(self._articles[i] for i in order[: SHOWN + 1] if i != best)[:SHOWN]
        return Found(None if best is None else self._articles[best], near)

    @cached_property
    def _nearness(self) -> Nearness:
        heads = (" ".join((one.title, *one.questions)) for one in self._articles)
        return Nearness([words(head) for head in heads])

    def _order(self, scores: Sequence[float], cosines: Floats) -> list[int]:
        """By both, each as a share of its best."""
        shared = np.array(scores) / (max(scores) or 1.0)
        near = cosines / (cosines.max() if cosines.max() > 0 else 1.0)
        return [int(i) for i in np.argsort(-(shared + NEARNESS_WEIGHT * near), kind="stable")]

    def get(self, name: str) -> Article | None:
        """The article of this name."""
        return next((one for one in self._articles if one.name == name), None)

    def _count(self, article: Article) -> Counter[str]:
        counts = Counter(words(article.body))
        for word in words(" ".join((article.title, *article.questions))):
            counts[word] += HEAD_WEIGHT
        return counts

    def _idf(self, word: str) -> float:
        held = self._documents[word]
        return math.log(1 + (len(self._articles) - held + 0.5) / (held + 0.5))

    def _score(self, index: int, asked: Sequence[str]) -> float:
        counts, norm = self._counts[index], 1 - B + B * self._lengths[index] / self._mean
        return sum(
            self._idf(word) * counts[word] * (K1 + 1) / (counts[word] + K1 * norm) for word in asked if counts[word]
        )

    def _covered(self, index: int, asked: Sequence[str]) -> float:
        total = sum(self._idf(word) for word in asked)
        return sum(self._idf(word) for word in asked if word in self._heads[index]) / total if total else 0.0


@cache
def library() -> Library:
    """The index of the shipped articles."""
    return Library(articles())
