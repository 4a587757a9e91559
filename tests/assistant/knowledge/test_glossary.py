"""What terms mean, and which questions ask for a meaning."""

from __future__ import annotations

from collections import Counter

import pytest

from hexaops.assistant.knowledge.article import articles
from hexaops.assistant.knowledge.glossary import meaning_of, meanings, meanings_asked


def test_every_meaning_is_whole() -> None:
    counted = Counter(term for one in meanings() for term in one.terms)
    assert {term for term, count in counted.items() if count > 1} == set()
    assert {one.article for one in meanings()} <= {one.name for one in articles()}
    assert [one.says for one in meanings() if not one.says.endswith(".") or len(one.says) > 240] == []
    assert [term for term in counted if term != term.casefold() or meaning_of(term) is None] == []


@pytest.mark.parametrize(
    ("question", "terms"),
    [
        ("What is a readiness probe?", ["readiness probe"]),
        ("what's a PDB", ["pdb"]),
        ("What are taints?", ["taint"]),
        ("so what are network policies exactly?", ["network policy"]),
        ("What does OOMKilled mean?", ["oomkilled"]),
        ("what does the status degraded mean?", ["degraded"]),
        ("what does it mean if a pod is pending?", ["pending"]),
        ("Explain network policies", ["network policy"]),
        ("can you explain what an ingress is?", ["ingress"]),
        ("How does the horizontal pod autoscaler work?", ["hpa"]),
        ("What is a DaemonSet for?", ["daemon set"]),
        ("What does exit code 137 mean?", ["exit code 137"]),
        ("why would I need a pod disruption budget?", ["pdb"]),
        ("what is the purpose of a headless service?", ["headless service"]),
        ("What is the difference between a deployment and a statefulset?", ["deployment", "stateful set"]),
        ("difference between liveness and readiness probes", ["liveness probe", "readiness probe"]),
    ],
)
def test_a_meaning_is_asked_for(question: str, terms: list[str]) -> None:
    assert [one.terms[0] for one in meanings_asked(question)] == terms


@pytest.mark.parametrize(
    "question",
    [
        "What is pending?",
        "what is evicted",
        "What is the quota?",
        "what are the quotas of data?",
        "what are our nodes doing?",
        "What is wrong?",
        "what is the memory limit of web-app?",
        "which apps have no readiness probe?",
        "what is the difference between revision 1 and 2 of web-app?",
        "explain why web-app is slow",
        "what is a pod" + " and so on" * 20,
        "",
    ],
)
def test_a_value_is_asked_for(question: str) -> None:
    assert meanings_asked(question) == ()
