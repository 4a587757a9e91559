"""Questions for causes where the findings say much, little or nothing: what is unexplained is said, never filled in."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from hexaops.analysis.diagnosis.causes import Cause, causes_of
from hexaops.analysis.diagnosis.model import Evidence, Finding, Fix, Ref, Severity
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Causes, Facts
from hexaops.assistant.compose import compose
from hexaops.assistant.understanding import Intent, KnownEntity, Resolved, Understanding
from tests.analysis.applications.rows import NOW
from tests.assistant.test_compose import full

DB = Ref("Deployment", "production", "db")
CACHE = Ref("Deployment", "x", "cache")


def _finding(subject: Ref, cause: str, severity: Severity = Severity.HIGH, **more: object) -> Finding:
    return Finding("crash", subject, "seen", cause, severity, **more)  # type: ignore[arg-type] # by the caller


def _facts(*findings: Finding, refused: dict[str, str] | None = None) -> Facts:
    world = full()
    found = causes_of(findings, world.applications or ())

    def about(application: object) -> Sequence[Cause]:
        return [one for one in found if one.application is application]

    causes = Causes(found=found, about=about, taken_at=NOW, objects=7, refused=refused or {})
    return replace(world, causes=causes)


def _ask(facts: Facts, *names: str, kind: str = "application") -> Draft:
    entities = [KnownEntity(one.id, "application", one.name, one.project) for one in facts.applications or ()]
    entities += [KnownEntity(f"node:{one.name}", "node", one.name) for one in facts.nodes]
    targets = tuple(Resolved(one, one.name, 1.0) for one in entities if one.name in names and one.kind == kind)
    assert len(targets) == len(names)
    draft = Draft()
    compose(Understanding(Intent.DIAGNOSE, 1.0, targets=targets), facts, draft)
    return draft


def test_the_cause_comes_first_and_its_evidence_under_it() -> None:
    evidence = (Evidence("log", DB, "boom 42"),)
    draft = _ask(
        _facts(_finding(DB, "the disk is full", evidence=evidence, fix=Fix.patched(DB, "Enlarge it", ()))), "db"
    )
    lines = draft.content.splitlines()
    assert lines[0].startswith("**db** (0/1 replica running, failing): the disk is full.")
    assert "Log of Deployment production/db: “boom 42”" in lines[1]
    assert "What would help: Enlarge it." in lines[2]
    assert draft.fulfilled
    assert all(statement.evidence for statement in draft.statements if "“" in statement.text)


def test_a_cause_that_cannot_be_told_is_no_answer() -> None:
    draft = _ask(_facts(_finding(DB, "cannot tell: its previous log would")), "db")
    assert draft.content.startswith(
        "I can't tell why **db** is failing (0/1 replica running, failing): its previous log would."
    )
    assert not draft.fulfilled


def test_what_no_finding_explains_is_said_with_what_the_cluster_says() -> None:
    draft = _ask(_facts(), "db")
    assert "**db** (0/1 replica running, failing): the container keeps crashing" in draft.content
    assert "I can't tell why: none of its objects, events and logs explains it." in draft.content
    assert "is failing: " in draft.content
    assert not draft.fulfilled


def test_a_healthy_application_has_nothing_wrong() -> None:
    draft = _ask(_facts(_finding(Ref("Deployment", "production", "web-app"), "hygiene", Severity.LOW)), "web-app")
    assert draft.content.startswith("I find nothing wrong with **web-app**")
    assert draft.fulfilled


def test_all_that_is_wrong_names_what_stays_unexplained() -> None:
    draft = _ask(_facts(_finding(DB, "the disk is full")))
    assert draft.content.startswith("There is 1 problem here, the gravest first:")
    assert "I can't tell why cache is not healthy." in draft.content
    assert not draft.fulfilled
    explained = _ask(_facts(_finding(DB, "the disk is full"), _finding(CACHE, "no room")))
    assert explained.fulfilled
    assert "There are 2 problems here" in explained.content


@pytest.mark.parametrize(("name", "fulfilled"), [("n1", True), ("n2", False)])
def test_a_node_without_a_finding(name: str, fulfilled: bool) -> None:
    draft = _ask(_facts(), name, kind="node")
    assert ("I find nothing wrong with node" in draft.content) is fulfilled
    assert draft.fulfilled is fulfilled


def test_a_nodes_finding_is_told() -> None:
    draft = _ask(_facts(_finding(Ref("Node", "", "n2"), "its kubelet does not report")), "n2", kind="node")
    assert draft.content.startswith("**Node n2**: its kubelet does not report")
    assert draft.fulfilled


def test_what_may_not_be_read_is_named() -> None:
    draft = _ask(_facts(_finding(DB, "the disk is full"), refused={"Event": "forbidden"}), "db")
    assert "Not looked at: Event (“forbidden”)." in draft.content
