"""A confirmation is `true` and nothing like it; a number of replicas is a whole number."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from hexaops.features.actions.schemas import RollbackRequest, confirms_plan
from tests.living import LivingWorld


@pytest.mark.parametrize("value", ["yes", "true", 1, 1.0, "1", [], None])
def test_a_rollback_is_confirmed_by_true_only(value: Any) -> None:
    with pytest.raises(ValidationError):
        RollbackRequest.model_validate({"parameters": {"confirmation": value}})


def test_true_confirms_it() -> None:
    assert RollbackRequest.model_validate({"parameters": {"confirmation": True}}).parameters.confirmation


@pytest.mark.parametrize("replicas", [3.0, True, "3", 3.5, None])
async def test_replicas_are_a_whole_number(sqlite_world: LivingWorld, replicas: Any) -> None:
    answer = await sqlite_world.ask("scale_application", "web-app", replicas=replicas)
    assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("name", ["replica", "namespace", "project", "Replicas", "confirm"])
async def test_a_parameter_that_the_action_does_not_take_is_named(sqlite_world: LivingWorld, name: str) -> None:
    answer = await sqlite_world.ask("scale_application", "web-app", replicas=4, **{name: "shop"})
    assert answer.status_code == 422, answer.text
    details = answer.json()["error"]["details"]
    assert f"parameters.{name}" in details
    assert "replicas" in details[f"parameters.{name}"]
    assert not sqlite_world.writes()


async def test_a_plan_of_four_is_not_confirmed_by_something_like_four(sqlite_world: LivingWorld) -> None:
    plan = await sqlite_world.plan("scale_application", "web-app", replicas=4)
    for alike in (4.0, "4"):
        assert (await sqlite_world.confirm(plan, replicas=alike)).status_code in {409, 422}
    assert not sqlite_world.writes()


@pytest.mark.parametrize(
    ("body", "confirms"),
    [
        (b'{"parameters": {"confirmation": true, "plan_id": "plan_1"}}', True),
        (b'{"parameters": {"confirmation": true}}', False),
        (b'{"parameters": {"confirmation": false, "plan_id": "plan_1"}}', False),
        (b'{"parameters": {"confirmation": "yes", "plan_id": "plan_1"}}', False),
        (b"{}", False),
        (b"not json", False),
        (b"\xff", False),
    ],
)
def test_which_bodies_confirm_a_plan(body: bytes, confirms: bool) -> None:
    assert confirms_plan(body) is confirms
