"""What a sentence says of an alert, and what the chat plans of it."""

from __future__ import annotations

from typing import Any

import pytest

from hexaops.assistant.understanding.intents import Mode
from hexaops.features.chat.reading.alert_words import read_alert
from hexaops.features.chat.reading.proposing import asks_now
from tests.features.applications.world import ChatWorld
from tests.features.chat.proposing import WrittenProposer, use
from tests.features.chat.test_changes import content, id_of

MEBI = 2.0**20


@pytest.fixture
def proposer(world: ChatWorld) -> WrittenProposer:
    return use(world, WrittenProposer())


@pytest.mark.parametrize(
    ("message", "metric", "comparison", "threshold", "duration"),
    [
        ("alert me when web-app uses more than 80% memory", "memory_percent", "above", 80, None),
        ("alert me when memory of memory-cache is above 300Mi", "memory_bytes", "above", 300 * MEBI, None),
        ("create an alert for cpu of web-app above 90% for 10 minutes", "cpu_percent", "above", 90, "10m"),
        ("alert when web-app uses over 1.5 cores", "cpu_cores", "above", 1.5, None),
        ("tell me if web-app restarts more than 3 times in an hour", "restarts", "above", 3, "1h"),
        ("alert me when web-app restarts", "restarts", "above", 0, None),
        ("notify me when the error rate of web-app is above 5%", "error_rate", "above", 5, None),
        ("alert me if p95 latency of web-app is over 2s for half an hour", "latency_p95", "above", 2000, "30m"),
        ("warn me when fewer than 2 replicas of web-app are ready", "ready_replicas", "below", 2, None),
        ("alert me when web-app is down", "ready_replicas", "below", 1, None),
        ("alert me when web-app is not ready", "ready_replicas", "below", 3, None),
        ("alert me when the disk of web-app is 85% full", "volume_usage", "above", 85, None),
        ("alert me when web-app gets less than 600 requests per minute", "request_rate", "below", 10, None),
    ],
)
def test_a_rule_is_read_from_a_sentence(
    message: str, metric: str, comparison: str, threshold: float, duration: str | None
) -> None:
    wish = read_alert(message, ["web-app", "memory-cache"], 3)
    assert wish.unclear == ""
    said = wish.parameters()
    assert (said["metric"], said["comparison"], said["threshold"]) == (metric, comparison, pytest.approx(threshold))
    assert said.get("duration") == duration


@pytest.mark.parametrize(
    ("message", "asked"),
    [
        ("create an alert for web-app", "Which metric"),
        ("alert me about the memory of web-app", "Beyond which value of memory?"),
        ("alert me when memory of web-app is above 80", "a share of the memory limit"),
        ("alert me when cpu of web-app is above 4", "a number of cores?"),
        ("alert me when latency of web-app is above 4", "milliseconds or in seconds"),
        ("alert me when cpu or memory of web-app is above 80%", "CPU or memory?"),
        ("alert me when memory of web-app is between 60% and 80%", "Which of 60 and 80"),
        ("alert me when the p99 latency of web-app is over 2s", "95th percentile"),
    ],
)
def test_what_is_not_said_is_asked_by_name(message: str, asked: str) -> None:
    assert asked in read_alert(message, ["web-app"], 3).unclear


@pytest.mark.parametrize(
    ("message", "mode", "expected"),
    [
        ("alert me when web-app is not ready", Mode.CONDITIONAL, True),
        ("if web-app is down, alert me", Mode.CONDITIONAL, True),
        ("can you create an alert for web-app", Mode.READ, True),
        ("who created the alert for web-app?", Mode.READ, False),
        ("don't create an alert for web-app", Mode.NEGATED, False),
        ("if web-app is down, don't alert me", Mode.CONDITIONAL, False),
        ('bob wrote "create an alert for web-app"', Mode.READ, False),
        ("bob told me to create an alert for web-app", Mode.READ, False),
    ],
)
def test_only_a_request_is_planned(message: str, mode: Mode, expected: bool) -> None:
    assert asks_now(message, mode) is expected


async def test_a_sentence_becomes_the_plan_of_an_alert(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("alert me when web-app uses more than 80% memory for 10 minutes")
    parameters = {"metric": "memory_percent", "threshold": 80.0, "comparison": "above", "duration": "10m"}
    application_id = await id_of(world, "web-app")
    assert proposer.asked == [{"action": "create_alert", "application_id": application_id, "parameters": parameters}]
    assert "Nothing has been changed." in content(data)


async def test_what_is_missing_is_asked_and_may_follow(world: ChatWorld, proposer: WrittenProposer) -> None:
    first = await world.ask("create an alert for web-app")
    assert "Which metric should it watch" in content(first)
    assert proposer.asked == []
    await world.ask("memory above 80%", session_id=first["session_id"])
    assert [one["action"] for one in proposer.asked] == ["create_alert"]


async def test_a_sentence_that_is_suggested_is_understood(world: ChatWorld, proposer: WrittenProposer) -> None:
    asked = await world.ask("alert me when memory is above 80%")
    assert "Which application" in content(asked)
    await world.ask(asked["response"]["metadata"]["suggestions"][0]["message"])
    assert proposer.asked[0]["parameters"]["metric"] == "memory_percent"


@pytest.mark.parametrize(
    "message",
    [
        "don't create an alert for web-app when memory is above 80%",
        "who created the alert for memory of web-app above 80%?",
        "how do I alert on memory above 80%?",
        "yesterday bob told me to create an alert for web-app when memory is above 80%",
    ],
)
async def test_talk_of_alerts_plans_nothing(world: ChatWorld, proposer: WrittenProposer, message: str) -> None:
    await world.ask(message)
    assert proposer.asked == []


async def test_a_viewer_gets_no_alert(world: ChatWorld, proposer: WrittenProposer) -> None:
    data = await world.ask("alert me when web-app uses more than 80% memory", world.viewer)
    assert proposer.asked == []
    assert "needs the permission execute_actions" in content(data)


@pytest.mark.parametrize("message", ["acknowledge all alerts", "silence the alerts of web-app for 2 hours"])
async def test_nothing_that_fires_is_nothing_to_plan(
    world: ChatWorld, proposer: WrittenProposer, message: str
) -> None:  # fmt: skip
    data = await world.ask(message)
    assert proposer.asked == []
    said = content(data)
    assert "nothing to acknowledge" in said or "There is no alert rule for web-app." in said


async def test_a_dashboard_is_made_at_once(world: ChatWorld) -> None:
    data = await world.ask("create a grafana dashboard for web-app")
    [made] = [one["data"] for one in data["attachments"] if one["type"] == "dashboard"]
    assert made["title"] == "production / web-app"
    titles = [panel["title"] for panel in made["dashboard"]["panels"]]
    assert all(title in content(data) for title in titles)


@pytest.mark.parametrize(
    ("message", "instead"),
    [
        ("delete web-app", "stop web-app"),
        ("drain worker-node-1", "Which pods run on worker-node-1?"),
    ],
)
async def test_what_cannot_be_done_says_what_can(
    world: ChatWorld, proposer: WrittenProposer, message: str, instead: str
) -> None:
    data: dict[str, Any] = await world.ask(message)
    assert proposer.asked == []
    assert instead in [one["message"] for one in data["response"]["metadata"]["suggestions"]]
    assert data["response"]["metadata"]["intent_fulfilled"] is False
