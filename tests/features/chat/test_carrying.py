"""A message that only carries on asks the question before again: the same field, figure, object or window."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hexaops.assistant.understanding import Intent, KnownEntity, Understanding
from hexaops.assistant.understanding.model import Resolved
from hexaops.features.chat.carrying import QUESTION_LIMIT, question_after, without_other_end, words_asked
from tests.living import LivingWorld, living_world

CONVERSATIONS = (
    (
        ("Which image is search-engine running?", "**search-engine** runs shop/search-engine:8.1.0."),
        ("And message-queue?", "**message-queue** runs rabbitmq:3.12.6."),
        ("what about the admin portal", "**admin-portal** runs shop/admin-portal:"),
    ),
    (
        ("Under which service account does worker-app run?", "**worker-app** names no service account"),
        ("cache-service too?", "**cache-service** names no service account"),
    ),
    (
        ("What are the requests and limits of message-queue?", "**message-queue** requests "),
        ("Same for search-engine please", "**search-engine** requests "),
    ),
    (
        ("Is there an autoscaler for payment-service?", "Yes: HorizontalPodAutoscaler payment-service keeps "),
        ("And for admin-portal?", "No: no HorizontalPodAutoscaler scales **admin-portal**"),
    ),
    (
        ("Which volume claims does search-engine have?", "**search-engine** has 2 volume claims, "),
        ("and database-app's?", "**database-app** has 1 volume claim, "),
    ),
    (
        ("Which network policies select api-service?", "There is no network policy for api-service"),
        ("and database-app?", "There is 1 network policy for database-app:"),
    ),
    (
        ("Which applications depend on database-app?", "2 applications depend on **database-app**"),
        ("And on cache-service?", "2 applications depend on **cache-service**"),
    ),
    (
        ("What happens if worker-node-3 fails?", "If worker-node-3 fails, "),
        ("and worker-node-4?", "If worker-node-4 fails, "),
    ),
    (
        ("Does web-app define environment variables?", "**web-app** has no environment variables in its template."),
        ("thanks", "You're welcome"),
        ("and worker-app?", "**worker-app** has 3 environment variables:"),
    ),
    (
        ("What image does api-service use?", "**api-service** runs shop/api-service:2.4.1."),
        ("How is it doing?", "**api-service** is "),
        ("and worker-app?", "**worker-app** is healthy: "),
    ),
)


@pytest.fixture
async def living(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The service on a cluster that lives."""
    async with living_world(sqlite_url, tmp_path) as world:
        yield world


async def test_the_same_field_is_told_of_what_is_named_next(living: LivingWorld) -> None:
    wrong = []
    for turns in CONVERSATIONS:
        session: dict[str, str] = {}
        for message, begins in turns:
            answer = (await living.call("POST", "/aiops/chat", {"message": message, **session})).json()["data"]
            session = {"session_id": answer["session_id"]}
            if not answer["response"]["content"].startswith(begins):
                wrong.append((message, answer["response"]["content"]))
    assert wrong == []
    assert living.writes() == []


def understood(*names: str, carries: bool = False, intent: Intent = Intent.LIST_RESOURCES) -> Understanding:
    """A question for what is named."""
    targets = tuple(Resolved(KnownEntity(f"app-{name}", "application", name, "shop"), name, 1.0) for name in names)
    return Understanding(intent, 1.0, targets=targets, carries=carries)


def test_it_stands_for_the_names_of_a_question() -> None:
    kept = question_after("", "Which ports does cart-api open, and cart?", understood("cart", "cart-api"))
    assert kept == "Which ports does it open, and it?"


def test_only_words_that_say_something_join_a_question() -> None:
    base = "Which pods of it restarted?"
    assert question_after(base, "And of cart?", understood("cart", carries=True)) == base
    assert question_after(base, "only since noon", understood(carries=True)) == f"{base} only since noon"
    assert question_after(base, "long " * QUESTION_LIMIT, understood(carries=True)) == base
    assert question_after(base, "thank you", understood(intent=Intent.THANKS)) == base


def test_a_question_of_its_own_is_read_alone() -> None:
    assert words_asked("Which image does it run?", "How is cart?", understood("cart")) == "How is cart?"


def test_the_other_end_stays_out_where_no_connection_was_asked_for() -> None:
    before, now = understood("cart").targets[0], understood("web").targets[0]
    asked = Understanding(
        Intent.CONNECTIVITY, 0.8, targets=(Resolved(before.entity, "cart", 0.9, "dialogue"), now), carries=True
    )
    assert without_other_end("Which policies select it?", "and web?", asked).targets == (now,)
