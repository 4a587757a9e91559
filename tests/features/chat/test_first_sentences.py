"""The first sentence answers the question, of a living cluster; no question makes a plan."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.living import LivingWorld, living_world

QUESTIONS = (
    ("Is there room for 3 more web-app pods?", "Yes: 3 more web-app pods fit (each requests 100m CPU and "),
    ("How many more web-app replicas fit?", "79 more web-app pods fit (each requests 100m CPU and 128Mi memory) on "),
    ("Can the cluster take 10 more pods of 500m cpu?", "Yes: 10 more pods fit (each requests 500m CPU), such as "),
    ("Does a pod with 20Gi memory fit anywhere?", "No: it does not (it requests 20Gi memory).\n- worker-node-1: room "),
    ("Would another cache-service pod fit?", "No: it does not (it requests 250m CPU and 12Gi memory).\n- worker-"),
    ("Is there room for 100 more payment-service pods?", "No: only 26 of 100 fit (each requests 200m CPU and 256Mi "),
    ("Is there capacity for 2 more log-collector pods?", "log-collector is a DaemonSet: it runs one pod on each node"),
    ("Do we have enough capacity to lose a node?", "Not for every node: if worker-node-2 is lost, some of its pods "),
    ("Are we overcommitted?", "No: on no node is more requested than pods may have; worker-node-2 is nearest, with "),
    ("Do we need more nodes?", "Not all that is wanted fits: 1 pod waits for a node: cache-service-"),
    ("Which services have no network policy?", "11 of 12 applications have no network policy, so nothing "),
    ("Which deployments do not have an autoscaler?", "10 of 11 applications have no autoscaler, so their replicas"),
    ("Which apps have no pod disruption budget?", "10 of 12 applications have no disruption budget, so a drain may "),
    ("Which apps have no Service?", "3 of 12 applications have no Service, so other pods have no name to reach them "),
    ("Which apps are not reachable from outside?", "11 of 12 applications have no host name, so no Ingress leads to "),
    ("Which projects have no quota?", "3 of 4 projects have no quota: data, default and frontend."),
    ("Are there apps without persistent storage?", "Yes: 9 of 12 applications have no volume, so what they write "),
    ("Which pods in data have no network policy?", "4 of 5 applications have no network policy, so nothing restricts"),
    ("What is a readiness probe?", "A readiness probe is a check that the kubelet repeats to see whether a container "),
    ("What does CrashLoopBackOff mean?", "CrashLoopBackOff means that a container ends again and again soon after "),
    ("What config does worker-app have?", "**worker-app** is a Deployment in backend with 1 replica (1 ready) "),
    ("Show me the configuration of database-app", "**database-app** is a Deployment in data with 3 replicas (2 "),
    ("Describe web-app", "**web-app** is a Deployment in frontend with 3 replicas (3 ready) of nginx:1.21.6; it "),
    ("What command does worker-app run?", "**worker-app** sets no command: the entry point of shop"),
    ("Which secrets does api-service use?", "**api-service** uses no Secret in variables, volumes or for "),
    ("What does service web-app point to?", "Service frontend/web-app-service leads to **web-app**, port "),
    ("What is the selector of the service of worker-app?", "No Service selects the pods of **worker-app**."),
    ("Did the nightly backup work?", "Yes: the last Job, data/nightly-backup-"),
    ("Did the last backup fail?", "No: the last Job, data/nightly-backup-"),
    ("When was the last backup?", "CronJob data/nightly-backup last started "),
    ("Which images are outdated?", "Which are outdated I can't tell: registries are not asked, so when an image was "),
    ("How old is the image of web-app?", "**web-app** has run nginx:1.21.6 in its current revision for 2d "),
    ("Is it safe to restart database-app?", "With care: **database-app** is not whole; its 3 pods are replaced in "),
    ("Can I restart web-app?", "Yes, by what is known: its 3 pods are replaced in turn, 3 or more of 3 ready stay "),
    ("Is it safe to scale web-app to 1?", "No: 1 of **web-app** would have to do what 3 do now, which is about "),
    ("What would happen if I scaled web-app to 1?", "1 of **web-app** would have to do what 3 do now, which is "),
    ("Is it ok to stop worker-app?", "No, not without an outage: **worker-app** would serve nothing until it is "),
    ("Should I scale up web-app?", "Not by what it uses now: **web-app** is at "),
    ("Should I restart web-app?", "No need that I see: **web-app** is healthy."),
    ("Is it safe to drain worker-node-2?", "No, not now: 1 pod would find no room on the other nodes"),
    ("Did the last rollout of web-app succeed?", "Yes: the last rollout of **web-app** (nginx:1.21.6, 2d 5h"),
    ("Did the last rollout of database-app succeed?", "In part: the last rollout of **database-app** (postgres:15.4, "),
    ("Is there a rollout in progress?", "No rollout is going on: all pods of 12 applications are of their current "),
    ("Show the rollout history of web-app", "In all that is kept: 2 changes, newest first:\n- 2d 5h "),
    ("What was deployed last?", "The last change: 2d"),
    ("Which node is web-app on?", "Its 3 pods are on 3 nodes:\n- web-app-"),
    ("Which of web-app and api-service uses more cpu?", "web-app uses more CPU: "),
    ("Does web-app or api-service use more memory?", "web-app uses more memory: "),
    ("List all deployments", "There are 9 Deployments:\n- api-service: 2/2 replicas running"),
    ("How many daemonsets are there?", "There is 1 DaemonSet:\n- log-collector: 4/4 replicas running"),
    ("How many secrets are there?", "The applications name no Secret; whether there are others, which nothing "),
    ("Which volumes are unbound?", "Each of 7 volume claims is bound."),
    ("Which PVCs are not used by any pod?", "1 of 7 volume claims is not used by any pod:\n- data/"),
    ("Which volume is the largest?", "data/database-app-data is the largest: 100Gi, used by no pod."),
    ("How much storage do we use?", "7 volume claims ask for 220Gi of storage in all; "),
    ("Which app requests the most memory?", "cache-service requests the most memory: 24Gi with 2 pods."),
    ("Which alerts were acknowledged?", "None: this workspace has no alert rule that could have fired, "),
    ("Which cron jobs are suspended?", "None of 1 CronJob is suspended.\n"),
    ("Did the report job run?", "No Job and no CronJob has “report” in its name.\n"),
    ("Who may talk to database-app?", "There is 1 network policy for database-app:\n- data/database-app-clients "),
    ("Who can reach web-app?", "There is no network policy for web-app: nothing restricts the traffic of its pods."),
    ("Am I an admin?", "Your role in Production Workspace is "),
    ("What can I do here?", "In your Production Workspace you can ask me:"),
    ("What breaks if database-app goes down?", "2 applications depend on **database-app**:\n"),
    ("Which nodes are cordoned?", "None of 4 nodes is cordoned."),
    ("Can worker-node-2 be drained?", "No, not now: 1 pod would find no room on the other nodes"),
    ("How many pods can worker-node-1 still take?", "worker-node-1 takes 1"),
    ("What is requested on worker-node-3?", "Requested on 1 node: "),
    ("How much memory does worker-node-1 have?", "worker-node-1 has 16Gi memory, of which pods may have 14.5Gi."),
    ("Which services are of type LoadBalancer?", "None of 10 Services is of type LoadBalancer."),
    ("Which app is closest to its memory limit?", "cache-service is nearest to its memory limit: "),
    ("Is web-app close to its memory limit?", "No: web-app uses "),
    ("Which is cheaper, web-app or payment-service?", "payment-service costs the least: about $"),
    ("What would it cost to run web-app with 6 replicas?", "About $"),
    ("Which pods do not have a node?", "Not all that is wanted fits: 1 pod waits for a node: cache-service-"),
    ("How do I drain a node?", "**Drain and cordon a node**\n"),
    ("Is nginx up to date?", "**web-app** has run nginx:1.21.6 in its current revision for 2d "),
)  # fmt: skip


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    async with living_world(sqlite_url, tmp_path) as opened:
        yield opened


async def ask(world: LivingWorld, message: str, **more: Any) -> dict[str, Any]:
    """The data of one answer."""
    data: dict[str, Any] = (await world.call("POST", "/aiops/chat", {"message": message, **more})).json()["data"]
    return data


def plans_of(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [one["data"] for one in data["attachments"] if one["type"] == "action_plan"]


async def test_the_first_sentence_answers(world: LivingWorld) -> None:
    wrong = []
    for question, beginning in QUESTIONS:
        data = await ask(world, question)
        content = data["response"]["content"]
        if not content.startswith(beginning) or plans_of(data) or not data["response"]["metadata"]["intent_fulfilled"]:
            wrong.append((question, content))
    assert wrong == []


async def test_when_a_certificate_expires_is_in_no_object_that_is_read(world: LivingWorld) -> None:
    data = await ask(world, "When does the TLS certificate expire?")
    content = data["response"]["content"]
    assert content.startswith("When certificates expire I can't tell: they are in Secrets, which are never read here.")
    assert "frontend/web-app-tls" in content
    assert data["response"]["metadata"]["intent_fulfilled"] is False


async def test_the_services_of_what_lacks_a_policy_are_named(world: LivingWorld) -> None:
    content = (await ask(world, "Which services have no network policy?"))["response"]["content"]
    assert "web-app (Service frontend/web-app-service)" in content
    assert "database-app" not in content  # its policy selects it


@pytest.mark.parametrize(
    "message", ["restart all pods with more than 5 restarts", "restart everything that restarted more than 10 times"]
)
async def test_a_change_of_what_is_beyond_a_number_is_offered_for_exactly_that(
    world: LivingWorld, message: str
) -> None:  # fmt: skip
    first = await ask(world, message)
    assert "database-app" in first["response"]["content"].splitlines()[1]
    assert "Shall I restart database-app?" in first["response"]["content"]
    assert plans_of(first) == []
    then = await ask(world, "yes", session_id=first["session_id"])
    (plan,) = plans_of(then)
    assert plan["action"] == "restart_application"
    assert [one["name"] for one in plan["targets"]] == ["database-app"]


async def test_where_nothing_is_beyond_the_number_nothing_is_offered(world: LivingWorld) -> None:
    data = await ask(world, "restart all apps with more than 900 restarts")
    assert data["response"]["content"].startswith("None of 12 applications has more than 900 restarts; the highest is ")
    assert "Shall I" not in data["response"]["content"]
    assert plans_of(data) == []


async def test_a_configuration_names_secrets_and_never_tells_them(world: LivingWorld) -> None:
    content = (await ask(world, "What config does worker-app have?"))["response"]["content"]
    for line in (
        "- resources: requests 200m cpu and 256Mi memory; limits 500m cpu and 1Gi memory",
        "- probes: liveness by GET /healthz on port http and readiness by GET /healthz on port http",
        "- variable DATABASE\\_HOST: database-app.data.svc.cluster.local",
        "- ConfigMaps: worker-settings",
    ):
        assert line.replace("\\_", "_") in content.replace("\\_", "_"), content
