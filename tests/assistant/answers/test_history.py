"""What happened, told as one timeline."""

from __future__ import annotations

from datetime import UTC, datetime

from hexaops.analysis.applications.freshness import Freshness
from hexaops.assistant.answers.attachments import Table
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.answers.history import Happened, answer_history

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
SCALED = Happened(NOW.timestamp() - 60, "deployment", "web-app", "scaled", "Scaled from 2 to 3 replicas")
CRASHED = Happened(
    NOW.timestamp() - 90, "warning", "database-app", "back_off", "Back-off [restarting] <b>container</b>"
)


def told(*found: Happened, warnings_only: bool = False, no_warnings: str | None = None) -> Draft:
    facts = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset(), no_warnings=no_warnings)
    draft = Draft()
    answer_history(found, 3600.0, facts, draft, warnings_only=warnings_only)
    return draft


def test_changes_and_warnings_are_told_with_their_age() -> None:
    draft = told(SCALED, CRASHED)
    lines = draft.content.splitlines()
    assert lines[0] == "In the last 1h: 1 change and 1 kind of warning, newest first:"
    assert lines[1] == "- 1m ago, **web-app** scaled: Scaled from 2 to 3 replicas"
    assert all(statement.evidence for statement in draft.statements)
    (attached,) = draft.attachments
    assert isinstance(attached, Table)
    assert attached.data.rows[0] == [
        "2024-01-20T15:29:00Z", "deployment", "web-app", "scaled", "Scaled from 2 to 3 replicas",
    ]  # fmt: skip


def test_texts_of_the_cluster_stay_text() -> None:
    assert "\\[restarting\\]" in told(CRASHED).content
    assert "“Back-off \\[restarting\\] \\<b\\>container\\</b\\>”" in told(CRASHED).content


def test_nothing_is_an_answer_and_says_what_was_not_read() -> None:
    assert told().content == "There was no change or warning in the last 1h."
    unread = told(warnings_only=True, no_warnings="events are forbidden")
    assert unread.content == "There was no warning in the last 1h.\nEvents cannot be read here: events are forbidden."


def test_many_are_cut_and_the_table_has_all() -> None:
    draft = told(*[SCALED] * 20)
    assert draft.content.splitlines()[-1] == "- … and 8 more (see the table)"
    (attached,) = draft.attachments
    assert isinstance(attached, Table)
    assert attached.data.total == 20
