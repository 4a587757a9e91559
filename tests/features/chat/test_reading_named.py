"""Objects by their own names: told from the objects as they are, and what nothing is called is said so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.living import LivingWorld, living_world

TOLD = (
    (
        "Where does the service web-app-service lead?",
        "Service frontend/web-app-service leads to **web-app**, port 80 to 8080; 3 of 3 endpoints ready.",
    ),
    ("Show the endpoints of web-app-service", "3 pods are behind Service frontend/web-app-service, 3 ready:\n- web-"),
    ("Is web-app-service reachable from outside?", "Yes: shop.example\\.com leads to Service frontend/web-app-servi"),
    ("Is the service message-queue public?", "No: Service data/message-queue is of type ClusterIP and no Ingress "),
    ("What is behind ingress web-app?", "Ingress frontend/web-app leads shop.example\\.com to Service web-app-servi"),
    ("Which apps mount the configmap worker-settings?", "**worker-app** uses ConfigMap backend/worker-settings.\n"),
    ("Show me config map worker-settings", "ConfigMap backend/worker-settings has 3 keys:\n- BATCH_SIZE: 50"),
    ("Who uses the secret web-app-tls?", "**Ingress web-app** uses Secret frontend/web-app-tls.\nWhat Secret frontend"),
    (
        "How large is the claim queues-message-queue-1?",
        "PersistentVolumeClaim data/queues-message-queue-1 is Bound to ",
    ),
    ("Did the cronjob nightly-backup run?", "CronJob data/nightly-backup last started "),
    ("What does the autoscaler payment-service do?", "At least 2 and at most 6 replicas: HorizontalPodAutoscaler pay"),
    ("What does the network policy database-app-clients do?", "There is 1 network policy called database-app-clients:"),
    (
        "Does web-app-pdb allow evictions?",
        "There is 1 disruption budget called web-app-pdb; it allows an eviction now.",
    ),
    ("How full is backend-quota?", "The fullest part of quota backend/backend-quota is "),
    ("How old is the service web-app-service?", "Service frontend/web-app-service was created "),
    ("Show the logs of web-app-service", "There are "),
)
UNKNOWN = (
    (
        "What does web-apps-service point to?",
        "called “web-apps-service” in this workspace. Did you mean web-app-service",
    ),
    ("Who uses the configmap worker-setings?", "There is no ConfigMap called “worker-setings” in this workspace."),
    ("Is nightly-backups done?", "“nightly-backups” in this workspace. Did you mean nightly-backup"),
)
CHANGES = ("restart web-app-service", "scale the service web-app-service to 4", "stop nightly-backup", "is it time to "
           "restart web-app-service?", "delete the configmap worker-settings")  # fmt: skip


@pytest.fixture
async def living(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The service on a cluster that lives."""
    async with living_world(sqlite_url, tmp_path) as world:
        yield world


async def test_an_object_is_told_by_its_own_name(living: LivingWorld) -> None:
    wrong = []
    for question, begins in TOLD:
        answer = (await living.call("POST", "/aiops/chat", {"message": question})).json()["data"]["response"]
        if not answer["content"].startswith(begins) or not answer["metadata"]["intent_fulfilled"]:
            wrong.append((question, answer["content"]))
    assert wrong == []


async def test_what_nothing_is_called_is_said_with_what_is_called_nearly_so(living: LivingWorld) -> None:
    for question, says in UNKNOWN:
        answer = (await living.call("POST", "/aiops/chat", {"message": question})).json()["data"]["response"]
        assert says in answer["content"], question
        assert not answer["metadata"]["intent_fulfilled"], question


async def test_the_value_of_a_secret_is_never_told(living: LivingWorld) -> None:
    body = {"message": "What does the secret web-app-tls contain?"}
    content = (await living.call("POST", "/aiops/chat", body)).json()["data"]["response"]["content"]
    assert content.startswith("What Secret frontend/web-app-tls holds is not told: Secrets are never read here.")


async def test_what_is_asked_next_is_of_what_is_behind_it(living: LivingWorld) -> None:
    first = (
        await living.call("POST", "/aiops/chat", {"message": "What does service web-app-service point to?"})
    ).json()
    session = {"session_id": first["data"]["session_id"]}
    then = await living.call("POST", "/aiops/chat", {"message": "is it exposed?", **session})
    assert "shop.example" in then.json()["data"]["response"]["content"].partition("\n")[0]


@pytest.mark.parametrize("message", CHANGES)
async def test_no_plan_is_made_for_an_object_that_is_no_application(living: LivingWorld, message: str) -> None:
    data = (await living.call("POST", "/aiops/chat", {"message": message})).json()["data"]
    assert [one for one in data["attachments"] if one["type"] == "action_plan"] == []
    assert living.writes() == []
