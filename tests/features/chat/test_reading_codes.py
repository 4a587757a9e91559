"""Answers of HTTP by status, asked of a living cluster."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.features.applications.world import ChatWorld
from tests.living import LivingWorld, living_world


@pytest.fixture
async def living(sqlite_url: str, tmp_path: Path) -> AsyncIterator[LivingWorld]:
    """The service on a cluster that lives."""
    async with living_world(sqlite_url, tmp_path) as world:
        yield world


async def content_of(living: LivingWorld, message: str, **more: Any) -> str:
    """The words of one answer."""
    answer = await living.call("POST", "/aiops/chat", {"message": message, **more})
    content: str = answer.json()["data"]["response"]["content"]
    return content


@pytest.mark.parametrize("message", ["How many 502s did web-app return in the last hour?", "any 404 responses?"])
async def test_what_is_asked_for_is_counted_or_said_to_be_missing(living: LivingWorld, message: str) -> None:
    content = await content_of(living, message)
    assert any(words in content for words in ("with a 5xx status", "lines with status 404", "I can't tell how many "))
    assert "log lines of" not in content


async def test_a_status_is_no_request_for_a_change(living: LivingWorld) -> None:
    for message in ("how many 503s did web-app get after the restart?", "scale web-app if it returns 500s"):
        await content_of(living, message)
    assert living.writes() == []


async def test_without_the_capabilities_neither_source_is_read(world: ChatWorld) -> None:
    data = await world.ask("How many 5xx did web-app return?", capabilities=["read_applications"])
    content = data["response"]["content"]
    assert content.startswith("I can't tell how many answers of **web-app** had status 5xx in the last 1h: ")
    assert "metrics may not be read here" in content
    assert "logs may not be read here" in content
