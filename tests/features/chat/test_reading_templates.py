"""Questions for what templates, nodes and network objects say, asked of a living cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world

OF_TEMPLATES = (
    (
        "What labels does web-app have?",
        "**web-app** and its pods have 3 labels: app=web-app, app.kubernetes.io/name=web-app and ",
    ),
    ("labels of database-app", "**database-app** and its pods have 3 labels: app=database-app, "),
    (
        "Which annotations does web-app have?",
        "**web-app** has 1 annotation: deployment.kubernetes.io/revision=2; its pods have 2 annotations: ",
    ),
    ("Which apps have the label app=web-app?", "1 of 12 applications has the label app=web-app:\n- web-app"),
    ("Which apps have the label app.kubernetes.io/part-of=shop?", "12 of 12 applications have the label app."),
    ("Which apps are labelled tier=nowhere?", "None of 12 applications has the label tier=nowhere."),
    (
        "Which ports does web-app listen on?",
        "**web-app** listens on port 8080/TCP (http).\nThere is 1 Service.\n- frontend/web-app-service: ClusterIP, "
        "port 80 to 8080 for web-app",
    ),
    ("What strategy does web-app roll out with?", "**web-app** rolls out by RollingUpdate: at most 25% unavailable "),
    ("Which service account does web-app use?", "**web-app** names no service account, so it runs under “default” "),
    ("How many containers does web-app have?", "**web-app** has 1 container a pod: web-app, and no init container."),
    ("Does api-service have sidecars?", "**api-service** has 1 container a pod: api-service"),
    ("Does web-app have anti-affinity rules?", "**web-app** has no node selector, affinity, toleration or spread rule"),
    ("What's the image pull policy of web-app?", "**web-app** pulls its images by IfNotPresent."),
    ("How long is the grace period of message-queue?", "**message-queue** gets 30 seconds to end before"),
    (
        "What probes does web-app have?",
        "**web-app** has a liveness and readiness probe.\n- liveness: GET /healthz on port http, every 10 s from 10 s ",
    ),
)
OF_OBJECTS = (
    ("What's the max replicas of web-app?", "**web-app** has 3 replicas, set by hand: no HorizontalPodAutoscaler "),
    (
        "What is the maximum number of replicas of payment-service?",
        "At least 2 and at most 6 replicas: HorizontalPodAutoscaler payment-service keeps payment-service between 2 ",
    ),
    ("How far can payment-service scale?", "At least 2 and at most 6 replicas: "),
    ("Does web-app use TLS?", "Yes: the host name to web-app is served with TLS.\n- shop.example\\.com: TLS, by "),
    ("Does database-app use TLS?", "No Ingress leads to database-app, so none ends TLS for it."),
    ("Which ingresses have no TLS?", "None of 1 host name has no TLS."),
    ("Is there a pod disruption budget for web-app?", "There is 1 disruption budget of web-app; it allows an eviction"),
    ("Which network policies are there?", "There is 1 network policy:\n- data/database-app-clients selects pods with "),
    ("Which network policies apply to database-app?", "There is 1 network policy for database-app:\n- data/"),
    ("Which network policies apply to web-app?", "There is no network policy for web-app: nothing restricts "),
    ("Which volumes does database-app use?", "**database-app** has 1 volume claim, 50Gi in all."),
    ("How big is the volume of message-queue?", "**message-queue** has 3 volume claims, "),
    ("Which storage class is used?", "6 volume claims of 3 applications use the storage class "),
    ("Which ports are open?", "There are 10 Services.\n- backend/api-service: ClusterIP, port 80 "),
)
OF_ALL = (
    ("How many namespaces are there?", "There are 4 projects (namespaces) in this workspace.\n- backend: 5 app"),
    ("Which namespace has the most pods?", "data has the most pods: 14.\n- data: 5 applications, 14 pods"),
    ("Are there any OOM kills?", "None of 26 pods was last ended for want of memory (OOMKilled)."),
    ("Which pods were evicted?", "None of "),
    ("How much memory is requested in total?", "The replicas of 12 applications request "),
    ("Does message-queue have persistent storage?", "**message-queue** has 3 volume claims, "),
    ("What's the IP of worker-node-2?", "- worker-node-2: 10.0."),
    ("What would happen if I delete worker-node-1?", "If worker-node-1 "),
)
OF_NODES = (
    ("Which node runs the most pods?", "worker-node-"),
    ("How many pods run on each node?", "worker-node-"),
    (
        "What OS do the nodes run?",
        "All 4 nodes run Ubuntu 22.04.3 LTS, kernel 5.15.0-91-generic, amd64 and containerd:",
    ),
    ("Which container runtime is used?", "All 4 nodes run Ubuntu 22.04.3 LTS, "),
    ("How much memory do the nodes have?", "4 nodes have 64Gi memory in all.\n- worker-node-1: 16Gi memory, of which "),
    ("How many cores does worker-node-2 have?", "worker-node-2 has 4 cores, of which pods may have 3.8 cores."),
    ("Which node is the largest?", "worker-node-1 has the most: 4 cores."),
    ("Which zones are the nodes in?", "worker-node-1 and worker-node-4 are in zone us-west-2a and region us-west-2."),
    ("What are the IPs of the nodes?", "- worker-node-1: 10.0.1.11"),
)

OF_TIMES = (
    ("Which app costs the least?", "admin-portal costs the least: about $"),
    ("Which app costs the most?", "database-app costs the most: about $"),
    (
        "When does the next backup run?",
        "No backup is scheduled here: hexaops makes one when a service account starts it (docs/backups.md).\n"
        "What the cluster itself schedules under that name:\nCronJob data/nightly-backup runs next in ",
    ),
    ("When did the last backup run?", "CronJob data/nightly-backup last started "),
    ("When does the nightly job run next?", "CronJob data/nightly-backup runs next in "),
    ("Who made the last change?", "Who made it is not known: "),
    ("What was the last change?", "The last change: "),
    ("Who changed web-app last?", "Who made it is not known: 2d "),
    ("How long has cache-service been degraded?", "**cache-service** has been degraded for at least "),
    ("Since when is web-app healthy?", "**web-app** has been healthy for at least 2d "),
    ("Which app has the most replicas?", "**log-collector** has the most replicas: 4.\n- log-collector: 4/4 ready"),
    (
        "Which app has the fewest pods?",
        "**background-worker**, **worker-app** and **admin-portal** have the fewest replicas: 1 each.",
    ),
    ("What version of postgres is running?", "**database-app** runs postgres:15.4."),
    ("Which apps run the latest tag?", "None of 12 applications runs an image with the tag latest or without one."),
    ("Is web-app spread over several nodes?", "Its 3 pods are on 3 nodes:"),
    ("What is the DNS name of database-app?", "Service data/database-app is reached as database-app.data.svc, port 5"),
    ("When was database-app created?", "**database-app** was created "),
    ("Am I allowed to restart web-app?", "Yes: your role operator may restart web-app, by a plan that you confirm."),
    ("What is my role?", "Your role in "),
    ("What may I do here?", "Your role in "),
    ("Who has access to this workspace?", "1 member has access to "),
)


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


@pytest.mark.parametrize(
    "questions",
    [OF_TEMPLATES, OF_OBJECTS, OF_NODES, OF_TIMES, OF_ALL],
    ids=["templates", "objects", "nodes", "times", "all"],
)
async def test_what_is_asked_for_is_told_first(world: LivingWorld, questions: tuple[tuple[str, str], ...]) -> None:
    for question, beginning in questions:
        response = (await world.call("POST", "/aiops/chat", {"message": question})).json()["data"]["response"]
        assert response["content"].startswith(beginning), (question, response["content"])
        assert response["metadata"]["intent_fulfilled"] is True, question


async def test_the_node_with_most_pods_is_counted(world: LivingWorld) -> None:
    table = (await world.call("POST", "/aiops/chat", {"message": "List the nodes"})).json()["data"]["attachments"][0]
    pods = {row["name"]: row["pods"] for row in table["data"]["nodes"]}
    for question, word, best in (
        ("Which node runs the most pods?", "most", max(pods.values())),
        ("Which node has the fewest pods?", "fewest", min(pods.values())),
    ):
        answer = await world.call("POST", "/aiops/chat", {"message": question})
        first = answer.json()["data"]["response"]["content"].partition("\n")[0]
        assert f"the {word} pods of this workspace: {best}" in first
        assert {name for name, count in pods.items() if count == best} == {name for name in pods if name in first}


@pytest.mark.parametrize(
    ("first", "then", "beginning"),
    [
        ("Why is database-app failing?", "since when?", "**database-app** has been degraded for at least "),
        ("What was the last change?", "by whom?", "Who made it is not known: "),
        ("What was the last change?", "since when?", "The last change: "),
    ],
)
async def test_a_short_question_is_of_what_was_told(world: LivingWorld, first: str, then: str, beginning: str) -> None:
    opened = (await world.call("POST", "/aiops/chat", {"message": first})).json()["data"]["session_id"]
    answer = await world.call("POST", "/aiops/chat", {"message": then, "session_id": opened})
    assert answer.json()["data"]["response"]["content"].startswith(beginning)
