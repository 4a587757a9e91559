"""Who does not keep one control of the Pod Security Standards, told."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from hexaops.analysis.applications.freshness import Freshness
from hexaops.analysis.applications.status import application_of
from hexaops.analysis.diagnosis.model import Finding, Ref, Severity
from hexaops.analysis.posture.pod_security import violations
from hexaops.assistant.answers.controls import (
    ROOT,
    SECRETS_IN_ENV,
    Kept,
    asked_control,
    tell_control,
    tell_root,
    tell_secrets_in_env,
)
from hexaops.assistant.answers.draft import Draft
from hexaops.assistant.answers.facts import Facts
from tests.analysis.applications.rows import AT, workload

NOW = datetime(2024, 1, 20, 15, 30, tzinfo=UTC)
FACTS = Facts("w", NOW, Freshness(NOW, (), {}, {}), frozenset(), frozenset())
SPECS: dict[str, dict[str, Any]] = {
    "web": {"containers": [{"name": "web", "securityContext": {"runAsUser": 0, "privileged": True}}]},
    "api": {"containers": [{"name": "api"}]},
    "db": {"containers": [{"name": "db", "securityContext": {"runAsNonRoot": True}}]},
}


def judged(*names: str) -> Kept:
    found = [application_of(workload("shop", name), [], application_id=f"app-{name}", now=AT) for name in names]
    return [(one, violations(SPECS[one.name])) for one in found]


def test_who_is_root_and_who_may_be_are_told_apart() -> None:
    draft = Draft()
    tell_root(judged("web", "api", "db"), FACTS, draft)
    lines = draft.content.splitlines()
    assert lines[:2] == ["1 of 3 applications is set to run as root:", "- web: container web"]
    assert lines[2].startswith(
        "2 of 3 applications do not forbid it (runAsNonRoot), so the images' own users decide: web and api."
    )
    assert all(statement.evidence for statement in draft.statements)


def test_where_root_is_forbidden_nothing_more_is_said() -> None:
    draft = Draft()
    tell_root(judged("db"), FACTS, draft)
    assert draft.content == "None of 1 application is set to run as root (runAsUser 0)."


def test_a_control_names_who_breaks_it() -> None:
    control = asked_control("which pods are privileged?")
    assert control is not None
    draft = Draft()
    tell_control(control, judged("web", "api"), FACTS, draft)
    assert draft.content == "1 of 2 applications runs a privileged container:\n- web: web"
    none = Draft()
    tell_control(control, judged("api", "db"), FACTS, none)
    assert none.content == "None of 2 applications runs a privileged container."


@pytest.mark.parametrize(
    ("message", "is_asked"),
    [
        ("which containers run as root?", True),
        ("is anything running as user 0?", True),
        ("are there root containers?", True),
        ("what is the root cause?", False),
        ("is the root filesystem full?", False),
    ],
)
def test_root_is_the_user(message: str, is_asked: bool) -> None:
    assert (ROOT.search(message) is not None) is is_asked


def test_secrets_in_variables_are_told_without_their_values() -> None:
    assert SECRETS_IN_ENV.search("are passwords in env vars?")
    ref = Ref("Deployment", "shop", "web")
    finding = Finding("secret-in-env", ref, "a secret", "DB_PASSWORD is set as plain text", Severity.LOW)
    draft = Draft()
    tell_secrets_in_env([finding], 3, FACTS, draft)
    assert draft.content == (
        "1 pod template with a secret as plain text in a variable:\n"
        "- Deployment shop/web: DB_PASSWORD is set as plain text"
    )
    none = Draft()
    tell_secrets_in_env([], 3, FACTS, none)
    assert none.content.startswith("None of 3 applications has a secret as plain text in a variable")
