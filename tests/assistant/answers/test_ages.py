"""How old applications and their pods are, told."""

from __future__ import annotations

from datetime import UTC, datetime

from msgspec.structs import replace

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.ages import tell_ages
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from tests.analysis.applications.rows import AT, pod, workload

NOW = datetime.fromtimestamp(AT, UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())


def application(name: str, *ages: float) -> Application:
    row = replace(workload("shop", name, desired=len(ages)), created_at=AT - 86_400)
    pods = [replace(pod(row, number), created_at=AT - age) for number, age in enumerate(ages)]
    return application_of(row, pods, application_id=f"app-{name}", now=AT)


def told(*selected: Application, released_at: float | None = None, newest: bool = False) -> list[str]:
    draft = Draft()
    tell_ages(selected, released_at, FACTS, draft, newest=newest)
    assert all(statement.evidence for statement in draft.statements)
    return draft.content.splitlines()


def test_one_application_is_told_with_its_revision_and_pods() -> None:
    assert told(application("web", 60, 120), released_at=AT - 3600) == [
        "**web** was created 1d ago.",
        "Its current revision has run for 1h.",
        "2 pods, the oldest first:",
        "- web-1: 2m old",
        "- web-0: 1m old",
    ]


def test_the_newest_of_several_comes_first_where_it_is_asked_for() -> None:
    assert told(application("web", 120), application("api", 60), newest=True) == [
        "2 pods, the newest first:",
        "- api-0: 1m old",
        "- web-0: 2m old",
    ]


def test_without_pods_that_is_said() -> None:
    assert told(application("web"), application("api")) == ["There is no pod."]
