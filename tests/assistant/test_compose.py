"""Every intent has an answer that invents nothing, whatever is known; what is unclear is asked, not guessed."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.status import application_of
from hexaops.assistant.answers import unsure
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from hexaops.assistant.compose import compose, hindered
from hexaops.assistant.intents.catalog import CATALOG
from hexaops.assistant.understanding import (
    Intent,
    InvalidValue,
    KnownEntity,
    Parameters,
    Resolved,
    Understanding,
)
from hexaops.assistant.understanding.inventory import EntityKind
from hexaops.backends.kubernetes.rows import PodRow, WorkloadRow
from tests.analysis.applications.rows import AT, NOW, crashing, node, pod, unplaced, workload

CURRENT = Freshness(NOW, (), {}, {})


def facts(*worlds: tuple[WorkloadRow, list[PodRow]]) -> Facts:
    found = [
        application_of(row, pods, application_id=f"app-{number}", now=AT) for number, (row, pods) in enumerate(worlds)
    ]
    return Facts(
        workspace_name="Production Workspace",
        now=NOW,
        freshness=CURRENT,
        permissions={"execute_actions"},
        capabilities={"read_applications", "read_metrics"},
        applications=found,
        projects=["production"],
        nodes=[node("n1"), node("n2", ready=False)],
        node_freshness=CURRENT,
    )


def full() -> Facts:
    web, database, cache = (
        workload("production", "web-app"),
        workload("production", "db", ready=0),
        workload("x", "cache"),
    )
    return facts(
        (web, [pod(web)]), (database, [crashing(database, 0)]), (cache, [pod(cache), unplaced(cache, 1)]),
        (workload("production", "idle", desired=0), []),
    )  # fmt: skip


def told(asked: Understanding, known: Facts) -> Draft:
    draft = Draft()
    compose(asked, known, draft)
    return draft


@pytest.mark.parametrize("intent", [spec.intent for spec in CATALOG if spec.answer is not None])
@pytest.mark.parametrize("kind", ["empty", "full", "unread", "forbidden"])
def test_every_answer_says_something_of_any_world(intent: Intent, kind: str) -> None:
    known = facts() if kind == "empty" else full()
    if kind == "unread":
        known = replace(known, applications=None, freshness=Freshness(None, ("Pod",), {}, {}), nodes=())
    if kind == "forbidden":
        known = replace(known, capabilities=frozenset(), applications=(), nodes=())
    draft = told(Understanding(intent, 0.9), known)
    assert draft.content
    assert "None" not in draft.content.replace("None of", "")
    if kind in {"empty", "unread", "forbidden"}:
        assert "web-app" not in draft.content
    ids = {item.id for item in draft.evidence.items}
    assert all(set(statement.evidence) <= ids for statement in draft.statements)


def _named(kind: EntityKind, name: str, known: Facts) -> tuple[Resolved, ...]:
    by_name = {application.name: application.id for application in known.applications or ()}
    return (Resolved(KnownEntity(by_name.get(name, name), kind, name), name, 1.0),)


def test_where_an_application_runs_is_told_by_pod() -> None:
    web = workload("production", "web-app")
    known = replace(
        facts((web, [pod(web, 0, node="n1"), pod(web, 1, node="")])), nodes=[node("n1"), node("n2"), node("n3")]
    )
    draft = told(Understanding(Intent.NODE_STATUS, 0.9, targets=_named("application", "web-app", known)), known)
    assert "- web-app-0: on n1\n- web-app-1: on no node yet" in draft.content
    assert "n2" not in draft.content


def test_an_application_without_pods_is_on_no_node() -> None:
    known = full()
    draft = told(Understanding(Intent.NODE_STATUS, 0.9, targets=_named("application", "idle", known)), known)
    assert draft.content == "No pods of it exist, so it is on no node."


def test_the_pods_of_one_node_are_counted_alone() -> None:
    web = workload("production", "web-app")
    known = facts((web, [pod(web, 0, node="n1"), pod(web, 1, node="n2"), pod(web, 2, node="n2")]))
    draft = told(Understanding(Intent.POD_STATUS, 0.9, targets=_named("node", "n2", known)), known)
    assert draft.content.startswith("2 of 2 pods on n2 are ready.")
    assert "web-app-0" not in draft.content


def test_an_unclear_message_offers_its_alternatives() -> None:
    alternatives = ((Intent.STATUS_QUERY, 0.4), (Intent.RESTART_APPLICATION, 0.3))
    draft = told(Understanding(Intent.UNCLEAR, 0.3, alternatives=alternatives), full())
    assert draft.content == (
        "I can't tell for sure what you mean. "
        "Did you mean the status of the applications or a plan to restart an application?"
    )
    assert draft.fulfilled is False
    assert draft.pending is not None
    assert draft.pending.options == ("status_query", "restart_application")
    assert [suggestion.action for suggestion in draft.suggestions] == ["status_query", "restart_application"]


def test_another_language_is_said() -> None:
    draft = told(Understanding(Intent.OUT_OF_SCOPE, 0.9, language="other"), full())
    assert draft.content.startswith("I can't tell what you mean: I understand English only.")


def test_a_value_that_cannot_be_used_is_told() -> None:
    draft = Draft()
    invalid = (InvalidValue("replicas", "1e9", "more than 10000 replicas cannot be asked for"),)
    unsure.tell_invalid(Understanding(Intent.SCALE_APPLICATION, 0.9, parameters=Parameters(invalid=invalid)), draft)
    assert draft.content == "“1e9” cannot be used: more than 10000 replicas cannot be asked for."


def test_a_change_is_hindered_by_what_hinders_reading() -> None:
    draft = Draft()
    known = replace(full(), applications=None, freshness=Freshness(None, ("Pod",), {}, {}))
    assert hindered(Understanding(Intent.RESTART_APPLICATION, 0.9), known, draft)
    assert "the cluster has not been read yet (missing: Pod)" in draft.content


def test_evidence_is_kept_once() -> None:
    draft = Draft()
    first = draft.evidence.note("kubernetes", "Pod a/b", "x", at=AT)
    assert draft.evidence.note("kubernetes", "Pod a/b", "x", at=AT) == first
    assert len(draft.evidence.items) == 1
    assert draft.evidence.items[0].view().measured_at == "2024-01-20T15:30:00Z"


def test_what_was_left_out_is_named() -> None:
    draft = Draft()
    unsure.tell_left_out(Understanding(Intent.STATUS_QUERY, 0.9, left_out=("make sure *it* restarts",)), draft)
    assert draft.content == "I left out “make sure \\*it\\* restarts”: ask for it in a message of its own."
    assert not draft.fulfilled
    whole = Draft()
    unsure.tell_left_out(Understanding(Intent.STATUS_QUERY, 0.9), whole)
    assert whole.content == ""
