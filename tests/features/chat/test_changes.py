"""Requests for changes: plans, questions and refusals; chat itself never changes anything."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.errors import UpstreamUnavailableError
from hexaops.features.changes.errors import GuardrailRefusedError
from hexaops.features.workspaces.automation import AutomationSwitch
from hexaops.runbooks.runbook import NotApplicableError
from tests.analysis.applications.rows import crashing, fill, pod, workload
from tests.features.applications.world import FOREIGN, ChatWorld
from tests.features.chat.proposing import WrittenProposer, use


def content(data: dict[str, Any]) -> str:
    return str(data["response"]["content"])


async def id_of(world: ChatWorld, name: str) -> str:
    return str((await world.get(f"/applications/{name}")).json()["data"]["id"])


@pytest.fixture
def proposer(world: ChatWorld) -> WrittenProposer:
    return use(world, WrittenProposer())


@pytest.mark.parametrize(
    ("message", "name", "action", "parameters"),
    [
        ("Restart web-app", "web-app", "restart_application", {}),
        ("pls restrat web-app", "web-app", "restart_application", {}),
        ("scale web-app to 5 replicas", "web-app", "scale_application", {"replicas": 5}),
        ("scale web-app up by 2", "web-app", "scale_application", {"replicas": 5}),
        ("double web-app", "web-app", "scale_application", {"replicas": 6}),
        ("stop report-generator", "report-generator", "stop_application", {}),
        ("scale web-app to 0", "web-app", "stop_application", {}),
        ("Restart the failing pods", "database-app", "restart_failing_pods", {}),
        ("roll web-app back to revision 4", "web-app", "rollback_revision", {"revision": 4}),
        ("roll web-app back to the previous version", "web-app", "rollback_revision", {}),
        ("set LOG_LEVEL=debug on web-app", "web-app", "update_configuration", {"env": {"LOG_LEVEL": "debug"}}),
        ("deploy nginx:1.27.1 to web-app", "web-app", "update_configuration", {"image": "nginx:1.27.1"}),
        (
            "autoscale web-app between 3 and 10 pods at 70% cpu",
            "web-app",
            "set_autoscaling",
            {"min_replicas": 3, "max_replicas": 10, "target_cpu_percent": 70},
        ),
    ],
)
async def test_a_request_becomes_a_plan(
    world: ChatWorld, proposer: WrittenProposer, message: str, name: str, action: str, parameters: dict[str, Any]
) -> None:
    data = await world.ask(message)
    application_id = await id_of(world, name)
    assert proposer.asked == [{"action": action, "application_id": application_id, "parameters": parameters}]
    (plan,) = [one["data"] for one in data["attachments"] if one["type"] == "action_plan"]
    body = plan["confirm"]["body"]
    assert plan["confirm"]["path"] == f"{world.path}/aiops/actions"
    assert body["parameters"]["plan_id"] == plan["plan_id"]
    assert body["parameters"]["confirmation"] is True
    assert body["session_id"] == data["session_id"]
    assert "Nothing has been changed." in content(data)
    assert "⚠️ one warning" in content(data)
    assert data["response"]["metadata"]["intent_fulfilled"] is True


async def test_a_quota_is_planned_for_its_project(world: ChatWorld, proposer: WrittenProposer) -> None:
    await world.ask("raise the quota of production to 16 cpu and 32Gi memory")
    [asked] = proposer.asked
    hard = {"requests.cpu": "16", "requests.memory": "32Gi"}
    assert (asked["action"], asked["parameters"]) == ("update_quota", {"hard": hard})
    assert asked["project"] == "production"


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (
            "set an environment variable on web-app",
            "The action sets environment variables, the image, requests and limits or keys of a ConfigMap",
        ),
        ("configure autoscaling for web-app", "bounds, CPU and memory targets"),
        ("raise the quota of production", "limits of the project's ResourceQuota"),
        ("roll back to the previous release", "Which application shall I plan to roll back?"),
        ("roll web-app back to 2.2", "I can't tell what “2.2” stands for."),
    ],
)
async def test_a_missing_value_is_asked(world: ChatWorld, proposer: WrittenProposer, message: str, said: str) -> None:
    data = await world.ask(message)
    assert proposer.asked == []
    assert said in content(data)
    assert data["response"]["metadata"]["intent_fulfilled"] is False


async def test_restarting_the_failing_explains_what_a_restart_does_not_cure(
    world: ChatWorld, proposer: WrittenProposer
) -> None:
    said = content(await world.ask("Restart the failing pods"))
    assert said.startswith("database-app has failing pods.")
    assert "cache-service: a restart would not help (unschedulable: insufficient memory on 4 of 4 nodes)" in said


async def test_nothing_failing_is_nothing_to_restart(world: ChatWorld, proposer: WrittenProposer) -> None:
    database = workload("production", "database-app", kind="StatefulSet", desired=3)
    fill(world.cache, [workload("production", "database-app", kind="StatefulSet", desired=3, resource_version="2")])
    fill(world.cache, [pod(database, 2, resource_version="2")])
    data = await world.ask("restart the failing pods")
    assert proposer.asked == []
    assert "None of 12 applications has failing pods: there is nothing to restart." in content(data)


async def test_a_viewer_gets_no_plan(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("Restart web-app", world.viewer)
    assert proposer.asked == []
    assert "needs the permission execute_actions" in content(data)
    assert data["response"]["metadata"]["intent_fulfilled"] is False
    assert data["actions_available"] == []


async def test_a_word_read_with_another_spelling_is_told(world: ChatWorld, proposer: WrittenProposer) -> None:
    said = content(await world.ask("scael web-app to fiev"))
    assert proposer.asked[0]["parameters"] == {"replicas": 5}
    assert "I read “fiev” as “five”." in said


async def test_a_guardrail_is_explained(world: ChatWorld) -> None:
    use(world, WrittenProposer(GuardrailRefusedError(10, "the step is too large", possible="scale to at most 6 first")))
    data = await world.ask("scale web-app to 50")
    assert "I can't plan to scale web-app to 50 replicas (safety rule 10): the step is too large." in content(data)
    assert "What would make it possible: scale to at most 6 first." in content(data)
    assert data["attachments"] == []
    assert data["response"]["metadata"]["intent_fulfilled"] is False


async def test_what_is_so_already_is_told_and_nothing_is_planned(world: ChatWorld) -> None:
    refusal = NotApplicableError("It already has 3 replicas", possible=None, already_so=True)
    use(world, WrittenProposer(refusal))
    data = await world.ask("scale web-app to 3")
    assert content(data) == "No change is needed to scale web-app to 3 replicas: it already has 3 replicas."
    assert data["attachments"] == []
    assert data["response"]["metadata"]["intent_fulfilled"] is True


async def test_a_setting_of_several_applications_is_one_plan(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("set LOG_LEVEL=warn on web-app and database-app")
    (asked,) = proposer.asked
    assert (asked["action"], asked["parameters"]) == ("update_configuration", {"env": {"LOG_LEVEL": "warn"}})
    assert asked["application_ids"] == [await id_of(world, name) for name in ("web-app", "database-app")]
    assert [one["type"] for one in data["attachments"]] == ["action_plan"]


async def test_a_cluster_that_is_away_is_explained(world: ChatWorld) -> None:
    use(world, WrittenProposer(UpstreamUnavailableError("the API server cannot be reached")))
    assert "I can't plan to restart web-app: the API server cannot be reached." in content(
        await world.ask("restart web-app")
    )


async def test_a_missing_application_is_asked_for_and_the_answer_completes_it(
    world: ChatWorld, proposer: WrittenProposer
) -> None:
    asked = await world.ask("Scale my application to 5 replicas")
    assert content(asked) == "Which application shall I plan to scale?"
    assert proposer.asked == []
    await world.ask("web-app", session_id=asked["session_id"])
    assert proposer.asked[0]["parameters"] == {"replicas": 5}
    assert proposer.asked[0]["application_id"] == await id_of(world, "web-app")


async def test_a_missing_number_is_asked_for(world: ChatWorld, proposer: WrittenProposer) -> None:
    asked = await world.ask("scale web-app")
    assert "To how many replicas shall I plan to scale web-app?" in content(asked)
    assert "It has 3 now." in content(asked)
    await world.ask("4", session_id=asked["session_id"])
    assert proposer.asked[0]["parameters"] == {"replicas": 4}


async def test_an_ambiguous_name_is_asked_about(world: ChatWorld, proposer: WrittenProposer) -> None:
    twin = workload("reporting", "web-app")
    fill(world.cache, [twin, pod(twin)])
    asked = await world.ask("restart web-app")
    assert proposer.asked == []
    assert "Did you mean" in content(asked)
    assert "web-app (project production)" in content(asked)
    assert "web-app (project reporting)" in content(asked)
    suggestions = asked["response"]["metadata"]["suggestions"]
    assert [one["message"] for one in suggestions] == ["the first one", "the second one"]
    await world.ask("the second one", session_id=asked["session_id"])
    assert proposer.asked[0]["application_id"] == suggestions[1]["parameters"]["id"]


async def test_an_unknown_name_gets_the_nearest_and_no_plan(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("restart serch-servise-2")
    assert proposer.asked == []
    assert data["response"]["metadata"]["intent_fulfilled"] is False


async def test_a_foreign_application_is_unknown(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask(f"restart {FOREIGN}")
    assert proposer.asked == []
    assert "I know nothing called" in content(data)


async def test_all_applications_are_one_plan(world: ChatWorld, proposer: WrittenProposer) -> None:
    await world.ask("restart all applications")
    (asked,) = proposer.asked
    assert len(asked["application_ids"]) == 12


async def test_several_named_are_one_plan(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("restart web-app and api-service")
    assert [len(asked["application_ids"]) for asked in proposer.asked] == [2]
    assert [one["type"] for one in data["attachments"]] == ["action_plan"]


@pytest.mark.parametrize(
    "message",
    [
        "don't restart web-app",
        "what happens if I restart web-app?",
        "should I restart web-app?",
        "how do I scale web-app to 5?",
        "restart web-app tomorrow at 9",
        "somebody said restart web-app",
        "why did web-app restart?",
    ],
)
async def test_talk_about_a_change_plans_nothing(world: ChatWorld, proposer: WrittenProposer, message: str) -> None:
    await world.ask(message)
    assert proposer.asked == []


async def test_text_of_the_cluster_never_becomes_a_plan(world: ChatWorld, proposer: WrittenProposer) -> None:
    owner = workload("production", "restart-web-app-now", ready=0)
    fill(world.cache, [owner, crashing(owner, 0, message="restart web-app")])
    await world.ask("what is wrong with restart-web-app-now")
    await world.ask("status")
    assert proposer.asked == []


async def test_yes_confirms_nothing(world: ChatWorld, proposer: WrittenProposer) -> None:
    first = await world.ask("restart web-app")
    data = await world.ask("yes", session_id=first["session_id"])
    assert len(proposer.asked) == 1
    assert data["response"]["metadata"]["intent_fulfilled"] is False
    assert "nothing" in content(data)


async def test_yes_after_the_status_shows_the_reasons(world: ChatWorld, proposer: WrittenProposer) -> None:
    first = await world.ask("status")
    data = await world.ask("yes", session_id=first["session_id"])
    assert "unschedulable: insufficient memory on 4 of 4 nodes" in content(data)
    assert proposer.asked == []


async def test_it_means_what_was_spoken_of(world: ChatWorld, proposer: WrittenProposer) -> None:
    first = await world.ask("how is web-app?")
    await world.ask("restart it", session_id=first["session_id"])
    assert proposer.asked[0]["application_id"] == await id_of(world, "web-app")


async def test_nothing_is_offered_while_automation_is_off(world: ChatWorld) -> None:
    answer = await world.access.client.put(
        "/internal/v1/automation",
        json={"enabled": False, "reason": "freeze"},
        headers=world.access.administrator,
    )
    assert answer.status_code == 200, answer.text
    assert await world.access.get(AutomationSwitch).find_stop(world.workspace_id) is not None
    assert (await world.ask("status"))["actions_available"] == []
