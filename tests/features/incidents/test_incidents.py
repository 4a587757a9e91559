"""Incidents by API: opened, joined, reopened, taken over by people; who sees them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from hexaops.kit.ids import stable_id
from tests.features.applications.world import FOREIGN, ChatWorld, chat_world
from tests.serving import CLUSTER_ID, Headers

BASE = "/internal/v1/incidents"


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[ChatWorld]:
    async with chat_world(sqlite_url, tmp_path) as served:
        yield served


def app_id(name: str, kind: str = "Deployment", project: str = "production") -> str:
    return stable_id("app-", CLUSTER_ID, project, kind, name)


DATABASE = app_id("database-app", "StatefulSet")


async def send(world: ChatWorld, method: str, path: str, body: Any = None, headers: Headers | None = None) -> Any:
    return await world.access.client.request(method, path, json=body, headers=headers or world.access.administrator)


async def opened(world: ChatWorld, *ids: str, **more: Any) -> dict[str, Any]:
    body = {"type": "application_failure", "severity": "high", "affected_applications": [*ids] or [DATABASE], **more}
    answer = await send(world, "POST", BASE, body)
    assert answer.status_code == 201, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def managed(world: ChatWorld, incident_id: str, action: str, **more: Any) -> dict[str, Any]:
    answer = await send(world, "POST", f"{BASE}/{incident_id}", {"action": action, **more})
    assert answer.status_code == 200, answer.text
    data: dict[str, Any] = answer.json()["data"]
    return data


async def test_an_incident_is_opened_with_its_timeline(world: ChatWorld) -> None:
    found = await opened(world, symptoms=["pod_crashes"])
    assert found["incident_id"].startswith("inc-")
    assert (found["status"], found["source"], found["workspace_id"]) == ("open", "api", world.workspace_id)
    assert found["title"] == "application failure: database-app"
    assert found["affected_applications"] == [DATABASE]
    assert [entry["kind"] for entry in found["timeline"]] == ["opened"]
    assert found["resolved_at"] is None
    assert found["reasons"]["resolved_at"]


async def test_reports_of_the_same_are_one_incident(world: ChatWorld) -> None:
    first = await opened(world, symptoms=["pod_crashes"], severity="low")
    second = await opened(world, symptoms=["high_error_rate"], severity="critical")
    assert second["incident_id"] == first["incident_id"]
    assert (second["reports"], second["severity"]) == (2, "critical")
    assert second["symptoms"] == ["pod_crashes", "high_error_rate"]
    other = await opened(world, type="slow_responses")
    both = await opened(world, DATABASE, app_id("web-app"))
    assert len({first["incident_id"], other["incident_id"], both["incident_id"]}) == 3


async def test_a_relapse_within_the_hour_reopens_it(world: ChatWorld) -> None:
    first = await opened(world)
    await managed(world, first["incident_id"], "resolve", note="restarted by hand")
    world.clock.advance(3500)
    again = await opened(world)
    assert (again["incident_id"], again["status"], again["reopened"]) == (first["incident_id"], "open", 1)
    assert [entry["kind"] for entry in again["timeline"]] == ["opened", "resolved", "reopened"]
    await managed(world, first["incident_id"], "resolve")
    world.clock.advance(3700)
    assert (await opened(world))["incident_id"] != first["incident_id"]


async def test_people_take_it_over(world: ChatWorld) -> None:
    incident_id = (await opened(world))["incident_id"]
    done = await managed(world, incident_id, "acknowledge")
    assert (done["action"], done["status"], done["remediation_steps"]) == ("acknowledge", "acknowledged", [])
    assert done["estimated_completion"] is None
    assert done["reasons"]["estimated_completion"]
    assert (await managed(world, incident_id, "escalate", escalate_to="#ops"))["status"] == "escalated"
    assert (await managed(world, incident_id, "acknowledge"))["status"] == "escalated", "it stays with whom it is"
    assert (await managed(world, incident_id, "resolve"))["status"] == "resolved"
    refused = await send(world, "POST", f"{BASE}/{incident_id}", {"action": "acknowledge"})
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "INCIDENT_STATE")
    found = (await send(world, "GET", f"{BASE}/{incident_id}")).json()["data"]
    assert "Escalated to #ops" in [entry["text"] for entry in found["timeline"]]
    assert found["resolved_at"] == "2024-01-20T15:30:00Z"


async def test_lists_are_newest_first_filtered_and_paged(world: ChatWorld) -> None:
    ids = [(await opened(world, type=f"type_{number}"))["incident_id"] for number in range(3)]
    await managed(world, ids[0], "resolve")
    page = (await send(world, "GET", f"{BASE}?limit=2")).json()
    assert [one["incident_id"] for one in page["data"]] == [ids[2], ids[1]]
    rest = (await send(world, "GET", f"{BASE}?cursor={page['pagination']['next_cursor']}")).json()
    assert [one["incident_id"] for one in rest["data"]] == [ids[0]]
    resolved = (await send(world, "GET", f"{BASE}?status=resolved")).json()["data"]
    assert [one["incident_id"] for one in resolved] == [ids[0]]


async def test_users_see_those_of_their_workspace(world: ChatWorld) -> None:
    own = (await opened(world))["incident_id"]
    foreign = (await opened(world, app_id(FOREIGN, project="foreign")))["incident_id"]
    listed = (await world.get("/aiops/incidents")).json()["data"]
    assert [one["incident_id"] for one in listed] == [own]
    assert (await world.get(f"/aiops/incidents/{own}", world.viewer)).json()["data"]["incident_id"] == own
    hidden, absent = await world.get(f"/aiops/incidents/{foreign}"), await world.get("/aiops/incidents/inc-absent")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["error"] == absent.json()["error"]


async def test_absent_and_foreign_look_the_same_to_a_bound_account(world: ChatWorld) -> None:
    foreign = (await opened(world, app_id(FOREIGN, project="foreign")))["incident_id"]
    bound = await world.access.account("incident:read", "incident:write", workspace_ids=[world.workspace_id])
    sent: tuple[tuple[str, Any], ...] = (("GET", None), ("POST", {"action": "acknowledge"}))
    for method, body in sent:
        answers = [await send(world, method, f"{BASE}/{one}", body, bound) for one in (foreign, "inc-absent")]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].json()["error"] == answers[1].json()["error"]
    assert (await send(world, "GET", BASE, None, bound)).json()["data"] == []
    for application in (app_id(FOREIGN, project="foreign"), "app-absent"):
        opening = {"affected_applications": [application]}
        assert (await send(world, "POST", BASE, opening, bound)).status_code == 404


async def test_an_incident_is_of_one_workspace(world: ChatWorld) -> None:
    body = {"affected_applications": [DATABASE, app_id(FOREIGN, project="foreign")]}
    answer = await send(world, "POST", BASE, body)
    assert answer.status_code == 422
    assert "affected_applications" in answer.json()["error"]["details"]


async def test_who_may_do_what(world: ChatWorld) -> None:
    incident_id = (await opened(world))["incident_id"]
    reader = await world.access.account("incident:read")
    assert (await send(world, "GET", f"{BASE}/{incident_id}", None, reader)).status_code == 200
    assert (await send(world, "POST", f"{BASE}/{incident_id}", {"action": "resolve"}, reader)).status_code == 403
    assert (await send(world, "GET", BASE, None, {"Authorization": "Bearer none"})).status_code == 401
    assert (await send(world, "POST", f"{BASE}/{incident_id}", {"action": "reboot"})).status_code == 422
