"""Every runbook is whole: words, docs, rights in the shipped roles, steps, and an answer to how it is undone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from hexaops.backends.kubernetes.kinds import KINDS
from hexaops.runbooks.catalog import CATALOG, OPERATIONS_OWN, RUNBOOKS
from hexaops.runbooks.model import Draft
from hexaops.runbooks.runbook import RIGHT_OF_VERB, Right, Runbook
from tests.runbooks.workloads import drafted, workload

ROOT = Path(__file__).parents[2]
each = pytest.mark.parametrize("book", RUNBOOKS.values(), ids=RUNBOOKS.keys())


WRITER = {"hexaops-writer", "hexaops-cleanup-writer", "hexaops-restore-writer", "hexaops-probe-writer"}
"""The role that is always there, and those of deploy/cleanup.yaml, deploy/restore.yaml and deploy/probe.yaml."""


def granted(roles: set[str]) -> set[tuple[str, str, str]]:
    """(verb, group, resource) of shipped ClusterRoles."""
    files = [path.read_text() for path in sorted((ROOT / "deploy").glob("*.yaml"))]
    documents = [one for text in files for one in yaml.safe_load_all(text)]
    found = [one for one in documents if one["kind"] == "ClusterRole" and one["metadata"]["name"] in roles]
    assert len(found) == len(roles)
    return {
        (verb, group, resource)
        for role in found
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in rule["verbs"]
    }


def needed(right: Right) -> tuple[str, str, str]:
    kind = KINDS[right.kind]
    return right.verb, kind.group, f"{kind.plural}/{right.subresource}" if right.subresource else kind.plural


def test_names_are_unique() -> None:
    assert len(RUNBOOKS) == len(CATALOG) + len(OPERATIONS_OWN)


@each
def test_words_and_docs_are_there(book: Runbook[Any]) -> None:
    words = book.words
    assert all((words.verb, words.done, words.does, words.undo, words.noun, book.risk))
    assert (type(book).__doc__ or "").strip()
    assert f"## {book.name}\n" in (ROOT / "docs/actions.md").read_text()


@each
def test_the_first_step_examines_and_the_last_one_does_not_write(book: Runbook[Any]) -> None:
    assert book.steps[0].examines
    assert len({step.name for step in book.steps}) == len(book.steps)
    assert not book.steps[-1].examines


@each
def test_the_shipped_role_grants_what_it_needs(book: Runbook[Any]) -> None:
    assert {needed(right) for right in book.rights} <= granted(WRITER)


def test_the_shipped_role_grants_nothing_beyond_it() -> None:
    wanted = {needed(right) for book in RUNBOOKS.values() for right in book.rights}
    assert {one for one in granted(WRITER) if one[0] != "get"} == wanted


def rights_used(draft: Draft) -> set[tuple[str, str, str]]:
    """What the draft's writes and their undoing ask of the API server."""
    used = set()
    for write in draft.writes:
        for call in (write.call, write.undo):
            if call is not None:
                verb, subresource = RIGHT_OF_VERB[call.verb]
                used.add(needed(Right(verb, write.target.kind, subresource)))
    return used


@pytest.mark.parametrize(
    ("action", "parameters"),
    [
        ("restart_application", {}),
        ("scale_application", {"replicas": 5}),
        ("stop_application", {}),
        ("set_autoscaling", {"max_replicas": 5, "target_cpu_percent": 70}),
    ],
)
async def test_a_draft_uses_no_right_that_its_runbook_does_not_name(action: str, parameters: dict[str, Any]) -> None:
    draft = await drafted(action, workload(), **parameters)
    assert rights_used(draft) <= {needed(right) for right in RUNBOOKS[action].rights}
