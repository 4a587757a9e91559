"""Questions that a few words decide, and questions whether something goes on by itself."""

from __future__ import annotations

import pytest

from hexaops.assistant.understanding import Intent, Inventory, KnownEntity, understand
from testenv.golden.cases import load_worlds

SHOP = load_worlds()["docs"]
NODES = Inventory((
    KnownEntity("app-worker", "application", "worker-app", "backend", "Deployment"),
    KnownEntity("app-web", "application", "web-app", "frontend", "Deployment"),
    *(KnownEntity(f"node-{at}", "node", f"worker-node-{at}") for at in range(1, 5)),
))  # fmt: skip


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("what happens if a node goes down", Intent.NODE_STATUS),
        ("can we survive losing one node?", Intent.NODE_STATUS),
        ("what if one of our nodes fails tonight", Intent.NODE_STATUS),
        ("what if worker-node-2 dies", Intent.NODE_STATUS),
        ("what happens when web-app crashes?", Intent.CONNECTIVITY),
        ("what would break if web-app died?", Intent.CONNECTIVITY),
        ("who is affected when the web-app is down", Intent.CONNECTIVITY),
        ("what happens if a pod of web-app dies", Intent.POD_STATUS),
        ("how much cpu is left?", Intent.NODE_STATUS),
        ("how much memory do we still have free", Intent.NODE_STATUS),
        ("free memory", Intent.NODE_STATUS),
        ("how full is the cluster?", Intent.NODE_STATUS),
        ("what kubelet version are the nodes on", Intent.NODE_STATUS),
        ("what can I shrink?", Intent.OPTIMIZATION),
        ("who is over-provisioned?", Intent.OPTIMIZATION),
        ("error rate of web-app last 15 min", Intent.PERFORMANCE_ANALYSIS),
        ("is web-app slower than usual?", Intent.PERFORMANCE_ANALYSIS),
        ("is web-app throttled?", Intent.PERFORMANCE_ANALYSIS),
    ],
)
def test_a_question_is_told_by_what_it_asks(said: str, intent: Intent) -> None:
    found = understand(said, NODES)
    assert found.intent is intent
    assert not found.wants_plan


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("alert me if a node goes down", Intent.ALERT_CREATE),
        ("alert me if the error rate of web-app is above 5%", Intent.ALERT_CREATE),
        ("create a dashboard with the error rate of web-app", Intent.DASHBOARD_CREATE),
        ("what happens if I restart web-app?", Intent.ACTION_QUESTION),
        ("which log lines tell of the error rate of web-app?", Intent.LOG_QUERY),
        ("how much of the cpu quota is left?", Intent.USAGE_QUERY),
    ],
)
def test_what_is_near_to_such_a_question_stays_what_it_is(said: str, intent: Intent) -> None:
    assert understand(said, NODES).intent is intent


@pytest.mark.parametrize(
    ("said", "intent"),
    [
        ("is web-app restarting?", Intent.STATUS_QUERY),
        ("is web-app still restarting", Intent.STATUS_QUERY),
        ("is the api-service being restarted", Intent.STATUS_QUERY),
        ("is api-service starting?", Intent.STATUS_QUERY),
        ("is database-app stopping", Intent.STATUS_QUERY),
        ("are the pods restarting?", Intent.POD_STATUS),
        ("does web-app restart a lot?", Intent.POD_STATUS),
    ],
)
def test_whether_it_goes_on_asks_for_no_change(said: str, intent: Intent) -> None:
    found = understand(said, SHOP)
    assert (found.intent, found.about) == (intent, None)
    assert not found.wants_plan
    assert found.offer is None


@pytest.mark.parametrize(
    "said", ["does restarting web-app hurt?", "is anybody restarting web-app?", "should web-app be restarted?"]
)
def test_whether_somebody_makes_or_should_make_it_speaks_of_the_change(said: str) -> None:
    found = understand(said, SHOP)
    assert (found.intent, found.about) == (Intent.ACTION_QUESTION, Intent.RESTART_APPLICATION)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("which pods run on worker-2", "worker-node-2"),
        ("how much memory is left on worker-1?", "worker-node-1"),
        ("is node-4 ok", "worker-node-4"),
        ("what runs on node 3", "worker-node-3"),
        ("status of the worker", "worker-app"),
    ],
)
def test_a_number_tells_nodes_apart(said: str, name: str) -> None:
    (target,) = understand(said, NODES).targets
    assert target.entity.name == name


@pytest.mark.parametrize("said", ["restart worker-2", "restart worker-app2", "scale web-app2 to 3", "stop web-app-1"])
def test_another_number_is_another_thing_and_no_slip(said: str) -> None:
    found = understand(said, NODES)
    assert not found.would_change


PLACES = Inventory((
    KnownEntity("app-web", "application", "web-app", "frontend", "Deployment"),
    *(KnownEntity(f"project-{name}", "project", name) for name in ("frontend", "data")),
))  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "what's the state of the messaging project?",
        "list the apps in the billing namespace",
    ],
)
def test_a_project_that_nobody_has_is_an_unknown_name(said: str) -> None:
    (unknown,) = understand(said, PLACES).unknown_names
    assert unknown.mention in ("messaging", "billing")
    assert [candidate.entity.name for candidate in unknown.suggestions] == ["data", "frontend"]


@pytest.mark.parametrize(
    "said",
    [
        "what's the state of the data project?",
        "cost of each project",
        "list the apps in the same namespace",
        "usage of the busiest project",
        "status of my project",
        "what is in the frontend namespace",
    ],
)
def test_other_words_before_a_project_are_no_names(said: str) -> None:
    assert understand(said, PLACES).unknown_names == ()
