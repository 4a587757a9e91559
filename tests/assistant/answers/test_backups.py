"""Which applications have a backup, told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.model import Application
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers.backups import HOW, Kept, answer_backups
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from tests.analysis.applications.rows import AT, workload

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())


def application(name: str) -> Application:
    return application_of(workload("shop", name, desired=1), [], application_id=f"app-{name}", now=AT)


def told(*names: str, **hours_ago: int) -> list[str]:
    newest = {
        f"app-{name}": Kept(NOW - timedelta(hours=hours), NOW + timedelta(days=30), 4)
        for name, hours in hours_ago.items()
    }
    draft = Draft()
    answer_backups([application(name) for name in names], newest, FACTS, draft)
    return draft.content.splitlines()


def test_the_oldest_comes_first_and_those_without_are_named() -> None:
    assert told("web", "cart", "orders", web=2, cart=5) == [
        "- cart: last backed up 5h ago (2024-01-20T10:30:00Z), kept until 2024-02-19T15:30:00Z",
        "- web: last backed up 2h ago (2024-01-20T13:30:00Z), kept until 2024-02-19T15:30:00Z",
        "No backup of orders.",
        "",
        HOW,
    ]


def test_no_backup_at_all() -> None:
    assert told("web", "cart")[0] == "There is no backup of web and cart."
