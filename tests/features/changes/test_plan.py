"""What a plan says of itself, and what its hash is bound to."""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Any

import msgspec
import pytest

from hexaops.features.changes.plan import plan_hash, plan_of, planned_steps, total_seconds
from hexaops.runbooks.catalog import RUNBOOKS
from hexaops.runbooks.model import Risk
from tests.features.changes.drafts import NOW, draft, plan, plan_row


@pytest.mark.parametrize(
    ("risks", "highest"),
    [
        (["low"], "low"), (["medium"], "medium"), (["high"], "high"), (["low", "low"], "medium"),
        (["low", "medium"], "high"), (["high", "low"], "high"),
    ],
)  # fmt: skip
def test_several_subjects_are_one_level_riskier(risks: list[Risk], highest: Risk) -> None:
    assert plan(*(draft(risk=risk) for risk in risks)).risk == highest


def test_a_plan_is_described_in_one_sentence() -> None:
    assert plan().description == "Scale 'web' from 3 to 4 replicas"
    several = plan(draft("web"), draft("api"), draft("cart"))
    verb = RUNBOOKS["scale_application"].words.verb.capitalize()
    assert several.description == f"{verb} 3 applications: 'web', 'api', 'cart'"
    assert [subject.name for subject in several.subjects] == ["web", "api", "cart"]


def test_a_plan_is_read_as_it_was_stored() -> None:
    assert plan_of(plan_row(plan(draft("web"), draft("api")))) == plan(draft("web"), draft("api"))


def test_the_hash_is_of_canonical_json() -> None:
    row = plan_row(plan())
    document = row.document
    bound = {
        "plan_id": "plan_1", "workspace_id": "ws-1", "user_id": "local:anna", "session_id": None,
        "action": "scale_application", "parameters": {"replicas": 4, "application_id": "app-1"},
        "expires_at": "2024-01-20T15:35:00Z",
        **{key: document[key] for key in ("cluster_id", "drafts", "own", "changed", "undoes_id")},
    }  # fmt: skip
    text = json.dumps(bound, sort_keys=True, separators=(",", ":"))
    assert plan_hash(row) == hashlib.sha256(text.encode()).hexdigest()
    row.parameters = dict(reversed(row.parameters.items()))
    assert plan_hash(row) == row.hash


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "plan_2"), ("workspace_id", "ws-2"), ("user_id", "local:otto"), ("session_id", "sess_1"),
        ("action", "stop_application"), ("parameters", {"application_id": "app-1", "replicas": 5}),
        ("expires_at", NOW + timedelta(seconds=301)),
    ],
)  # fmt: skip
def test_the_hash_is_bound_to_each_field_of_the_row(field: str, value: Any) -> None:
    row = plan_row(plan())
    setattr(row, field, value)
    assert plan_hash(row) != row.hash


@pytest.mark.parametrize(
    "altered",
    [
        plan(cluster_id="cluster-b"), plan(draft(risk="high")), plan(own=({"replicas": 4},)),
        plan(changed=(("replicas: 3 -> 5",),)), plan(undoes_id="act_1"),
    ],
)  # fmt: skip
def test_the_hash_is_bound_to_what_is_done(altered: Any) -> None:
    row = plan_row(plan())
    row.document = msgspec.to_builtins(altered)
    assert plan_hash(row) != row.hash


def test_steps_take_as_long_as_before_or_as_the_slowest_subject() -> None:
    book = RUNBOOKS["scale_application"]
    drafts = [draft("web", ready_pods_down=0), draft("api", pods_touched=40)]
    known = planned_steps(drafts, {book.steps[1].name: 77.0}, stable_seconds=10)
    assert [step.step for step in known] == [step.name for step in book.steps]
    assert known[1].seconds == 77.0
    slowest = [max(step.assumed_seconds(one, 10) for one in drafts) for step in book.steps]
    assert [step.seconds for step in planned_steps(drafts, {}, stable_seconds=10)] == slowest
    assert total_seconds(known) == pytest.approx(sum(step.seconds for step in known))
    assert total_seconds(plan().steps) == 21.0
