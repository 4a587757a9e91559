"""Model mode over HTTP: worded by the model, grounded in the engine's evidence, and always answered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace
from pydantic_ai.models.function import FunctionModel

from hexaops.features.applications.service import ApplicationService
from hexaops.features.chat.retelling import Retelling
from hexaops.features.chat.service import ChatService
from tests.features.chat.modelled import LIMITS, ask, scripted, with_model
from tests.tenancy.tenants import Tenants, two_tenants

STATUS = "what is the status of my applications?"


@pytest.fixture
async def tenants(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Tenants]:
    async with two_tenants(sqlite_url, tmp_path) as opened:
        yield opened


async def test_the_model_words_what_the_engine_found(tenants: Tenants) -> None:
    with_model(tenants.access, scripted(lambda _read: "web-app has an issue: 1/2 replicas are ready."))
    data = await ask(tenants, tenants.first, STATUS)
    assert data["response"]["content"] == "web-app has an issue: 1/2 replicas are ready."
    assert data["evidence"]
    assert "response.model" not in data["reasons"]


async def test_what_is_not_in_the_evidence_is_removed_and_counted(tenants: Tenants) -> None:
    said = "web-app has 7/9 replicas. payment-gateway is down. web-app has an issue."
    with_model(tenants.access, scripted(lambda _read: said))
    data = await ask(tenants, tenants.first, STATUS)
    assert data["response"]["content"].startswith("web-app has an issue.")
    assert "7/9" not in data["response"]["content"]
    assert "2 sentences of the language model were removed" in data["response"]["content"]
    assert data["reasons"]["response.model.removed"] == "1 for numbers, 1 for names"


async def test_the_model_may_ask_for_more(tenants: Tenants) -> None:
    read: list[str] = []

    def script(found: str) -> list[str] | str:
        read.append(found)
        return ["which pods does web-app have?"] if len(read) == 1 else "web-app has pods."

    with_model(tenants.access, scripted(script))
    data = await ask(tenants, tenants.first, "hmm, something about web-app")
    assert len(read[1]) > len(read[0])
    assert data["response"]["content"] == "web-app has pods."


async def test_a_request_for_a_change_keeps_the_engines_words(tenants: Tenants) -> None:
    with_model(tenants.access, scripted(lambda _read: "Done, I restarted it."))
    data = await ask(tenants, tenants.first, "restart web-app")
    assert "Done" not in data["response"]["content"]


async def test_a_change_that_the_model_asks_for_becomes_a_suggestion(tenants: Tenants) -> None:
    read: list[str] = []

    def script(found: str) -> list[str] | str:
        read.append(found)
        return ["restart web-app"] if len(read) == 1 else "It could be restarted."

    with_model(tenants.access, scripted(script))
    data = await ask(tenants, tenants.first, STATUS)
    assert all(one["type"] != "action_plan" for one in data["attachments"])
    assert "restart web-app" in [one["message"] for one in data["response"]["metadata"]["suggestions"]]


def broken(_read: str) -> str:
    message = "the provider is away"
    raise ConnectionError(message)


async def test_without_the_model_the_engine_answers_with_a_note(tenants: Tenants) -> None:
    plain = (await ask(tenants, tenants.first, STATUS))["response"]["content"]
    with_model(tenants.access, scripted(broken))
    data = await ask(tenants, tenants.first, STATUS)
    assert data["response"]["content"].startswith(plain)
    assert data["reasons"]["response.model"] == "the language model failed (ConnectionError)"


async def test_a_model_that_hangs_is_not_waited_for(tenants: Tenants) -> None:
    async def hang(*_given: object) -> None:
        await asyncio.Event().wait()

    with_model(tenants.access, FunctionModel(hang), limits=replace(LIMITS, seconds=0.05))  # type: ignore[arg-type]
    data = await ask(tenants, tenants.first, STATUS)
    assert "did not answer within" in data["reasons"]["response.model"]


async def test_budgets_end_in_the_engines_answer(tenants: Tenants) -> None:
    with_model(tenants.access, scripted(lambda _read: "web-app has an issue."), per_day=1)
    first = await ask(tenants, tenants.first, STATUS)
    assert "UsageLimitExceeded" in first["reasons"]["response.model"]
    again = await ask(tenants, tenants.first, STATUS)
    assert "budget" in again["reasons"]["response.model"]
    other = await ask(tenants, tenants.second, STATUS)
    assert "UsageLimitExceeded" in other["reasons"]["response.model"], "each workspace has its own"


async def test_a_model_that_asks_without_end_is_stopped(tenants: Tenants) -> None:
    with_model(tenants.access, scripted(lambda _read: ["status of web-app"]))
    data = await ask(tenants, tenants.first, STATUS)
    assert "UsageLimitExceeded" in data["reasons"]["response.model"]


async def test_a_model_that_is_not_installed_is_said(tenants: Tenants) -> None:
    access = tenants.access
    retelling = Retelling(None, access.get(ApplicationService), "the extra is not installed")
    access.context.provider.add(replace(access.get(ChatService), retelling=retelling))
    data = await ask(tenants, tenants.first, STATUS)
    assert data["reasons"]["response.model"] == "the extra is not installed"
