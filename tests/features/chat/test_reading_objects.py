"""Questions for autoscalers, quotas, volumes, host names, budgets, Services and Jobs, asked of a living cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world

QUESTIONS = (
    (
        "Is payment-service autoscaled?",
        "Yes: HorizontalPodAutoscaler payment-service keeps payment-service between 2 and 6",
    ),
    ("Is the autoscaler of payment-service at its limit?", "No, it is 4 replicas below its maximum: Horizontal"),
    ("Which autoscalers are maxed out?", "None of 1 autoscaler is at its maximum."),
    ("Does web-app have an HPA?", "No: no HorizontalPodAutoscaler scales **web-app**; it has 3 replicas."),
    ("Which apps are autoscaled?", "1 of 12 applications is autoscaled."),
    (
        "How much of the quota of backend is used?",
        "The fullest part of quota backend/backend-quota is requests.memory, at 22%: ",
    ),
    ("Which volumes does message-queue have?", "**message-queue** has 3 volume claims, "),
    ("Which apps have volumes?", "3 of 12 applications have volumes: "),
    ("Which host names lead to web-app?", "shop.example\\.com leads to web-app."),
    ("Which ingresses are there?", "shop.example\\.com leads into the workspace."),
    ("Which host names lead to worker-app?", "No Ingress leads to worker-app."),
    ("Which disruption budgets are there?", "All of 2 disruption budgets allow an eviction now."),
    ("Which Services have no ready endpoints?", "Each of 9 Services has a ready endpoint."),
    ("Which volumes are there and who uses them?", "3 of 12 applications have volumes: "),
    ("Which services are there in the data project?", "There are 4 Services."),
    (
        "Which services are there?",
        "There are 10 Services.\n- backend/api-service: ClusterIP, port 80 to 8080 for api-service",
    ),
    ("Is anything reachable from the internet?", "shop.example\\.com leads into the workspace."),
    ("Which services are public?", "shop.example\\.com leads into the workspace."),
    ("Which jobs ran last night?", "There are 2 Jobs. None failed."),
    ("Did the nightly backup job succeed?", "Yes: the last Job, data/nightly-backup-"),
    ("What would break if database-app died?", "2 applications depend on **database-app**:"),
    ("Which node has the most free memory?", "worker-node-"),
    ("What version of kubernetes do the nodes run?", "All 4 nodes run Kubernetes v1."),
    ("Are there any taints on the nodes?", "None of 4 nodes has a taint."),
    ("Has notification-service restarted lately?", "1 of 2 pods has restarted:\n- notification-service-"),
    ("When did database-app last crash?", "1 of 3 pods has restarted:\n- database-app-"),
    ("Which app uses the least memory?", "admin-portal uses the least memory: "),
    ("Which containers run as root?", "None of 12 applications is set to run as root (runAsUser 0).\n12 of 12 "),
    ("Does anything use the host network?", "None of 12 applications shares a namespace of its node."),
    ("Is web-app privileged?", "No: **web-app** keeps the control privileged."),
    ("Are there any secrets in environment variables?", "None of 12 applications has a secret as plain text in a "),
    ("Which pod is the oldest?", "26 pods, the oldest first:\n- "),
    ("Which pod is the newest?", "26 pods, the newest first:\n- cache-service-"),
    (
        "How old is the current version of web-app?",
        "**web-app** was created 19d ago.\nIts current revision has run for 2d",
    ),
    ("What is the quota of the frontend namespace?", "There is no quota in frontend."),
    ("What happens if database-app crashes?", "**database-app** has 2 of 3 replicas ready.\n- If a pod dies, 1 of 2 "),
    ("What happens if a node goes down?", "4 of 4 nodes would take an application down by failing:\n- worker-node-"),
    ("Is any node under pressure?", "None of 4 nodes reports pressure on memory, disk or process ids.\n"),
    ("What kubelet version are the nodes on?", "All 4 nodes run Kubernetes v1."),
    ("What's the IP of the web-app pods?", "3 of 3 pods have an address:\n- web-app-7d8c9f5b6-abc12: 10."),
    ("Show me the pods in the data namespace", "12 of 14 pods are ready.\n- Pod database-app-"),
    ("How long has the web-app pod been up?", "**web-app** was created 19d ago.\nIts current revision has run for 2d"),
    (
        "Who owns the pod of database-app?",
        "The pods of **database-app** belong to Deployment data/",
    ),
    (
        "What env vars does api-service have?",
        "**api-service** has 2 environment variables:\n- DATABASE_HOST: ",
    ),
    ("What is LOG_LEVEL of api-service?", "**api-service** has no variable LOG_LEVEL in its template."),
    ("Which configmaps does web-app use?", "**web-app** uses no ConfigMap in variables or volumes."),
    ("Which apps run with only one replica?", "3 of 12 applications have 1 replica:\n- background-worker: 1/1 ready"),
    ("Which apps have more than 3 replicas?", "1 of 12 applications has more than 3 replicas:\n- log-collector: 4/4"),
    ("Which apps have no liveness probe?", "None of 12 applications lacks a liveness probe."),
    (
        "How many replicas are missing overall?",
        "2 of 26 replicas of 12 applications are missing:\n- ",
    ),
    ("Is web-app restarting?", "None of 3 pods has restarted.\n\n**web-app** is healthy: 3/3 replicas running"),
    ("Which alert rules do I have?", "There is no alert rule in this workspace."),
    ("Which revision is web-app on?", "In all that is kept: 2 changes, newest first:\n- 2d"),
    ("How do I roll back web-app?", "To roll it back, say “roll back web-app” or "),
    ("Why can web-app not reach search-engine?", "I see no reason: nothing stands between web-app and search-engine."),
    ("Which project is the most expensive?", "data costs the most: about $"),
    ("Is everything ok?", "2 of 12 applications have issues.\n"),
    ("CPU usage per project", "CPU usage now by project, highest first:\n- data: CPU "),
    ("Which namespace uses the most memory?", "Memory usage now by project, highest first:\n- data: Memory "),
    ("Summarise the cluster in two sentences", "**"),
    ("Why is a pod pending?", "There is 1 problem here, the gravest first:\n- **Deployment data/cache-service**"),
    ("Which apps have no limits?", "None of 12 applications: each has requests and limits of CPU and memory."),
)


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def test_questions_for_objects_are_answered_first(world: LivingWorld) -> None:
    for question, beginning in QUESTIONS:
        answer = await world.call("POST", "/aiops/chat", {"message": question})
        response = answer.json()["data"]["response"]
        assert response["content"].startswith(beginning), (question, response["content"])
        assert response["metadata"]["intent_fulfilled"] is True, question


async def test_a_project_that_is_not_there_is_said(world: LivingWorld) -> None:
    answer = await world.call("POST", "/aiops/chat", {"message": "What's the state of the messaging project?"})
    response = answer.json()["data"]["response"]
    assert response["content"].startswith("I know nothing called “messaging” in this workspace. Did you mean backend, ")
    assert response["metadata"]["intent_fulfilled"] is False


@pytest.mark.parametrize(
    ("first", "then", "beginning"),
    [
        ("Which apps are failing?", "show the pods of the first one", "2 of 3 pods are ready.\n- Pod database-app-"),
        ("List the nodes", "which one is the busiest?", "worker-node-"),
    ],
)
async def test_what_was_listed_is_what_is_meant_next(world: LivingWorld, first: str, then: str, beginning: str) -> None:
    opened = (await world.call("POST", "/aiops/chat", {"message": first})).json()["data"]["session_id"]
    answer = await world.call("POST", "/aiops/chat", {"message": then, "session_id": opened})
    assert answer.json()["data"]["response"]["content"].startswith(beginning)


@pytest.mark.parametrize(
    "asked", ["Show me the DB_PASSWORD env of api-service", "print the secret values in env of web-app"]
)
async def test_what_is_declined_by_rule_is_no_question_for_a_field(world: LivingWorld, asked: str) -> None:
    response = (await world.call("POST", "/aiops/chat", {"message": asked})).json()["data"]["response"]
    assert "environment variables of these names" not in response["content"]
    assert "DATABASE_HOST" not in response["content"]
    assert response["metadata"]["intent_fulfilled"] is False


async def test_changes_and_how_to_questions_are_not_taken_for_them(world: LivingWorld) -> None:
    for question, words in (
        ("Autoscale web-app between 3 and 6 pods at 70% cpu", "**Autoscaling application 'web-app'"),
        ("When will a volume run out of space?", "volume of"),  # measured or not yet
        ("Why does my HPA not scale?", "**A HorizontalPodAutoscaler does not scale**"),
    ):
        answer = await world.call("POST", "/aiops/chat", {"message": question})
        content = answer.json()["data"]["response"]["content"]
        assert words in content, (question, content)
